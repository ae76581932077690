import { expect } from "chai";
import { concat, dataSlice, zeroPadBytes } from "ethers";

import { randomSource } from "../../../testkit/execution/random.ts";
import { MODEXP, PLENTY, address, bytesFrom, compare, ethers, modexp, precompiles } from "./cancun.ts";

const random = randomSource("Operands");
const randomBytes = bytesFrom(random);

describe("Operands of MODEXP", function () {
  this.timeout(600_000);

  const input = modexp(randomBytes(40), randomBytes(3), randomBytes(36));

  it("are read as Cancun reads them, if they are empty, zero, one, or begin with zeroes", async () => {
    const operands = [
      "0x",
      "0x00",
      "0x01",
      "0x02",
      "0x0000",
      "0x0001",
      `0x${"00".repeat(33)}`,
      `0x${"00".repeat(32)}07`,
    ];
    for (const base of operands) {
      for (const exponent of operands) {
        for (const modulus of operands) await compare(MODEXP, modexp(base, exponent, modulus));
      }
    }
  });

  it("are continued by zeroes if the input ends early, and ignore what follows them", async () => {
    for (let size = 0; size < 175; size += 1 + random(4)) await compare(MODEXP, dataSlice(input, 0, size));
    await compare(MODEXP, concat([input, randomBytes(50)]));
    await compare(MODEXP, zeroPadBytes(input, 300));
  });

  it("end with the input, whatever follows it in calldata", async () => {
    // Cut in a length, in an exponent that would otherwise be zero, and in the modulus.
    const zero = modexp(randomBytes(40), "0x000000", randomBytes(36));
    for (const [whole, size] of [
      [input, 95],
      [zero, 137],
      [input, 150],
    ] as const) {
      const data = precompiles.interface.encodeFunctionData("run", [MODEXP, PLENTY, dataSlice(whole, 0, size)]);
      const dirty = concat([dataSlice(data, 0, 4 + 4 * 32 + size), `0x${"ff".repeat(64)}`]);
      const [clean, answered] = [data, dirty].map((call) => ethers.provider.call({ to: address, data: call }));
      expect(await answered, `${size} bytes`).to.equal(await clean);
    }
  });
});
