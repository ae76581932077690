/** The block that a transaction runs in; `number` and `timestamp` (seconds) are uint64 as on L1. */
export interface BlockContext {
  readonly number: bigint;
  readonly timestamp: bigint;
  readonly coinbase: string;
}

/** A transaction with the block that it runs in. */
export interface L2Transaction {
  readonly context: BlockContext;
  /** The signed EIP-2718 bytes. */
  readonly raw: Uint8Array;
}
