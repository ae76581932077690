import { expect } from "chai";
import { concat, toBeHex } from "ethers";

import { EFFORT_LIMIT, effortOf } from "../../../l2/evm/effort.ts";
import { fromHex } from "../../../l2/base/hex.ts";

/** An input of MODEXP; operands in hexadecimal. */
function input(base: string, exponent: string, modulus: string): Uint8Array {
  const lengths = [base, exponent, modulus].map((operand) => toBeHex(operand.length / 2 - 1, 32));
  return fromHex(concat([...lengths, base, exponent, modulus]));
}

const filled = (size: number): string => `0x${"ff".repeat(size)}`;

// test/execution/precompiles/Precompiles.test.ts compares it with the contract's, input by input.
describe("Effort of MODEXP on L1", () => {
  it("is what L1's own precompile charges where that takes the operands, and some for the call", () => {
    expect(effortOf(new Uint8Array()), "no modulus").to.equal(8_500n);
    expect(effortOf(input("0x03", "0x05", "0x07")), "the least price").to.equal(8_500n + 500n);
    // 128 words of 8 bytes, squared, twice; an exponent of one byte with 7 bits after the first.
    expect(effortOf(input(filled(1024), "0xff", filled(1024)))).to.equal(8_500n + 7n * 2n * 128n ** 2n);
    // 16 rounds for each byte of the exponent after the first 32, and 255 for those.
    expect(effortOf(input(filled(64), filled(64), filled(64)))).to.equal(8_500n + (16n * 32n + 255n) * 2n * 8n ** 2n);
  });

  it("grows with each operand, and passes the limit for large ones", () => {
    const sizes = [1_025, 2_000, 4_000];
    const efforts = sizes.map((size) => effortOf(input(filled(size), filled(8), filled(size))));
    expect(efforts).to.deep.equal(efforts.toSorted((a, b) => (a < b ? -1 : 1)));
    expect(efforts[2]! > EFFORT_LIMIT).to.equal(true);
    expect(
      effortOf(input(filled(8), filled(4_000), filled(8))) > effortOf(input(filled(8), filled(1_100), filled(8))),
    ).to.equal(true);
  });

  it("bounds lengths that no input has", () => {
    const lengths = [2n ** 255n, 2n ** 255n, 2n ** 255n].map((length) => toBeHex(length, 32));
    expect(effortOf(fromHex(concat(lengths))) > EFFORT_LIMIT).to.equal(true);
  });
});
