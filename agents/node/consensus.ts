import type { Hex } from "../../l2/base/hex.ts";
import type { BatchHeader } from "../../l2/batch/header.ts";
import type { Certificate } from "../l1/certificate.ts";

/** A batch that the peer network certified, with every signature so far (step 7). */
export interface CertifiedBatch {
  readonly header: BatchHeader;
  readonly certificate: Certificate;
}

/**
 * What became of a transaction (steps 3.2, 4, Q8). `failed` means that it is in no block, that nothing was spent, and
 * that the user has to send it again.
 */
export type SubmissionStatus =
  | { readonly state: "unknown" }
  | { readonly state: "pending" }
  | { readonly state: "included"; readonly block: number }
  | { readonly state: "failed"; readonly reason: string };

/** The state of the peer network. */
export interface ConsensusStatus {
  /** Number of the rotation (step 5). */
  readonly term: number;
  /** The current sequencer; undefined while nobody is active. */
  readonly current: string | undefined;
  /** The one after it (step 5.2). */
  readonly next: string | undefined;
  /** Whether the chain takes transactions: neither halted nor waiting for a rotation (steps 3.1, 3.3.10). */
  readonly enabled: boolean;
  /** Why not, in words for the user (step 3.2). */
  readonly reason?: string;
  /** Whether more than a third of the stake is out of reach (S2). */
  readonly halted: boolean;
  /** Head of the L2. */
  readonly head: number;
}

/**
 * The consensus layer: takes transactions to the current sequencer, computes batches and has them certified, and has a
 * silent sequencer rotated out. One process implements it here, {@link ConsensusProcess}; a replicated BFT engine takes
 * its place behind this interface.
 */
export interface Consensus {
  /**
   * Takes a user's signed transaction (step 2a).
   *
   * @returns Its hash.
   * @throws {Error} when the L2 cannot execute it, or while the chain is stopped.
   */
  submitTransaction(raw: Uint8Array): Promise<Hex>;
  /** Transactions that wait for a block, for the current sequencer (step 5.1); none while halted. */
  pendingTransactions(): Promise<readonly Uint8Array[]>;
  /** What became of a transaction (steps 3.2, 4). */
  transactionStatus(hash: Hex): Promise<SubmissionStatus>;
  /** The certified batch at an index (step 6); for some time after L1 took it too, as signatures may come late (M2). */
  certifiedBatch(index: bigint): Promise<CertifiedBatch | undefined>;
  status(): Promise<ConsensusStatus>;
}
