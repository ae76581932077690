import type { BatchHeader } from "../batch/header.ts";
import type { Chain } from "../chain/chain.ts";
import type { Hex } from "../base/hex.ts";

/** Where a batch stands on L1: taken from its sequencer alone, or found right by L1, or certified, or final. */
export type BatchStatus = "unattested" | "recomputed" | "pending" | "final";

/** A batch as L1 has it. */
export interface BatchView {
  readonly header: BatchHeader;
  readonly headerHash: Hex;
  readonly status: BatchStatus;
  /** Whether a request for its data is open. */
  readonly held: boolean;
}

/** What a node tells of the system beyond the L2's own chain; whoever runs it knows it from L1. */
export interface SystemState {
  /** Number of batches on L1, genesis included: the index that the next one takes. */
  batchCount(): Promise<bigint>;
  /** The batch at an index; nothing beyond the head, and for batches that became final so long ago that they are forgotten. */
  batch(index: bigint): Promise<BatchView | undefined>;
  /** Number of final batches, genesis included. */
  finalised(): Promise<bigint>;
  /** Owner of the sequencer of the current rotation; nothing where there is none. */
  currentSequencer(): Promise<string | undefined>;
  /** Whether the system is in the insecure tx state (S1). */
  insecure(): Promise<boolean>;
  /** The first batch under request; the number of batches where there is none (S1). */
  secureBelow(): Promise<bigint>;
}

/** The batch that holds a block; nothing where none does yet. */
export async function batchOfBlock(system: SystemState, block: number): Promise<BatchView | undefined> {
  const number = BigInt(block);
  let [low, high] = [0n, await system.batchCount()];
  while (low < high) {
    const middle = (low + high) / 2n;
    const found = await system.batch(middle);
    if (found === undefined || found.header.lastBlock < number) low = middle + 1n;
    else high = middle;
  }
  const found = await system.batch(low);
  return found !== undefined && found.header.firstBlock <= number ? found : undefined;
}

/** The last block that is final: no dispute can remove it any more. */
export async function finalisedBlock(chain: Chain, system: SystemState | undefined): Promise<number> {
  const count = (await system?.finalised()) ?? 0n;
  return atMostHead(chain, count > 0n ? await system?.batch(count - 1n) : undefined);
}

/** The last block of the last batch that the peer network certified and before which nothing is disputed (S1). */
export async function safeBlock(chain: Chain, system: SystemState | undefined): Promise<number> {
  if (system === undefined) return chain.base.number;
  const [count, below] = [await system.batchCount(), await system.secureBelow()];
  let batch = await system.batch(below - 1n);
  // A batch that nobody certified may give way to one that is, until another builds on it.
  const certified = batch?.status !== "unattested" && batch?.status !== "recomputed";
  if (below === count && !certified) batch = await system.batch(below - 2n);
  return Math.max(await finalisedBlock(chain, system), atMostHead(chain, batch));
}

function atMostHead(chain: Chain, batch: BatchView | undefined): number {
  const last = Number(batch?.header.lastBlock ?? 0n);
  return Math.max(chain.base.number, Math.min(last, chain.head.number));
}
