import { type L1Batch, type L1State, isOpen, isSound } from "../l1/mirror.ts";

/** L1's last batch that can be built upon: the head, or the one below an unattested head (step 3.3). */
export function lastSound(state: L1State): L1Batch | undefined {
  for (let index = state.head - 1; index >= 0; index--) {
    const batch = state.batches[index];
    if (batch === undefined || isSound(batch)) return batch;
  }
  return undefined;
}

/** The fake batch at the head, while it is neither confirmed, replaced nor found wrong (step 3.3). */
export function unattestedHead(state: L1State): L1Batch | undefined {
  const head = state.batches[state.head - 1];
  return head === undefined || isSound(head) ? undefined : head;
}

/** Whether a request for a batch's data is open. */
export function isRequested(state: L1State, { headerHash }: L1Batch): boolean {
  const request = state.requests[headerHash];
  return request !== undefined && isOpen(state, request);
}
