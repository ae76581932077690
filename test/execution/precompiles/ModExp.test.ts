import { expect } from "chai";
import { concat, toBeHex } from "ethers";

import { randomSource } from "../../../testkit/execution/random.ts";
import {
  INPUTS,
  MODEXP,
  PLENTY,
  awkwardFrom,
  bytesFrom,
  compare,
  expectSame,
  modexp,
  reference,
  word,
} from "./cancun.ts";

const random = randomSource("ModExp");
const randomBytes = bytesFrom(random);
const awkwardBytes = awkwardFrom(random);

describe("ModExp", function () {
  this.timeout(600_000);

  it("charges for lengths of any size, as Cancun does", async () => {
    const lengths = [0n, 1n, 9n, 31n, 32n, 33n, 1025n, 2n ** 31n, 2n ** 64n - 1n, 2n ** 64n];
    lengths.push(2n ** 255n, 2n ** 256n - 1n);
    let affordable = 0;
    for (const base of lengths) {
      for (const exponent of lengths) {
        for (const modulus of lengths) {
          // Operands of zeroes, or of 40 bytes of ones followed by zeroes.
          const body = random(2) === 0 ? "0x" : `0x${"ff".repeat(40)}`;
          const input = concat([word(base), word(exponent), word(modulus), body]);
          const full = await reference(MODEXP, input, 100_000n);
          const gasUsed = 100_000n - full.gasLeft;
          if (full.success) affordable++;
          for (const gasLimit of full.success ? [gasUsed, gasUsed - 1n] : [100_000n, 2n ** 64n - 1n]) {
            // With an enormous limit, L2 gas affords more than L1 can compute.
            if (gasLimit > PLENTY && [base, exponent, modulus].every((length) => length < 2n ** 64n)) continue;
            if (base === 0n && modulus === 0n && gasLimit > PLENTY) continue;
            await expectSame(MODEXP, input, gasLimit, `${base} ${exponent} ${modulus} ${gasLimit}`);
          }
        }
      }
    }
    expect(affordable).to.be.greaterThan(100);
  });

  it("charges by the highest bit of the exponent, as Cancun does", async () => {
    for (const size of [1, 2, 31, 32, 33, 40]) {
      for (let digit = 0; digit < size; digit += 3) {
        const exponent = concat([
          `0x${"00".repeat(digit)}`,
          toBeHex(1 + random(255), 1),
          randomBytes(size - digit - 1),
        ]);
        await compare(MODEXP, modexp(randomBytes(64), exponent, randomBytes(64)));
      }
      await compare(MODEXP, modexp(randomBytes(64), `0x${"00".repeat(size)}`, randomBytes(64)));
    }
  });

  it("computes with operands of all sizes that L1 takes", async () => {
    for (let i = 0; i < INPUTS; i++) {
      const sizes = [1 + random(64), random(40), 1 + random(64)] as const;
      await compare(MODEXP, modexp(randomBytes(sizes[0]), randomBytes(sizes[1]), randomBytes(sizes[2])));
    }
    for (const size of [128, 256, 512, 1023, 1024]) {
      await compare(MODEXP, modexp(randomBytes(size), "0x03", randomBytes(size)));
      await compare(MODEXP, modexp(randomBytes(size), "0x10001f", `0x80${"00".repeat(size - 1)}`));
    }
    // A short modulus after leading zeroes takes no more L1 gas than without them.
    await compare(
      MODEXP,
      modexp(randomBytes(2000), randomBytes(3), concat([`0x${"00".repeat(2000)}`, randomBytes(40)])),
    );
    await compare(MODEXP, modexp("0x02", concat([`0x${"00".repeat(2000)}`, randomBytes(40)]), randomBytes(32)));
  });

  it("computes with an exponent that is longer than L1 takes", async () => {
    for (const size of [1023, 1024, 1025, 2046, 2047, 3000]) {
      await compare(MODEXP, modexp(randomBytes(40), randomBytes(size), randomBytes(31)));
      await compare(MODEXP, modexp("0x03", `0x01${"00".repeat(size - 1)}`, `0x80${"00".repeat(40)}`));
    }
    await compare(MODEXP, modexp(randomBytes(96), awkwardBytes(1200), awkwardBytes(64)));
    await compare(MODEXP, modexp("0x02", randomBytes(1500), "0x01"));
  });
});
