/** Gas that one step aims at: below the limit of a transaction with room for what the estimate misses. */
export const DEFAULT_STEP_GAS = 12_000_000n;
