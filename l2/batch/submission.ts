import { BATCH_LIMITS } from "../protocol/limits.ts";
import { type BatchHeader, STAND_INS, lastBlockHash } from "./header.ts";

/** L1 at the moment when a batch is submitted. */
export interface Submission {
  /** Header of the batch before; `header.parent` is its hash. */
  readonly parent: BatchHeader;
  /** Batches that are final. */
  readonly finalised: number;
  /** How often a verdict has moved the head back. */
  readonly epoch: number;
  /** The rotation that is under way: its certificates count, and those of the one before. */
  readonly term: number;
  /** In seconds. */
  readonly now: number;
  /** The chain's constant, in wei. */
  readonly baseFee: bigint;
}

/**
 * Why L1 would refuse a header, whatever its transactions are: the checks of `BatchInbox.submit`.
 *
 * @returns One clause; undefined for a header that L1 takes.
 */
export function headerFault(header: BatchHeader, l1: Submission): string | undefined {
  const { parent, finalised, now } = l1;
  const known: Partial<BatchHeader> = {
    index: parent.index + 1n,
    epoch: BigInt(l1.epoch),
    baseFee: l1.baseFee,
    blockBefore: lastBlockHash(parent),
    preStateRoot: parent.postStateRoot,
    ...STAND_INS,
  };
  for (const [name, expected] of Object.entries(known)) {
    const value = header[name as keyof BatchHeader];
    if (value !== expected) return `${name} is ${value}, expected ${expected}`;
  }
  const limits = BATCH_LIMITS;
  const ranges: readonly (readonly [field: keyof BatchHeader, least: bigint, most: bigint])[] = [
    ["txCount", 1n, BigInt(limits.transactions)],
    ["dataSize", 1n, BigInt(limits.bytes)],
    ["gasUsed", 0n, limits.gas],
    ["firstBlock", parent.lastBlock + 1n, header.lastBlock],
    ["lastBlock", header.firstBlock, parent.lastBlock + limits.blocks],
    ["firstTimestamp", parent.lastTimestamp, header.lastTimestamp],
    ["lastTimestamp", header.firstTimestamp, BigInt(now) + limits.drift],
    ["lastTimestamp", BigInt(now) - limits.lag, BigInt(now) + limits.drift],
    ["term", BigInt(Math.max(l1.term - 1, 0)), BigInt(l1.term)],
    ["index", 1n, BigInt(finalised) + limits.pending - 1n],
  ];
  for (const [field, least, most] of ranges) {
    const value = header[field] as bigint;
    if (value < least || value > most) return `${field} is ${value}, expected ${least} to ${most}`;
  }
  return undefined;
}
