import { BATCH_LIMITS } from "../protocol/limits.ts";
import type { BatchHeader } from "./header.ts";

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
