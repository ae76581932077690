/** Calls of one answer that are under way at a time. Clients keep at least 16 transactions of an account. */
export const DEFAULT_AT_ONCE = 12;
