import type { ChainConfig } from "../../l2/protocol/config.ts";
import type { StateStore } from "../../l2/state/state.ts";
import { SerialQueue } from "../../l2/base/serial.ts";
import type { DataSource } from "../data/batch-data.ts";
import { findData } from "../data/sources.ts";
import { Answering, type Look } from "../execution/answer.ts";
import { Checker, placeOf } from "../execution/checker.ts";
import { callGasFor } from "../execution/defaults.ts";
import { judge } from "../execution/judge.ts";
import { Transitions } from "../execution/ranges.ts";
import { claim } from "../l1/account.ts";
import type { Accounts } from "../l1/accounts.ts";
import type { EventFollower } from "../l1/events.ts";
import type { L1 } from "../l1/l1.ts";
import { isOpen, type DataRequest, type L1State } from "../l1/mirror.ts";
import { Agent, type AgentDependencies, type AgentOptions } from "../runtime/agent.ts";
import { Slots } from "../runtime/slots.ts";
import { DEFAULT_AT_ONCE } from "./defaults.ts";
import { Turns } from "./turns.ts";

export interface AnswererOptions extends AgentOptions {
  /** Owner of the sequencer that answers. */
  readonly owner: string;
  /** L1 gas that one call aims at. */
  readonly stepGas: bigint;
  /** Calls of one answer that are under way at a time; {@link DEFAULT_AT_ONCE} where absent. */
  readonly atOnce?: number;
}

export interface AnswererDependencies extends AgentDependencies {
  readonly l1: L1;
  /** Of its own: the sequencer's own view may be busy. */
  readonly mirror: Pick<EventFollower<L1State>, "sync">;
  /** Accounts that send nothing else. */
  readonly accounts: Accounts;
  readonly config: ChainConfig;
  readonly states: StateStore;
  /** Where the data is looked for, one after the other. */
  readonly sources: readonly DataSource[];
}

/** How old the view of L1 may be while an answer is under way, in milliseconds. */
const FRESH = 1_000;

/** Requests that are answered at a time: each takes memory, and they share the accounts. */
const REQUESTS_AT_ONCE = 4;

/**
 * Answers requests for data (rule 9; steps 11.8, 11.9, 3.3.4, 3.3.5): those for its sequencer's batches at once, those for
 * others' batches when it is its turn. It runs beside the production of blocks, which never waits for it (M1). Where it
 * finds that a batch is wrong, it proves that instead (11.5).
 */
export class Answerer extends Agent {
  readonly #options: AnswererOptions;
  readonly #d: AnswererDependencies;
  readonly #checker: Checker;
  readonly #answering: Answering;
  readonly #turns: Turns;
  readonly #looks = new SerialQueue();
  readonly #slots = new Slots(REQUESTS_AT_ONCE);
  /** What is being answered, by commitment. */
  readonly #tasks = new Map<string, Promise<void>>();
  #state: L1State | undefined;
  #lookedAt = -Infinity;
  #failure: { readonly error: unknown } | undefined;

  constructor(options: AnswererOptions, dependencies: AnswererDependencies) {
    super(options, dependencies);
    this.#options = options;
    this.#d = dependencies;
    const parts = { ...dependencies, transactions: dependencies.accounts };
    this.#checker = new Checker(options, parts);
    const { stepGas, atOnce = DEFAULT_AT_ONCE } = options;
    this.#answering = new Answering({ callGas: callGasFor(stepGas), atOnce }, { ...parts, checker: this.#checker });
    this.#turns = new Turns(options.owner, dependencies.l1);
  }

  /** Resolves when nothing is being answered any more. */
  async idle(): Promise<void> {
    while (this.#tasks.size > 0) await Promise.all(this.#tasks.values());
  }

  protected override async open(): Promise<void> {
    await this.#d.accounts.recover(this.signal);
  }

  protected override async close(): Promise<void> {
    await this.idle();
  }

  protected override async round(): Promise<void> {
    const state = await this.#look(0);
    const now = await this.#d.l1.now();
    const open = Object.values(state.requests)
      .filter((request) => isOpen(state, request) && now <= request.deadline && !this.#tasks.has(request.commitment))
      .toSorted((first, second) => this.#urgency(first) - this.#urgency(second));
    for (const request of open) if ((await this.#turns.of(request)) <= now) this.#begin(request);
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
  }

  /** One's own first, then what ends first. */
  #urgency({ header, deadline }: DataRequest): number {
    return header.sequencer === this.#options.owner ? 0 : deadline;
  }

  #begin(request: DataRequest): void {
    const task = async (): Promise<void> => {
      const leave = await this.#slots.take();
      try {
        if (!this.signal.aborted) await this.#answer(request);
      } catch (error) {
        if (!this.signal.aborted) this.#failure = { error };
      } finally {
        leave();
        this.#tasks.delete(request.commitment);
      }
    };
    this.#tasks.set(request.commitment, task());
  }

  async #answer(request: DataRequest): Promise<void> {
    const { accounts, config, states, l1 } = this.#d;
    const { header } = request;
    const batch = Number(header.index);
    const found = await findData(this.#d.sources, header, { log: this.log, metrics: this.metrics });
    if (found === undefined) {
      this.#alarm(batch, "no data to answer with");
      return;
    }
    const judged = await judge(config, states, header, found);
    if (judged?.claimed === undefined) {
      this.#alarm(
        batch,
        judged === undefined ? "the state before the batch is not known" : "nobody has the state roots",
      );
      return;
    }
    const { judgement, claimed, gas } = judged;
    const transitions = new Transitions(header, found.transactions, claimed);
    // What failures left under way has to be known before what is missing is asked for.
    await accounts.recover(this.signal);
    if (judgement.verdict === "wrong") {
      const place = placeOf(request);
      await accounts.send(await this.#checker.single(transitions, place, judgement.index, this.signal), this.signal);
      this.log.warn({ batch, ...judgement }, "[11.5] proved a batch wrong whose data was requested");
    } else {
      await this.#answering.answer(transitions, gas ?? [], this.#progress(request), this.signal);
      this.log.info({ batch }, "[11.8] answered");
    }
    for (const transactions of accounts.managers) await claim({ l1, transactions, log: this.log }, this.signal);
  }

  #progress(asked: DataRequest): Look {
    const { headerHash, commitment } = asked;
    return async () => {
      const state = await this.#look(FRESH);
      const request = state.requests[headerHash];
      if (request?.commitment !== commitment || !isOpen(state, request)) return undefined;
      return { place: placeOf(asked), checked: request.checked };
    };
  }

  /** The state of L1, read anew where it is older than so many milliseconds. */
  #look(age: number): Promise<L1State> {
    return this.#looks.run(async () => {
      const now = this.clock.now();
      if (this.#state === undefined || now - this.#lookedAt >= age) {
        this.#state = await this.#d.mirror.sync(this.signal);
        this.#lookedAt = now;
      }
      return this.#state;
    });
  }

  #alarm(batch: number, reason: string): void {
    this.metrics.alarms.inc({ reason });
    this.log.error({ batch }, reason);
  }
}
