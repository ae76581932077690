import type { L1 } from "../l1/l1.ts";
import { isSound, passed, type L1Batch, type L1State } from "../l1/mirror.ts";
import { L1Revert } from "../l1/reverts.ts";
import type { TransactionManager } from "../l1/transactions.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Metrics } from "../runtime/metrics.ts";

/** Batches in one call, which stays far below the gas and the bytes that a transaction may have. */
const RUN = 64;

export interface FinaliserDependencies {
  readonly l1: L1;
  readonly transactions: Pick<TransactionManager, "send">;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** Finalises batches whose challenge window has passed, in runs. */
export class Finaliser {
  readonly #d: FinaliserDependencies;

  constructor(dependencies: FinaliserDependencies) {
    this.#d = dependencies;
  }

  /** Finalises all that is due. */
  async finalise(state: L1State, signal?: AbortSignal): Promise<void> {
    const now = await this.#d.l1.now();
    let from = state.finalised;
    for (;;) {
      signal?.throwIfAborted();
      const run = await this.#due(state, from, now);
      if (run.length === 0 || !(await this.#send(run, signal))) return;
      from += run.length;
    }
  }

  /** The longest run, from a batch on, whose windows have passed and before which no request is open (S1). */
  async #due(state: L1State, from: number, now: number): Promise<L1Batch[]> {
    const run: L1Batch[] = [];
    for (let index = from; index < state.secureBelow && run.length < RUN; index++) {
      const batch = state.batches[index];
      // A clock that stood still runs behind L1's: what is not due by L1's is not due by its own.
      if (batch === undefined || !isSound(batch) || now < batch.standing.due) break;
      const standstill = await this.#d.l1.inbox.standstill(index);
      if (BigInt(now) - standstill < BigInt(batch.standing.due)) break;
      run.push(batch);
    }
    return run;
  }

  async #send(run: readonly L1Batch[], signal: AbortSignal | undefined): Promise<boolean> {
    const { l1, transactions, log, metrics } = this.#d;
    const about = { batch: Number(run[0]?.header.index), batches: run.length };
    const data = l1.inbox.interface.encodeFunctionData("finalise", [run.map(passed)]);
    try {
      await transactions.send({ to: l1.addresses.inbox, data, label: "finalise" }, signal);
    } catch (error) {
      // Anyone may finalise, and a request may have been opened meanwhile.
      if (!(error instanceof L1Revert)) throw error;
      log.info({ ...about, reason: error.message }, "not finalised");
      return false;
    }
    metrics.batches.inc({ outcome: "finalised" }, run.length);
    log.info(about, "finalised");
    return true;
  }
}
