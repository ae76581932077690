import { expect } from "chai";
import { concat, dataSlice, toBeHex } from "ethers";

import { MODEXP_LIMIT } from "../../../l2/evm/precompile-limits.ts";
import { randomSource } from "../../../testkit/execution/random.ts";
import {
  FAILURE,
  INPUTS,
  MODEXP,
  PLENTY,
  answer,
  bytesFrom,
  compare,
  expectSame,
  l2,
  modexp,
  reference,
  word,
} from "./osaka.ts";

const random = randomSource("ModExp");
const randomBytes = bytesFrom(random);

describe("ModExp", function () {
  this.timeout(600_000);

  it("charges for lengths of any size, as Osaka does", async () => {
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
            await expectSame(MODEXP, input, gasLimit, `${base} ${exponent} ${modulus} ${gasLimit}`);
          }
        }
      }
    }
    expect(affordable).to.be.greaterThan(50);
  });

  it("charges by the highest bit of the exponent, as Osaka does", async () => {
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

  it("computes with operands of all sizes up to 1024 bytes, and with none that is longer (EIP-7823)", async () => {
    for (let i = 0; i < INPUTS; i++) {
      const sizes = [1 + random(64), random(40), 1 + random(64)] as const;
      await compare(MODEXP, modexp(randomBytes(sizes[0]), randomBytes(sizes[1]), randomBytes(sizes[2])));
    }
    for (const size of [128, 256, 512, 1023, 1024]) {
      await compare(MODEXP, modexp(randomBytes(size), "0x03", randomBytes(size)));
      await compare(MODEXP, modexp(randomBytes(size), "0x10001f", `0x80${"00".repeat(size - 1)}`));
      await compare(MODEXP, modexp(randomBytes(1), randomBytes(size), randomBytes(1)));
    }
    for (const sizes of [
      [1025, 1, 1],
      [1, 1025, 1],
      [1, 1, 1025],
      [0, 1025, 0],
      [1025, 0, 0],
      [0, 0, 1025],
    ]) {
      const [base, exponent, modulus] = sizes.map((size) => randomBytes(size)) as [string, string, string];
      expect(await compare(MODEXP, modexp(base, exponent, modulus)), sizes.join(" ")).to.deep.equal(FAILURE);
    }
  });

  it("takes operands that end early, and ignores what follows them", async () => {
    const whole = modexp(randomBytes(40), randomBytes(33), randomBytes(40));
    for (let size = 0; size <= 96 + 113; size += 7) await compare(MODEXP, dataSlice(whole, 0, size));
    await compare(MODEXP, concat([whole, randomBytes(5_000)]));
  });

  it("[F1] fails as if out of gas above the limit of the L2, and not at it", async () => {
    // 2 · 128² units for each bit of the exponent after the first.
    const power = (bits: number): string =>
      modexp(`0x${"fe".repeat(1024)}`, toBeHex(2n ** BigInt(bits), 32), `0x${"fd".repeat(1024)}`);
    const most = Number(MODEXP_LIMIT / (2n * 128n * 128n));
    expect(await answer(MODEXP, power(most), PLENTY)).to.include({
      success: true,
      gasLeft: PLENTY - 2n * 128n * 128n * BigInt(most),
    });
    expect(await answer(MODEXP, power(most + 1), PLENTY)).to.deep.equal(FAILURE);
    expect(await reference(MODEXP, power(most), PLENTY, l2)).to.deep.include({ success: true });
    expect(await reference(MODEXP, power(most + 1), PLENTY, l2)).to.deep.equal(FAILURE);
  });
});
