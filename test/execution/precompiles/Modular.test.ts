import { expect } from "chai";
import { concat, getBytes, toBeHex } from "ethers";

import { EFFORT_LIMIT, effortOf } from "../../../l2/evm/effort.ts";
import { randomSource } from "../../../testkit/execution/random.ts";
import { INPUTS, MODEXP, awkwardFrom, bytesFrom, compare, modexp } from "./cancun.ts";

const random = randomSource("Modular");
const randomBytes = bytesFrom(random);
const awkwardBytes = awkwardFrom(random);

describe("Modular arithmetic", function () {
  this.timeout(600_000);

  it("reduces a base that is longer than the modulus", async () => {
    for (let i = 0; i < 3 * INPUTS; i++) {
      const modulus = awkwardBytes(1 + random(130));
      await compare(MODEXP, modexp(awkwardBytes(1 + random(300)), ["0x01", "0x03"][i % 2]!, modulus));
    }
    // The estimate of a digit is one too large although it agrees with the first two limbs of the modulus.
    const half = 2n ** 255n;
    const dividend = ((half - 1n) << 768n) + (half << 512n);
    const { output } = await compare(MODEXP, modexp(toBeHex(dividend), "0x01", toBeHex((half << 512n) + 1n)));
    expect(BigInt(output)).to.equal(dividend % ((half << 512n) + 1n));
    await compare(MODEXP, modexp(randomBytes(1025), "0x01", randomBytes(1024)));
    await compare(MODEXP, modexp(randomBytes(5000), "0x02", randomBytes(700)));
  });

  it("computes with a modulus that is longer than L1 takes", async () => {
    for (const [base, exponent, modulus] of [
      [randomBytes(1025), "0x", randomBytes(1025)],
      [randomBytes(1025), "0x01", randomBytes(1025)],
      [randomBytes(2100), "0x03", randomBytes(1056)],
      [randomBytes(3), "0x3f", `0x${"ff".repeat(1025)}`],
      [randomBytes(1056), "0x92", `0x80${"00".repeat(1087)}`],
      [awkwardBytes(1100), "0x07", awkwardBytes(1056)],
      [awkwardBytes(1600), "0x02", concat(["0x01", awkwardBytes(1055)])],
      ["0x", "0x05", randomBytes(1088)],
      ["0x02", "0x3e", randomBytes(1040)],
    ] as const) {
      const input = modexp(base, exponent, modulus);
      expect(effortOf(getBytes(input)) <= EFFORT_LIMIT, "is allowed").to.equal(true);
      await compare(MODEXP, input);
    }
    const odd = BigInt(concat(["0xff", randomBytes(1030), "0x01"]));
    for (const base of [odd - 1n, odd, odd + 1n, odd << 256n]) {
      for (const exponent of ["0x01", "0x02"]) await compare(MODEXP, modexp(toBeHex(base), exponent, toBeHex(odd)));
    }
  });
});
