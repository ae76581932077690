import type { Fees } from "./fees.ts";

/** A call to be made on L1. */
export interface L1Call {
  to: string;
  data: string;
  /** Wei; none if absent. */
  value?: bigint;
  /** What it is, for logs and metrics. */
  label: string;
  /** Gas limit, where the caller has simulated the call already; estimated, with a fifth more, if absent. */
  gas?: bigint;
}

/** A transaction that may be under way, as it is kept on disk before it is sent. */
export interface PendingTransaction extends Fees {
  call: L1Call;
  nonce: number;
  gasLimit: bigint;
  /** Every hash under which it was sent. */
  hashes: string[];
  /** The last version, signed. */
  signed: string;
}

/** What the cursor of a transaction manager keeps. */
export interface TransactionState {
  /** In the order in which they were sent. */
  pending?: PendingTransaction[];
}

/** Whether two calls do the same. */
export function sameCall(first: L1Call, second: L1Call): boolean {
  return first.to === second.to && first.data === second.data && (first.value ?? 0n) === (second.value ?? 0n);
}
