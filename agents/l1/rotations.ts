import { Parameter } from "../../ignition/parameters.ts";
import type { Logger } from "../runtime/logger.ts";
import type { L1 } from "./l1.ts";
import { L1Revert } from "./reverts.ts";
import type { TransactionManager } from "./transactions.ts";

/** Age at which anyone may end a term, in seconds: `TERM_LIMIT` of `SequencerSet.sol`. */
export const TERM_LIMIT = 86_400;

/** What anyone may call. */
export type Housekeeping = "rotate" | "draw";

/** When something is done here, in seconds. */
export interface Patience {
  /** For how long a term may be over. */
  readonly rotate: number;
  /** How old a term without a batch may be before its draw is fixed; it is left to others if absent. */
  readonly draw?: number;
}

/**
 * What the sequencer set needs anyone to do (step 5): end a term that has lasted long enough, and fix the draw of the
 * next sequencer while L1 knows the block that decides it. A certified batch does that by the way.
 */
export class Rotations {
  readonly #patience: Patience;
  readonly #l1: L1;
  readonly #transactions: Pick<TransactionManager, "send">;
  readonly #log: Logger;
  /** The term that is over, and since when it is known to be, in seconds. */
  #over: { readonly term: bigint; readonly since: number } | undefined;
  /** The term whose draw was fixed here. */
  #drawn: bigint | undefined;

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
    const { sequencers, parameters } = this.#l1;
    const [term, now] = await Promise.all([sequencers.term(), this.#l1.now()]);
    const { number } = term;
    const [current, coming, most] = await Promise.all([
      sequencers.rosterOf(number),
      sequencers.rosterOf(number + 1n),
      parameters.get(Parameter.RotationTransactions),
    ]);
    const age = now - Number(term.startedAt);
    const somebody = (current.active | coming.active) !== 0n;
    const founding = head <= 1 && current.active !== coming.active;
    if (founding || (somebody && (age >= TERM_LIMIT || term.transactions >= most))) {
      if (this.#over?.term !== number) this.#over = { term: number, since: now };
      if (now - this.#over.since >= this.#patience.rotate) return this.#send("rotate", number, signal);
    }
    const { draw = Infinity } = this.#patience;
    if (current.active === 0n || head > Number(current.head) || age < draw || this.#drawn === number) return undefined;
    const sent = await this.#send("draw", number, signal);
    if (sent !== undefined) this.#drawn = number;
    return sent;
  }

  async #send(label: Housekeeping, term: bigint, signal: AbortSignal | undefined): Promise<Housekeeping | undefined> {
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
      this.#log.info({ label, term: Number(term), reason: error.message }, "L1 does not take it");
      return undefined;
    }
    this.#log.info(
      { term: Number(term) },
      label === "rotate" ? "[5] rotated" : "[5.2] fixed the draw of the next sequencer",
    );
    return label;
  }
}
