import { ZeroAddress } from "ethers";

import type { BatchView, SystemState } from "../../l2/rpc/system.ts";
import type { L1Batch, L1State } from "./mirror.ts";
import { isOpen, isSound } from "./mirror.ts";

/**
 * What an L2 node tells of the system, out of what is known of L1.
 *
 * @param state The state as of now; final batches are known as far back as the follower keeps them.
 */
export function systemState(state: () => L1State): SystemState {
  return {
    batchCount: () => Promise.resolve(BigInt(state().head)),
    batch: (index) => Promise.resolve(view(state(), Number(index))),
    finalised: () => Promise.resolve(BigInt(state().finalised)),
    currentSequencer: () => {
      const { sequencer } = state().term;
      return Promise.resolve(sequencer === ZeroAddress ? undefined : sequencer);
    },
    insecure: () => Promise.resolve(state().insecure),
  };
}

function view(state: L1State, index: number): BatchView | undefined {
  const batch = state.batches[index];
  if (batch === undefined) return undefined;
  const { header, headerHash } = batch;
  const request = state.requests[headerHash];
  return { header, headerHash, status: statusOf(state, batch), held: request !== undefined && isOpen(state, request) };
}

function statusOf(state: L1State, batch: L1Batch): BatchView["status"] {
  if (Number(batch.header.index) < state.finalised) return "final";
  return isSound(batch) ? "pending" : "unattested";
}
