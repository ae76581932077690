/** Bytes of records in one transaction: clients do not pass on transactions above 128 KiB. */
export const DEFAULT_PIECE_SIZE = 100_000;
