import { dataLength } from "ethers";

import type { CheckedRange } from "../l1/mirror.ts";
import { L1Revert } from "../l1/reverts.ts";
import type { L1Call, Sender } from "../l1/transactions.ts";
import type { Logger } from "../runtime/logger.ts";
import { Slots } from "../runtime/slots.ts";
import type { Checker, Place } from "./checker.ts";
import { gaps, RangePlanner } from "./planner.ts";
import type { Transitions } from "./ranges.ts";

export interface AnsweringOptions {
  /** Gas limit of a call that checks a range. */
  readonly callGas: bigint;
  /** Calls that are under way at a time. */
  readonly atOnce: number;
}

/** Where a request stands on L1. */
export interface Progress {
  readonly place: Place;
  /** What L1 has checked. */
  readonly checked: readonly Pick<CheckedRange, "from" | "count">[];
}

/** Says how a request stands; nothing where it is no longer open. Asked often. */
export type Look = () => Promise<Progress | undefined>;

/** Gas that stays free in a call: the one that happens to complete a request does more than its simulation did. */
const COMPLETION = 500_000n;

/** Errors that say that L1 needs nothing more, or that somebody else was faster. */
const SUPERSEDED = ["RequestNotOpen", "RequestWindowOver", "RequestUnknownBatch", "InboxUnknownBatch", "FraudNotFound"];

/**
 * Answers requests for data (steps 11.8, 11.9, 3.3.4, 3.3.5): has L1 check what it has not checked yet, in ranges that
 * fill transactions, several under way. Several may answer at once; each leaves out what the others were faster with.
 */
export class Answering {
  readonly #options: AnsweringOptions;
  readonly #checker: Checker;
  readonly #transactions: Sender;
  readonly #log: Logger;

  constructor(
    options: AnsweringOptions,
    dependencies: { readonly checker: Checker; readonly transactions: Sender; readonly log: Logger },
  ) {
    this.#options = options;
    this.#checker = dependencies.checker;
    this.#transactions = dependencies.transactions;
    this.#log = dependencies.log;
  }

  /**
   * Answers until the request is settled, or nothing comes of it.
   *
   * @param gas L2 gas of each transition.
   * @throws {ChainError} Where a state of the batch is not in the store.
   */
  async answer(transitions: Transitions, gas: readonly bigint[], look: Look, signal?: AbortSignal): Promise<void> {
    const weights = transitions.transactions.map(({ raw }, index) => ({ gas: gas[index] ?? 0n, size: raw.length }));
    const planner = new RangePlanner({ gas: this.#options.callGas - COMPLETION }, weights);
    for (let left = Infinity; ;) {
      const missing = gaps((await look())?.checked ?? ALL, 0, transitions.count);
      const count = missing.reduce((sum, [from, to]) => sum + to - from, 0);
      if (count === 0 || count >= left) return;
      left = count;
      await new Pass(this.#options, { transitions, planner, look, ...this.#parts }, missing).run(signal);
    }
  }

  get #parts(): Pick<PassDependencies, "checker" | "transactions" | "log"> {
    return { checker: this.#checker, transactions: this.#transactions, log: this.#log };
  }
}

const ALL = [{ from: 0, count: Infinity }];

interface PassDependencies {
  readonly transitions: Transitions;
  readonly planner: RangePlanner;
  readonly look: Look;
  readonly checker: Checker;
  readonly transactions: Sender;
  readonly log: Logger;
}

/** Has everything that is missing checked once. */
class Pass {
  readonly #options: AnsweringOptions;
  readonly #d: PassDependencies;
  readonly #slots: Slots;
  /** What is not under way yet, in order. */
  readonly #queue: [from: number, to: number][];
  readonly #tasks = new Set<Promise<void>>();
  #measured = false;
  #over = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(options: AnsweringOptions, dependencies: PassDependencies, missing: [from: number, to: number][]) {
    this.#options = options;
    this.#d = dependencies;
    this.#slots = new Slots(options.atOnce);
    this.#queue = missing;
  }

  async run(signal: AbortSignal | undefined): Promise<void> {
    while (!this.#over && (this.#queue.length > 0 || this.#tasks.size > 0)) {
      if (this.#queue.length === 0) await Promise.race(this.#tasks);
      else await this.#next(signal);
    }
    await Promise.all(this.#tasks);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Builds the next call while others are under way. */
  async #next(signal: AbortSignal | undefined): Promise<void> {
    const leave = await this.#slots.take();
    let task: { readonly done: Promise<void> } | undefined;
    try {
      task = this.#over ? undefined : await this.#begin(signal);
    } catch (error) {
      this.#fail(error);
    }
    if (task === undefined) {
      leave();
      return;
    }
    const tracked = task.done
      .catch((error: unknown) => {
        this.#fail(error);
      })
      .finally(() => {
        this.#tasks.delete(tracked);
        leave();
      });
    this.#tasks.add(tracked);
    // What the first call takes says how large the others may be.
    if (!this.#measured) await tracked;
    this.#measured = true;
  }

  /** Builds the next call, and begins to send it; a promise in an object, as it is not to be waited for here. */
  async #begin(signal: AbortSignal | undefined): Promise<{ readonly done: Promise<void> } | undefined> {
    signal?.throwIfAborted();
    const { look, planner, transitions, checker } = this.#d;
    const [planned] = this.#queue;
    if (planned === undefined) return undefined;
    const progress = await look();
    if (progress === undefined) {
      this.#over = true;
      return undefined;
    }
    this.#queue.shift();
    const [missing, ...others] = gaps(progress.checked, ...planned);
    this.#queue.unshift(...others);
    if (missing === undefined) return undefined;
    const [from, limit] = missing;
    const to = planner.end(from, limit);
    if (to < limit) this.#queue.unshift([to, limit]);
    const call = await checker.build(transitions, progress.place, from, to);
    planner.note(from, to, { bytes: dataLength(call.data) });
    return { done: this.#check(call, { from, to, place: progress.place }, signal) };
  }

  /** Sends a call where it fits; otherwise its range comes again in halves, and a lone transition in several calls. */
  async #check(
    call: L1Call,
    { from, to, place }: { from: number; to: number; place: Place },
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { checker, planner, transactions, transitions, log } = this.#d;
    const batch = Number(transitions.header.index);
    const { callGas } = this.#options;
    try {
      let sent: L1Call = { ...call, gas: callGas };
      if (!(await this.#fits(call, from, to))) {
        if (to - from > 1) {
          const middle = from + Math.ceil((to - from) / 2);
          this.#queue.unshift([from, middle], [middle, to]);
          return;
        }
        sent = await checker.single(transitions, place, from, signal);
      }
      const { gasUsed } = await transactions.send(sent, signal);
      planner.note(from, to, { gas: gasUsed });
      log.info({ batch, from, to, gas: gasUsed.toString() }, "[11.8] [11.9] answered a range");
    } catch (error) {
      if (!(error instanceof L1Revert)) throw error;
      const name = error.error?.name;
      if (name !== undefined && !SUPERSEDED.includes(name)) throw error;
      log.info({ batch, from, to, reason: error.message }, "another one was faster");
    }
  }

  async #fits(call: L1Call, from: number, to: number): Promise<boolean> {
    const { checker, planner } = this.#d;
    const most = this.#options.callGas - COMPLETION;
    if (this.#measured) return checker.fits(call, most);
    const gas = await checker.estimate(call);
    if (gas !== undefined) planner.note(from, to, { gas });
    return gas !== undefined && gas <= most;
  }

  #fail(error: unknown): void {
    this.#over = true;
    this.#failure ??= { error };
  }
}
