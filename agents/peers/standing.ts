import { BATCH_STATUS, isSound, type L1Batch, type L1State } from "../l1/mirror.ts";

/** L1's last batch that can be built upon: the head, or the one below an unattested head (step 3.3). */
export function lastSound(state: L1State): L1Batch | undefined {
  for (let index = state.head - 1; index >= 0; index--) {
    const batch = state.batches[index];
    if (batch === undefined || isSound(batch)) return batch;
  }
  return undefined;
}

/** The unattested batch at the head, while it is neither confirmed, replaced nor found wrong (step 3.3). */
export function unattestedHead(state: L1State): L1Batch | undefined {
  const head = state.batches[state.head - 1];
  return head === undefined || isSound(head) ? undefined : head;
}

/**
 * Whether a certified batch may still take the place of this one, which L1 recomputed: nothing builds on it, and the
 * time for it is not over. The window of its request closes then, or a little later.
 *
 * @param now In seconds.
 */
export function givesWay(state: L1State, { header, headerHash, standing }: L1Batch, now: number): boolean {
  if (standing.status !== BATCH_STATUS.recomputed || Number(header.index) !== state.head - 1) return false;
  return now < (state.requests[headerHash]?.deadline ?? 0);
}
