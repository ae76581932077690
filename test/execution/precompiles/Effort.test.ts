import { expect } from "chai";
import { concat, dataSlice, getBytes, toBeHex } from "ethers";
import hre from "hardhat";

import { EFFORT_LIMIT, effortOf } from "../../../l2/evm/effort.ts";
import { randomSource } from "../../../testkit/execution/random.ts";
import {
  FAILURE,
  INPUTS,
  MODEXP,
  PLENTY,
  answer,
  bytesFrom,
  gasOfL1,
  harness,
  modexp,
  reference,
  word,
} from "./cancun.ts";

const random = randomSource("Effort");
const randomBytes = bytesFrom(random);

/**
 * A base and a modulus of `n` limbs such that each of the quotient's digits is estimated too large: they leave one and
 * the same remainder, which is the modulus less about a 2^256th of it.
 */
function worstDividend(n: number, digits: number): string {
  const limb = 2n ** 256n;
  const modulus = ((limb ** BigInt(n - 2)) << 511n) + limb ** BigInt(n - 2) - 1n;
  const low = limb - 1n - (modulus % (limb - 1n));
  let dividend = modulus - (modulus + low) / (limb - 1n);
  for (let digit = 0; digit < digits; digit++) dividend = dividend * limb + low;
  return modexp(toBeHex(dividend), "0x01", toBeHex(modulus));
}

describe("Effort of MODEXP", function () {
  this.timeout(600_000);

  it("is the same on L1 and on the L2, for operands of all sizes", async () => {
    const lengths = [0n, 1n, 7n, 8n, 31n, 32n, 33n, 1023n, 1024n, 1025n, 2046n, 2047n, 40_000n, 2n ** 64n, 2n ** 255n];
    const pick = () => lengths[random(random(2) === 0 ? 9 : lengths.length)]!;
    for (let i = 0; i < 10 * INPUTS; i++) {
      const sizes = [pick(), pick(), pick()];
      const operands = sizes.map((size) => {
        const present = size > 4000n ? random(4000) : Number(size);
        const zeroes = Math.min(random(3) === 0 ? random(200) : 0, present);
        return concat([`0x${"00".repeat(zeroes)}`, random(4) === 0 ? "0x" : randomBytes(present - zeroes)]);
      });
      const whole = concat([...sizes.map((size) => word(size)), ...operands]);
      const input = random(4) === 0 ? dataSlice(whole, 0, random(getBytes(whole).length)) : whole;
      expect(await harness["effort"]!(input), input).to.equal(effortOf(getBytes(input)));
    }
  });

  it("is at least the L1 gas of a call, and close to it for the hardest numbers", async function () {
    // Instrumented code takes more gas.
    if (hre.globalOptions.coverage) this.skip();
    const zeroes = (size: number) => `0x${"00".repeat(size)}`;
    const ones = (size: number) => `0x${"ff".repeat(size)}`;
    for (const [input, atMost] of [
      ["0x", 3],
      [modexp("0x", "0x", "0x"), 3],
      [modexp(zeroes(5000), ones(5), "0x"), 3],
      [modexp(randomBytes(32), ones(32), randomBytes(32)), 1.3],
      [modexp(randomBytes(1024), "0x03", ones(1024)), 1.1],
      [modexp(ones(1024), concat([zeroes(16), ones(16)]), ones(1024)), 1.1],
      [modexp("0x02", ones(1024), "0x05"), 1.1],
      [concat([modexp(ones(1024), "0x03", ones(1024)), ones(100_000)]), 1.1],
      [modexp(ones(2), "0x03", "0x05"), 1.3],
      [modexp(zeroes(1025), zeroes(1025), ones(1)), 1.3],
      [modexp("0x05", concat([zeroes(1020), "0x03"]), ones(1024)), 1.3],
      [modexp("0x05", concat([zeroes(130_000), "0x05"]), ones(1)), 1.2],
      [modexp(zeroes(30_000), "0x05", ones(40)), 1.2],
      [modexp("0x02", "0x01", zeroes(39_000)), 1.3],
      [concat([word(1), word(2_000_000), word(1), "0x0203"]), 3],
      [modexp(randomBytes(30_000), "0x03", ones(1)), 1.8],
      [modexp(randomBytes(30_000), "0x03", ones(40)), 1.8],
      [modexp(randomBytes(10_000), "0x03", ones(1024)), 1.7],
      [modexp(randomBytes(39_000), "0x01", ones(39_000)), 1.3],
      [modexp(ones(1025), "0x", ones(1025)), 1.4],
      [modexp("0x02", "0x02", randomBytes(1056)), 1.5],
      [modexp(randomBytes(2000), "0x05", randomBytes(1200)), 1.5],
      [modexp(randomBytes(2400), "0x03", randomBytes(2400)), 1.5],
      [modexp(randomBytes(31), ones(1025), randomBytes(31)), 1.1],
      [modexp(randomBytes(31), ones(2046), ones(31)), 1.1],
      [modexp("0x03", ones(8000), "0x05"), 1.1],
      [modexp("0x03", concat(["0x01", zeroes(8000)]), "0x05"), 1.1],
      [modexp(randomBytes(3000), ones(1100), randomBytes(64)), 1.1],
      ...[3, 4, 10, 33, 60].flatMap((n) => [[worstDividend(n, 100), n < 5 ? 1.3 : 1.15] as const]),
    ] as const) {
      const used = await gasOfL1(input);
      const effort = Number(effortOf(getBytes(input)));
      expect(used, input.slice(0, 400)).to.be.lessThanOrEqual(effort);
      expect(effort / used, input.slice(0, 400)).to.be.lessThan(atMost);
    }
  });

  it("makes a call fail above the limit, and no call below it", async () => {
    const filled = (byte: string, size: number) => `0x${byte.repeat(size)}`;
    for (const make of [
      (size: number) => modexp("0x03", filled("ff", size), filled("fd", 256)),
      (size: number) => modexp("0x03", filled("ff", size), filled("fd", 20)),
      (size: number) => modexp("0x03", "0x03", filled("fd", size)),
      (size: number) => modexp("0x03", toBeHex(2n ** BigInt(size)), filled("fd", 1024)),
      (size: number) => modexp(filled("fe", size), "0x03", filled("fd", 640)),
    ]) {
      let [low, high] = [1, 40_000];
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (effortOf(getBytes(make(middle))) <= EFFORT_LIMIT) low = middle;
        else high = middle;
      }
      const [possible, heavy] = [make(low), make(high)];
      expect(await answer(MODEXP, possible, PLENTY)).to.deep.equal(await reference(MODEXP, possible, PLENTY));
      if (!hre.globalOptions.coverage) expect(await gasOfL1(possible)).to.be.within(3_000_000, 7_500_000);
      expect((await reference(MODEXP, heavy, PLENTY)).success, "is paid for").to.equal(true);
      expect(await answer(MODEXP, heavy, PLENTY)).to.deep.equal(FAILURE);
    }
  });
});
