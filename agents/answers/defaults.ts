/** How answers are given where nobody says otherwise: apart from the code that does it, for help that comes at once. */
export const DEFAULT_ANSWER_OPTIONS = {
  /** Four of these fill a block of 60 million gas. */
  callGas: 15_000_000n,
  /** Calls of one answer that are under way at a time. Clients keep at least 16 transactions of an account. */
  atOnce: 12,
} as const;
