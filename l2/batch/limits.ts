import type { BatchHeader } from "./header.ts";

/**
 * What L1 takes as one batch: the constants of `contracts/batches/BatchInbox.sol`. A test compares them.
 *
 * Bytes are those of the encoded transactions; `drift` is in seconds.
 */
export const BATCH_LIMITS = {
  transactions: 4_096,
  bytes: 2 ** 20,
  gas: 2n ** 28n,
  /** How far block numbers may move beyond the batch before. */
  blocks: 2n ** 32n,
  /** Batches that may wait for finality. */
  pending: 2n ** 16n,
  /** How far the last block's time may be ahead of L1's. */
  drift: 900n,
} as const;

/**
 * Most transactions and bytes of a block, in the encoding of a batch that holds it alone. A sixteenth of the batch stays
 * free, so that a change of the encoding cannot turn a block into one that fits into no batch. The limit in gas is a
 * constant of the chain.
 */
export const BLOCK_LIMITS = {
  transactions: (BATCH_LIMITS.transactions / 16) * 15,
  bytes: (BATCH_LIMITS.bytes / 16) * 15,
} as const;

/** L1 at the moment when a batch is submitted. */
export interface Submission {
  /** Header of the batch before; `header.parent` is its hash. */
  readonly parent: BatchHeader;
  /** Batches that are final. */
  readonly finalised: number;
  /** In seconds. */
  readonly now: number;
}

/**
 * Why L1 would refuse a header, whatever its transactions are: the checks of `BatchInbox.submit`.
 *
 * @returns One clause; undefined for a header that L1 takes.
 */
export function headerFault(header: BatchHeader, { parent, finalised, now }: Submission): string | undefined {
  const { index, preStateRoot } = header;
  if (preStateRoot !== parent.postStateRoot) return `preStateRoot is ${preStateRoot}, expected ${parent.postStateRoot}`;
  if (index !== parent.index + 1n) return `index is ${index}, expected ${parent.index + 1n}`;
  const limits = BATCH_LIMITS;
  const ranges: readonly (readonly [field: keyof BatchHeader, least: bigint, most: bigint])[] = [
    ["txCount", 1n, BigInt(limits.transactions)],
    ["dataSize", 1n, BigInt(limits.bytes)],
    ["gasUsed", 0n, limits.gas],
    ["firstBlock", parent.lastBlock + 1n, header.lastBlock],
    ["lastBlock", header.firstBlock, parent.lastBlock + limits.blocks],
    ["firstTimestamp", parent.lastTimestamp, header.lastTimestamp],
    ["lastTimestamp", header.firstTimestamp, BigInt(now) + limits.drift],
    ["index", 1n, BigInt(finalised) + limits.pending - 1n],
  ];
  for (const [field, least, most] of ranges) {
    const value = header[field] as bigint;
    if (value < least || value > most) return `${field} is ${value}, expected ${least} to ${most}`;
  }
  return undefined;
}
