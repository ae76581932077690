import { ZeroAddress } from "ethers";

import { Parameter } from "../../ignition/parameters.ts";
import type { Logger } from "../runtime/logger.ts";
import type { L1 } from "./l1.ts";
import { L1Revert } from "./reverts.ts";
import type { TransactionManager } from "./transactions.ts";

/** Age at which anyone may end a term, in seconds: `TERM_LIMIT` of `SequencerSet.sol`. */
export const TERM_LIMIT = 86_400;

/** What anyone may call, and who has called it first. */
export type Housekeeping = "rotate" | "draw";

/** For how long something may be due before it is done here, in seconds. */
export type Patience = Readonly<Record<Housekeeping, number>>;

/**
 * What the sequencer set needs anyone to do (step 5): end a term that has lasted long enough, and fix the draw of the
 * next sequencer, which a certified batch does by the way.
 */
export class Rotations {
  readonly #patience: Patience;
  readonly #l1: L1;
  readonly #transactions: Pick<TransactionManager, "send">;
  readonly #log: Logger;
  /** Since when what is due is due, in seconds. */
  readonly #since = new Map<string, number>();

  constructor(
    patience: Patience,
    dependencies: { readonly l1: L1; readonly transactions: Pick<TransactionManager, "send">; readonly log: Logger },
  ) {
    this.#patience = patience;
    this.#l1 = dependencies.l1;
    this.#transactions = dependencies.transactions;
    this.#log = dependencies.log;
  }

  /**
   * Does what has been due for long enough.
   *
   * @param head The index that L1's next batch takes.
   * @returns What L1 took.
   */
  async tend(head: number, signal?: AbortSignal): Promise<Housekeeping | undefined> {
    const [term, now] = await Promise.all([this.#l1.sequencers.term(), this.#l1.now()]);
    const number = Number(term.number);
    const age = now - Number(term.startedAt);
    const due = await this.#due(term, { head, age });
    if (due === undefined) {
      this.#since.clear();
      return undefined;
    }
    const key = `${due} ${number}`;
    const since = this.#since.get(key) ?? now;
    this.#since.clear();
    this.#since.set(key, since);
    return now - since >= this.#patience[due] && (await this.#send(due, number, signal)) ? due : undefined;
  }

  async #due(
    term: { readonly number: bigint; readonly transactions: bigint; readonly sequencer: string },
    { head, age }: { readonly head: number; readonly age: number },
  ): Promise<Housekeeping | undefined> {
    const { sequencers, parameters } = this.#l1;
    const [current, coming, most, next] = await Promise.all([
      sequencers.rosterOf(term.number),
      sequencers.rosterOf(term.number + 1n),
      parameters.get(Parameter.RotationTransactions),
      sequencers.next(),
    ]);
    const somebody = current.active !== 0n || coming.active !== 0n;
    if (head <= 1 && current.active !== coming.active) return "rotate";
    if (somebody && (age >= TERM_LIMIT || term.transactions >= most)) return "rotate";
    return current.active !== 0n && next === ZeroAddress ? "draw" : undefined;
  }

  async #send(label: Housekeeping, term: number, signal: AbortSignal | undefined): Promise<boolean> {
    const { sequencers, addresses } = this.#l1;
    const data =
      label === "rotate"
        ? sequencers.interface.encodeFunctionData("rotate")
        : sequencers.interface.encodeFunctionData("draw");
    try {
      await this.#transactions.send({ to: addresses.sequencers, data, label }, signal);
    } catch (error) {
      // Anyone may call it, and somebody was faster, or L1's clock is behind.
      if (!(error instanceof L1Revert)) throw error;
      this.#log.info({ label, term, reason: error.message }, "L1 does not take it");
      return false;
    }
    this.#log.info({ term }, label === "rotate" ? "[5] rotated" : "[5.2] fixed the draw of the next sequencer");
    return true;
  }
}
