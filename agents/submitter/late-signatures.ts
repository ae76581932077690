import type { Hex } from "../../l2/base/hex.ts";
import { hashHeader } from "../../l2/batch/header.ts";
import { certificateOf, seatsOf } from "../l1/certificate.ts";
import type { L1 } from "../l1/l1.ts";
import { BATCH_STATUS, passed, type L1Batch, type L1State } from "../l1/mirror.ts";
import { L1Revert } from "../l1/reverts.ts";
import type { TransactionManager } from "../l1/transactions.ts";
import type { Consensus } from "../node/consensus.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";

/** For how long signatures that came late are waited for, in seconds, so that one call adds them all. */
const PATIENCE = 900;
/** Batches below the head that are looked at. */
const DEPTH = 256;

export interface LateSignaturesDependencies {
  readonly l1: L1;
  readonly transactions: Pick<TransactionManager, "send" | "address">;
  readonly consensus: Pick<Consensus, "certifiedBatch">;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Adds signatures to batches on L1 that another submitter left out, or that came after the submission, so that all who
 * signed are paid (M2).
 */
export class LateSignatures {
  readonly #d: LateSignaturesDependencies;
  /** When a batch was seen first, in seconds. */
  readonly #seen = new Map<Hex, number>();
  /** Batches of which nothing more is expected. */
  readonly #done = new Set<Hex>();
  /** Seats of the terms. */
  readonly #seats = new Map<bigint, bigint>();

  constructor(dependencies: LateSignaturesDependencies) {
    this.#d = dependencies;
  }

  /** Adds what is there: at once where somebody else submitted a batch, and once again after some time. */
  async add(state: L1State, signal?: AbortSignal): Promise<void> {
    const now = Math.floor(this.#d.clock.now() / 1000);
    const me = await this.#d.transactions.address();
    const first = Math.max(state.finalised, state.head - DEPTH);
    const batches = Array.from({ length: state.head - first }, (_, place) => state.batches[first + place]);
    this.#forget(batches);
    for (const batch of batches) {
      if (batch?.standing.status !== BATCH_STATUS.certified || this.#done.has(batch.headerHash)) continue;
      signal?.throwIfAborted();
      if (await this.#complete(batch)) {
        this.#done.add(batch.headerHash);
        continue;
      }
      const since = this.#seen.get(batch.headerHash);
      const foreign = since === undefined && batch.standing.submitter !== me;
      const late = since !== undefined && now - since >= PATIENCE;
      this.#seen.set(batch.headerHash, since ?? now);
      if (foreign || late) await this.#addTo(batch, signal);
      if (late) this.#done.add(batch.headerHash);
    }
  }

  #forget(batches: readonly (L1Batch | undefined)[]): void {
    const kept = new Set(batches.map((batch) => batch?.headerHash));
    for (const hash of [...this.#seen.keys(), ...this.#done]) {
      if (kept.has(hash)) continue;
      this.#seen.delete(hash);
      this.#done.delete(hash);
    }
  }

  /** Whether every seat of the term signed. */
  async #complete({ header: { term }, standing, added }: L1Batch): Promise<boolean> {
    const seats = this.#seats.get(term) ?? (await this.#d.l1.sequencers.rosterOf(term)).active;
    this.#seats.set(term, seats);
    return (seats & ~(standing.signers | added)) === 0n;
  }

  async #addTo(batch: L1Batch, signal: AbortSignal | undefined): Promise<void> {
    const { l1, transactions, consensus, log } = this.#d;
    const { header, headerHash, standing, added } = batch;
    const certified = await consensus.certifiedBatch(header.index);
    if (certified === undefined || hashHeader(certified.header) !== headerHash) return;
    const certificate = certificateOf(certified.certificate, ~(standing.signers | added));
    if (certificate.signers === 0n) return;
    const about = { batch: Number(header.index), seats: seatsOf(certificate.signers) };
    const data = l1.inbox.interface.encodeFunctionData("addSignatures", [passed(batch), certificate]);
    try {
      await transactions.send({ to: l1.addresses.inbox, data, label: "addSignatures" }, signal);
      log.info(about, "added signatures");
    } catch (error) {
      // The batch may have become final, or somebody was faster.
      if (!(error instanceof L1Revert)) throw error;
      log.info({ ...about, reason: error.message }, "signatures not added");
    }
  }
}
