import { type Hex, ZERO_HASH } from "../base/hex.ts";

/** The block that a transaction runs in; `number` and `timestamp` (seconds) are uint64 as on L1. */
export interface BlockContext {
  readonly number: bigint;
  readonly timestamp: bigint;
  readonly coinbase: string;
  /** The word that PREVRANDAO pushes, 32 bytes; {@link RANDOMNESS} on every chain so far. */
  readonly randomness: Hex;
}

/** Whether two contexts agree in everything, so that a batch may have both in one block. */
export function sameBlock(a: BlockContext, b: BlockContext): boolean {
  return (
    a.number === b.number &&
    a.timestamp === b.timestamp &&
    a.coinbase.toLowerCase() === b.coinbase.toLowerCase() &&
    a.randomness === b.randomness
  );
}

/** A transaction with the block that it runs in. */
export interface L2Transaction {
  readonly context: BlockContext;
  /** The signed EIP-2718 bytes. */
  readonly raw: Uint8Array;
}

/** The randomness of every block so far: none. L1 condemns a batch whose blocks have another. */
export const RANDOMNESS = ZERO_HASH;

/** Bytes of a block in the record of the transaction that opens it: number, timestamp, coinbase, randomness. */
export const CONTEXT_SIZE = 8 + 8 + 20 + 32;

/** Size in bytes of the record of a transaction with `rawSize` raw bytes. */
export function recordSize(rawSize: number, opensBlock: boolean): number {
  return 1 + (opensBlock ? CONTEXT_SIZE : 0) + 3 + rawSize;
}

/** Size in bytes of the records of one block, given its raw transactions in hexadecimal. */
export function blockSize(transactions: readonly Hex[]): number {
  return transactions.reduce((sum, raw, index) => sum + recordSize((raw.length - 2) / 2, index === 0), 0);
}
