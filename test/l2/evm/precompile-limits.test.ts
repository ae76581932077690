import { createEVM } from "@ethereumjs/evm";
import { createAddressFromString } from "@ethereumjs/util";
import { expect } from "chai";
import { concat, toBeHex } from "ethers";

import { fromHex, toHex } from "../../../l2/base/hex.ts";
import { chainCommon } from "../../../l2/evm/fork.ts";
import { FALLIBLE_LIMIT, LIMITED_PRECOMPILES, MODEXP_LIMIT } from "../../../l2/evm/precompile-limits.ts";

const common = chainCommon({ chainId: 1n });
const ours = await createEVM({ common, customPrecompiles: [...LIMITED_PRECOMPILES] });
const theirs = await createEVM({ common });

async function run(evm: typeof ours, number: number, data: string, gasLimit: bigint) {
  const to = createAddressFromString(toBeHex(number, 20));
  const { execResult } = await evm.runCall({ to, data: fromHex(data), gasLimit });
  const { returnValue, executionGasUsed, exceptionError } = execResult;
  return { output: toHex(returnValue), gas: executionGasUsed, error: exceptionError?.error };
}

const zeroes = (size: number): string => toHex(new Uint8Array(size));

/** A power that costs 2 · 128² units for each bit of its exponent after the first. */
const power = (bits: bigint): string => {
  const lengths = [1024, 32, 1024].map((length) => toBeHex(length, 32));
  return concat([...lengths, `0x${"fe".repeat(1024)}`, toBeHex(2n ** bits, 32), `0x${"fd".repeat(1024)}`]);
};

const bits = MODEXP_LIMIT / (2n * 128n * 128n);
const pairs = Number((FALLIBLE_LIMIT - 45_000n) / 34_000n);
const pairsOfBls = Number((FALLIBLE_LIMIT - 37_700n) / 32_600n);

const CASES = {
  MODEXP: [5, power(bits), power(bits + 1n)],
  "the pairing of EIP-197": [8, zeroes(192 * pairs), zeroes(192 * (pairs + 1))],
  "sums on the first group of BLS12-381": [12, zeroes(160 * 706), zeroes(160 * 707)],
  "sums on the second one": [14, zeroes(288 * 373), zeroes(288 * 374)],
  "the pairing of BLS12-381": [15, zeroes(384 * pairsOfBls), zeroes(384 * (pairsOfBls + 1))],
} as const;

describe("Limits of precompiles", () => {
  for (const [name, [number, fits, exceeds]] of Object.entries(CASES)) {
    it(`[1] ${name}: as in the EVM up to the limit, out of gas above it`, async () => {
      for (const gasLimit of [100n, 5_000_000n, 20_000_000n]) {
        expect(await run(ours, number, fits, gasLimit)).to.deep.equal(await run(theirs, number, fits, gasLimit));
      }
      expect((await run(ours, number, fits, 20_000_000n)).error).to.equal(undefined);
      expect((await run(theirs, number, exceeds, 20_000_000n)).error, "is paid for").to.equal(undefined);
      const failed = await run(ours, number, exceeds, 20_000_000n);
      expect(failed).to.deep.equal({ output: "0x", gas: 20_000_000n, error: "out of gas" });
    });
  }

  it("[1] what a precompile refuses takes all of the gas", async () => {
    const refused = await run(ours, 8, `0x${"ff".repeat(192)}`, 10_000_000n);
    expect(refused).to.include({ gas: 10_000_000n });
    expect(refused.error).to.not.equal(undefined);
  });
});
