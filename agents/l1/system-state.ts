import { ZeroAddress } from "ethers";

import type { BatchView, SystemState } from "../../l2/rpc/system.ts";
import { BATCH_STATUS, type L1Batch, type L1State } from "./mirror.ts";

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
    secureBelow: () => Promise.resolve(BigInt(state().secureBelow)),
  };
}

function view(state: L1State, index: number): BatchView | undefined {
  const batch = state.batches[index];
  if (batch === undefined) return undefined;
  const { header, headerHash } = batch;
  return { header, headerHash, status: statusOf(state, batch), held: state.held.includes(index) };
}

function statusOf(state: L1State, { header, standing: { status } }: L1Batch): BatchView["status"] {
  if (Number(header.index) < state.finalised) return "final";
  if (status === BATCH_STATUS.unattested) return "unattested";
  return status === BATCH_STATUS.recomputed ? "recomputed" : "pending";
}
