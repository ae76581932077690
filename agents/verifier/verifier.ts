import { executeBatch } from "../../l2/batch/build.ts";
import type { BatchHeader } from "../../l2/batch/header.ts";
import type { Hex } from "../../l2/base/hex.ts";
import type { ChainConfig } from "../../l2/protocol/config.ts";
import type { StateStore } from "../../l2/state/state.ts";
import { fetchPosted, type BatchData, type DataSource } from "../data/batch-data.ts";
import { findData } from "../data/sources.ts";
import type { EventFollower } from "../l1/events.ts";
import type { L1 } from "../l1/l1.ts";
import type { L1Batch, L1State } from "../l1/mirror.ts";
import type { TransactionManager } from "../l1/transactions.ts";
import { Agent, type AgentDependencies, type AgentOptions } from "../runtime/agent.ts";
import type { Cursor } from "../runtime/cursor.ts";
import { AgentError } from "../runtime/errors.ts";
import { claim, register } from "./account.ts";
import { Findings, type Finding, type VerifierCursor } from "./findings.ts";
import { judgeExecution, judgeOrder, type Judgement } from "./judge.ts";
import { Prover } from "./prover.ts";
import { NO_DATA, Requests, type RequestsOptions } from "./requests.ts";

export interface VerifierOptions extends AgentOptions, RequestsOptions {
  /** Whether to become a verifier where the account is none, by locking the bond. */
  register: boolean;
}

export interface VerifierDependencies extends AgentDependencies {
  l1: L1;
  mirror: EventFollower<L1State>;
  transactions: TransactionManager;
  config: ChainConfig;
  states: StateStore;
  /** Where data is looked for, in this order: Memolabs, snapshot, blockchain (steps 9, 9.1). */
  sources: readonly DataSource[];
  cursor: Cursor<VerifierCursor>;
}

/**
 * Downloads every batch's data, re-executes it, compares both roots with L1's and acts where they differ (steps 9 to
 * 11.5, 11.6, 11.9, 11.10.2, 11.10.3, 11.D1).
 */
export class Verifier extends Agent {
  readonly #options: VerifierOptions;
  readonly #d: VerifierDependencies;
  readonly #findings: Findings;
  readonly #prover: Prover;
  readonly #requests: Requests;

  constructor(options: VerifierOptions, dependencies: VerifierDependencies) {
    super(options, dependencies);
    this.#options = options;
    this.#d = dependencies;
    this.#findings = new Findings(dependencies);
    this.#prover = new Prover(options, dependencies);
    this.#requests = new Requests(options, { ...dependencies, findings: this.#findings });
  }

  /** What is known of a batch; undefined before it was looked at. */
  finding(headerHash: Hex): Finding | undefined {
    return this.#findings.of(headerHash);
  }

  protected override async open(): Promise<void> {
    await this.#d.transactions.recover(this.signal);
    await this.#findings.load();
    await this.#d.states.genesis(this.#d.config);
    if (this.#options.register) await register(this.#d, this.signal);
  }

  protected override async round(): Promise<void> {
    const { mirror } = this.#d;
    const state = await mirror.sync(this.signal);
    this.metrics.head.set(state.head);
    this.metrics.finalised.set(state.finalised);
    this.metrics.insecure.set(state.insecure ? 1 : 0);
    await this.#verifyAll(state);
    await this.#requests.tend(await mirror.sync(this.signal), this.signal);
    await claim(this.#d, this.signal);
  }

  /** Looks at every batch that stands, in order: a batch can only be executed on the state of the one before. */
  async #verifyAll(state: L1State): Promise<void> {
    for (const index of Object.keys(state.batches).map(Number)) {
      const batch = state.batches[index];
      if (batch === undefined || index === 0) continue;
      this.signal.throwIfAborted();
      const finding = this.#findings.of(batch.headerHash);
      const settled = finding?.verdict === "right" && (await this.#d.states.has(batch.header.postStateRoot));
      if (settled) continue;
      if (finding?.verdict === "wrong data" && state.requests[batch.headerHash] !== undefined) return;
      if (!(await this.#d.states.has(batch.header.preStateRoot))) return;
      const found = await this.#verify(state, batch);
      if (found !== "right") return;
    }
  }

  /** Verifies one batch and acts on what comes out (steps 9 to 11.6). */
  async #verify(state: L1State, batch: L1Batch): Promise<Finding["verdict"]> {
    const { header } = batch;
    let data: BatchData | undefined;
    let judgement: Judgement;
    try {
      data = await this.#fetch(state, batch);
      if (data === undefined) {
        await this.#findings.note(batch, { verdict: "unavailable", withheld: true }, state.finalised);
        await this.#requests.request(state, batch, NO_DATA, this.signal);
        return "unavailable";
      }
      judgement = await this.#judge(header, data);
    } catch (error) {
      if (!(error instanceof AgentError) || error.code !== "DATA_MALFORMED") throw error;
      judgement = { verdict: "wrong data", reason: error.message };
    }
    await this.#findings.note(batch, { verdict: judgement.verdict, withheld: false }, state.finalised);
    if (judgement.verdict === "right") {
      this.log.info({ batch: Number(header.index), source: data?.source }, "[11.3.1] roots are equal");
      return "right";
    }
    this.metrics.batches.inc({ outcome: judgement.verdict });
    if (Number(header.index) < state.finalised) {
      this.metrics.alarms.inc({ reason: "a final batch is wrong" });
      this.log.error({ batch: Number(header.index), verdict: judgement.verdict }, "a final batch is wrong");
      return judgement.verdict;
    }
    const found = { ...judgement, claimed: undefined, source: data?.source };
    this.log.warn({ batch: Number(header.index), ...found }, "[11] the batch is wrong");
    await this.#dispute(state, batch, judgement, data);
    return judgement.verdict;
  }

  /** Data whose MTTBR is L1's: from storage, snapshot, blockchain or, once it was posted, L1 (steps 9 to 9.3). */
  async #fetch(state: L1State, batch: L1Batch): Promise<BatchData | undefined> {
    const { header, headerHash } = batch;
    const found = await findData(this.#d.sources, header, { log: this.log, metrics: this.metrics }, { strict: true });
    if (found !== undefined) return found;
    const request = state.requests[headerHash];
    return request?.recomputing === undefined ? undefined : fetchPosted(this.#d.l1, request);
  }

  async #judge(header: BatchHeader, { transactions, stateRoots }: BatchData): Promise<Judgement> {
    const disorder = judgeOrder(header, transactions);
    if (disorder !== undefined) return disorder;
    const own = await executeBatch(this.#d.config, this.#d.states, header.preStateRoot, transactions);
    return judgeExecution(header, own, stateRoots);
  }

  /** Proves the fault where that can be done without the sequencer (11.4, 11.5), and has L1 recompute otherwise. */
  async #dispute(state: L1State, batch: L1Batch, judgement: Judgement, data: BatchData | undefined): Promise<void> {
    if (judgement.verdict === "right") return;
    if (judgement.verdict === "wrong data") {
      await this.#requests.request(state, batch, judgement.reason, this.signal);
    } else {
      await this.#prover.prove(batch.header, judgement, data?.transactions ?? [], this.signal);
    }
  }
}
