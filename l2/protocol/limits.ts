/**
 * What L1 takes as one batch: the constants of `contracts/batches/BatchInbox.sol`. A test compares them.
 *
 * Bytes are those of the encoded transactions; `drift` and `lag` are in seconds.
 */
export const BATCH_LIMITS = {
  transactions: 4_096,
  bytes: 2 ** 20,
  /** The worst batch then fills some 6,000 L1 calls; a window of 24 hours has 7,200 L1 blocks for them. */
  gas: 25_000_000n,
  /** How far block numbers may move beyond the batch before. */
  blocks: 2n ** 32n,
  /** Batches that may wait for finality. */
  pending: 255n * 256n,
  /** How far the last block's time may be ahead of L1's. */
  drift: 900n,
  /** How far the last block's time may be behind L1's: what is older is signed anew. */
  lag: 259_200n,
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
