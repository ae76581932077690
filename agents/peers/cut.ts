import { blockSize } from "../../l2/protocol/l2-transaction.ts";
import { BATCH_LIMITS } from "../../l2/protocol/limits.ts";
import type { Chain } from "../../l2/chain/chain.ts";

/** When a batch is full or due. */
export interface CutLimits {
  /** Most transactions. */
  readonly transactions: number;
  /** Most bytes of encoded transactions. */
  readonly bytes: number;
  /** Most L2 gas. */
  readonly gas: bigint;
  /** How old the oldest block may get before a batch is cut that is not full, in seconds. */
  readonly age: number;
}

/**
 * Where the batch that begins at a block ends (step 7): at a block's end, where the next one would not fit any more, or
 * at the head where the oldest block is old enough. Limits above L1's count as L1's. A block that is above the limits
 * stands alone: every block that peers take fits into a batch of its own.
 *
 * @param now In seconds.
 * @returns The last block; undefined while it is neither full nor due.
 */
export async function cut(
  chain: Pick<Chain, "head" | "block">,
  from: number,
  limits: CutLimits,
  now: number,
): Promise<number | undefined> {
  const head = chain.head.number;
  let transactions = 0;
  let bytes = 0;
  let gas = 0n;
  const most = {
    transactions: Math.min(limits.transactions, BATCH_LIMITS.transactions),
    bytes: Math.min(limits.bytes, BATCH_LIMITS.bytes),
    gas: limits.gas < BATCH_LIMITS.gas ? limits.gas : BATCH_LIMITS.gas,
  };
  for (let number = from; number <= head; number++) {
    const block = await chain.block(number);
    if (block === undefined) return undefined;
    transactions += block.transactions.length;
    bytes += blockSize(block.transactions);
    gas += block.gasUsed;
    const fits = transactions <= most.transactions && bytes <= most.bytes && gas <= most.gas;
    if (!fits) return Math.max(from, number - 1);
  }
  const oldest = await chain.block(from);
  const full = transactions === most.transactions || bytes === most.bytes || gas === most.gas;
  const due = oldest !== undefined && now - oldest.timestamp >= limits.age;
  return head >= from && (full || due) ? head : undefined;
}
