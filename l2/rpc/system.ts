import type { BatchHeader } from "../batch/header.ts";
import type { Chain } from "../chain/chain.ts";
import type { Hex } from "../base/hex.ts";

/** Where a batch stands on L1. */
export type BatchStatus = "unattested" | "pending" | "final";

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
  const count = await system.batchCount();
  let index = (await system.insecure()) ? await system.finalised() : count - 2n;
  let safe = await finalisedBlock(chain, system);
  for (index = index < 0n ? 0n : index; index < count; index++) {
    const batch = await system.batch(index);
    if (batch === undefined || batch.held || batch.status === "unattested") break;
    safe = Math.max(safe, atMostHead(chain, batch));
  }
  return safe;
}

function atMostHead(chain: Chain, batch: BatchView | undefined): number {
  const last = Number(batch?.header.lastBlock ?? 0n);
  return Math.max(chain.base.number, Math.min(last, chain.head.number));
}
