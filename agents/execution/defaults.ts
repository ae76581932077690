/** Gas that one step aims at: below the limit of a transaction with room for what the estimate misses. */
export const DEFAULT_STEP_GAS = 12_000_000n;

/** Gas limit of a call that checks a range. With the default, four calls fill a block of 60 million gas. */
export function callGasFor(stepGas: bigint): bigint {
  return (stepGas * 5n) / 4n;
}
