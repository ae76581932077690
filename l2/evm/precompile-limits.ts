import { type AddPrecompile, type PrecompileInput, getActivePrecompiles } from "@ethereumjs/evm";

/** The highest price of a call of MODEXP (contracts/execution/precompiles/Precompiles.sol). */
export const MODEXP_LIMIT = 8_000_000n;

/** The highest price of a call that L1 may have to pay for twice, since the precompile may refuse its input. */
export const FALLIBLE_LIMIT = 4_400_000n;

/** The precompiles whose price grows with the input so far that a limit matters, by their numbers. */
const LIMITS: ReadonlyMap<number, bigint> = new Map([
  [0x05, MODEXP_LIMIT],
  // The pairing of EIP-197; sums of products, and the pairing, of EIP-2537.
  [0x08, FALLIBLE_LIMIT],
  [0x0c, FALLIBLE_LIMIT],
  [0x0e, FALLIBLE_LIMIT],
  [0x0f, FALLIBLE_LIMIT],
]);

/**
 * Precompiles that L1 can run in one call: one that costs more than its limit fails as if out of gas
 * (docs/protocol.md, section 1).
 */
export const LIMITED_PRECOMPILES: readonly AddPrecompile[] = [...LIMITS].map(([number, limit]) => {
  const address = number.toString(16).padStart(40, "0");
  return {
    address: `0x${address}` as const,
    function: async (input: PrecompileInput) => {
      const { gasLimit } = input;
      const affordable = gasLimit < limit ? gasLimit : limit;
      const result = await getActivePrecompiles(input.common).get(address)!({ ...input, gasLimit: affordable });
      // A failure takes all of the gas of the call, not only what was affordable.
      return result.exceptionError === undefined ? result : { ...result, executionGasUsed: gasLimit };
    },
  };
});
