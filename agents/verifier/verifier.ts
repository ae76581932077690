import type { Hex } from "../../l2/base/hex.ts";
import { hashHeader } from "../../l2/batch/header.ts";
import type { ChainConfig } from "../../l2/protocol/config.ts";
import type { StateStore } from "../../l2/state/state.ts";
import { fetchPosted, type BatchData, type DataSource } from "../data/batch-data.ts";
import { findData } from "../data/sources.ts";
import { Answering } from "../execution/answer.ts";
import { Checker, placeIn, placeOf } from "../execution/checker.ts";
import { callGasFor } from "../execution/defaults.ts";
import { judge, type Judged } from "../execution/judge.ts";
import { Transitions } from "../execution/ranges.ts";
import { claim, register } from "../l1/account.ts";
import { type Certificate, NO_CERTIFICATE } from "../l1/certificate.ts";
import type { EventFollower } from "../l1/events.ts";
import type { L1 } from "../l1/l1.ts";
import { isAnswered, isOpen, type L1Batch, type L1State, stands } from "../l1/mirror.ts";
import type { TransactionManager } from "../l1/transactions.ts";
import type { Consensus } from "../node/consensus.ts";
import { Agent, type AgentDependencies, type AgentOptions } from "../runtime/agent.ts";
import type { Cursor } from "../runtime/cursor.ts";
import { AgentError, messageOf } from "../runtime/errors.ts";
import { Budget } from "./budget.ts";
import { Findings, type Finding, type VerifierCursor } from "./findings.ts";
import { Prover } from "./prover.ts";
import { NO_DATA, Requests, type RequestsOptions } from "./requests.ts";
import { certificateOf, KEPT, type SignedHeader, type Submission, type Submissions } from "./signed.ts";

export interface VerifierOptions extends AgentOptions, RequestsOptions {
  /** Whether to become a verifier where the account is none, by locking the bond. */
  register: boolean;
  /** Most that is paid for requests in 24 hours, in wei; what the dearest batch costs where absent (H7). */
  requestBudget?: bigint;
  /** L1 gas that one call of a session aims at. */
  stepGas: bigint;
  /** Whether to commit to proofs before they are sent; it does where absent. */
  commit?: boolean;
}

export interface VerifierDependencies extends AgentDependencies {
  l1: L1;
  mirror: EventFollower<L1State>;
  /** Every header that L1 took, also those that are gone. */
  submissions: Pick<EventFollower<Submissions>, "sync">;
  transactions: TransactionManager;
  config: ChainConfig;
  states: StateStore;
  /** Where data is looked for, in this order: Memolabs, snapshot, blockchain (steps 9, 9.1). */
  sources: readonly DataSource[];
  /** Where certified batches are seen before L1 has them, if anywhere. */
  consensus?: Pick<Consensus, "certifiedBatch"> | undefined;
  cursor: Cursor<VerifierCursor>;
}

/** Pause until a header that does not stand, and whose data nobody had, is looked at again, in milliseconds. */
const AGAIN = 600_000;

/**
 * Downloads every batch's data, re-executes it, compares both roots with L1's and acts where they differ (steps 9 to
 * 11.5, 11.6, 11.10.2, 11.10.3, 11.D1). Guilt follows signatures: it does the same for certified headers that are gone
 * from L1, or never got there (H4).
 */
export class Verifier extends Agent {
  readonly #options: VerifierOptions;
  readonly #d: VerifierDependencies;
  readonly #findings: Findings;
  readonly #checker: Checker;
  readonly #answering: Answering;
  readonly #prover: Prover;
  readonly #requests: Requests;
  /** When headers that do not stand are looked at again. */
  readonly #again = new Map<Hex, number>();

  constructor(options: VerifierOptions, dependencies: VerifierDependencies) {
    super(options, dependencies);
    this.#options = options;
    this.#d = dependencies;
    this.#findings = new Findings(dependencies);
    const findings = this.#findings;
    this.#checker = new Checker(options, dependencies);
    const checker = this.#checker;
    const { stepGas, commit = true } = options;
    this.#answering = new Answering({ callGas: callGasFor(stepGas), atOnce: 1 }, { ...dependencies, checker });
    this.#prover = new Prover({ commit }, { ...dependencies, checker, findings });
    const budget = new Budget(options.requestBudget, { ...dependencies, findings });
    this.#requests = new Requests(options, { ...dependencies, budget, findings });
  }

  /** What is known of a header; undefined before it was looked at. */
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
    const submissions = await this.#d.submissions.sync(this.signal);
    await this.#verifyAll(state, submissions);
    await this.#verifySigned(await mirror.sync(this.signal), submissions);
    const after = await mirror.sync(this.signal);
    await this.#requests.tend(after, this.signal);
    await this.#prover.collect(after, this.signal);
    await claim(this.#d, this.signal);
  }

  /**
   * Looks at every batch that stands, in order. Behind one that is wrong nothing matters: it goes with it. Behind one
   * whose data nobody gives, what can be said without its state is said.
   */
  async #verifyAll(state: L1State, submissions: Submissions): Promise<void> {
    for (const index of Object.keys(state.batches).map(Number)) {
      const batch = state.batches[index];
      if (batch === undefined || index === 0) continue;
      this.signal.throwIfAborted();
      const finding = this.#findings.of(batch.headerHash);
      const settled = finding?.verdict === "right" && (await this.#d.states.has(batch.header.postStateRoot));
      if (settled) continue;
      const request = state.requests[batch.headerHash];
      if (finding?.verdict === "unshown" && request !== undefined && isOpen(state, request)) continue;
      const found = await this.#verify(state, batch, submissions);
      if (found === "wrong") return;
    }
  }

  /** Verifies one batch that stands, and acts on what comes out (steps 9 to 11.6). Nothing where it cannot be said yet. */
  async #verify(state: L1State, batch: L1Batch, submissions: Submissions): Promise<Finding["verdict"] | undefined> {
    const { header, headerHash } = batch;
    const index = Number(header.index);
    const data = await this.#fetch(state, batch);
    if (data === undefined) {
      await this.#findings.note(batch, { verdict: "unavailable", withheld: true }, state.finalised);
      await this.#requests.request(state, batch, NO_DATA, this.signal);
      return "unavailable";
    }
    const judged =
      "malformed" in data
        ? { judgement: { verdict: "unshown", reason: data.malformed } as const }
        : await judge(this.#d.config, this.#d.states, header, data);
    if (judged === undefined) return undefined;
    const { judgement } = judged;
    const known = this.#findings.of(headerHash)?.verdict === judgement.verdict;
    await this.#findings.note(batch, { verdict: judgement.verdict, withheld: false }, state.finalised);
    const source = "source" in data ? data.source : undefined;
    if (judgement.verdict === "right") {
      this.log.info({ batch: index, source }, "[11.3.1] roots are equal");
      return "right";
    }
    if (!known) {
      this.metrics.batches.inc({ outcome: judgement.verdict });
      this.log.warn({ batch: index, ...judgement, source }, "[11] the batch is wrong");
      if (index < state.finalised) {
        this.metrics.alarms.inc({ reason: "a final batch is wrong" });
        this.log.error({ batch: index, ...judgement }, "a final batch is wrong");
      }
    }
    await this.#dispute(state, batch, { judged, data: "malformed" in data ? undefined : data, submissions });
    return judgement.verdict;
  }

  /**
   * Data with L1's MTTBR: from storage, snapshot, blockchain or, once it was checked there, L1 (steps 9 to 9.3). The very
   * bytes that L1 recorded may be no such data.
   */
  async #fetch(state: L1State, batch: L1Batch): Promise<BatchData | { readonly malformed: string } | undefined> {
    const { header, headerHash } = batch;
    const help = { log: this.log, metrics: this.metrics };
    const found = await findData(this.#d.sources, header, help);
    if (found !== undefined) return found;
    const request = state.requests[headerHash];
    if (request !== undefined && isAnswered(state, batch)) {
      const data = await fetchPosted(this.#d.l1, request);
      this.log.info({ batch: Number(header.index), bytes: data.data?.length }, "[11.10.2] downloaded from L1");
      return data;
    }
    try {
      await findData(this.#d.sources, header, help, { strict: true });
      return undefined;
    } catch (error) {
      if (!(error instanceof AgentError) || error.code !== "DATA_MALFORMED") throw error;
      return { malformed: error.message };
    }
  }

  /** Proves the fault where that can be done (11.4, 11.5), and requests the data otherwise (11.6). */
  async #dispute(
    state: L1State,
    batch: L1Batch,
    found: { judged: Judged; data: BatchData | undefined; submissions: Submissions },
  ): Promise<void> {
    const { judgement, claimed, gas } = found.judged;
    const { header, headerHash, standing } = batch;
    if (judgement.verdict === "right") return;
    if (judgement.verdict === "unshown" || claimed === undefined || found.data === undefined) {
      const reason = "reason" in judgement ? judgement.reason : "nobody has the state roots";
      await this.#requests.request(state, batch, reason, this.signal);
      return;
    }
    const final = Number(header.index) < state.finalised;
    if (final && state.verdicts[headerHash] !== undefined) return;
    const submission = final ? found.submissions.headers[headerHash] : undefined;
    const certificate = submission === undefined ? undefined : await this.#certificate(submission);
    const place = { ...placeOf(batch), ...(certificate === undefined ? {} : { certificate }) };
    const transitions = new Transitions(header, found.data.transactions, claimed);
    const due = final ? undefined : standing.due;
    const { truth } = found.judged;
    const outcome = await this.#prover.prove(transitions, place, { headerHash, judgement, truth, due }, this.signal);
    if (outcome !== "too large" || judgement.verdict !== "wrong sum") return;
    // All transitions together show it, and they take several calls: those of an answer.
    await this.#requests.request(state, batch, judgement.reason, this.signal);
    const look = async () => {
      const now = await this.#d.mirror.sync(this.signal);
      const request = now.requests[headerHash];
      return request !== undefined && isOpen(now, request) ? { place, checked: request.checked } : undefined;
    };
    await this.#answering.answer(transitions, gas ?? [], look, this.signal);
  }

  /** Looks at what was signed and does not stand (H4). */
  async #verifySigned(state: L1State, submissions: Submissions): Promise<void> {
    await this.#keepCertified(state, submissions);
    const certified = this.#findings.certified.map((signed) => ({ ...signed, certified: true, transactionHash: "" }));
    for (const signed of [...Object.values(submissions.headers), ...certified]) {
      const { header, headerHash } = signed;
      const now = this.clock.now();
      const verdict = state.verdicts[headerHash];
      const contested = verdict !== undefined && (await this.#prover.isContested(verdict));
      const done = (verdict !== undefined && !contested) || this.#findings.of(headerHash)?.verdict === "right";
      if (done || header.index === 0n || stands(state, signed) || (this.#again.get(headerHash) ?? 0) > now) continue;
      this.signal.throwIfAborted();
      try {
        if (await this.#accuseSigners(state, signed)) continue;
      } catch (error) {
        // One header that cannot be looked at keeps nobody from looking at the others.
        this.signal.throwIfAborted();
        this.log.warn({ headerHash, reason: messageOf(error) }, "cannot verify a header that does not stand");
      }
      this.#again.set(headerHash, now + AGAIN);
    }
  }

  /** Keeps what the peer network certified before L1 has it: it may never get there. */
  async #keepCertified(state: L1State, submissions: Submissions): Promise<void> {
    let batch: Awaited<ReturnType<Consensus["certifiedBatch"]>>;
    try {
      batch = await this.#d.consensus?.certifiedBatch(BigInt(state.head));
    } catch (error) {
      this.log.debug({ reason: messageOf(error) }, "the consensus layer gives no certified batch");
    }
    if (batch === undefined) return;
    const headerHash = hashHeader(batch.header);
    if (submissions.headers[headerHash] === undefined) {
      await this.#findings.keep({ ...batch, headerHash }, state.finalised - KEPT);
    }
  }

  /** Proves that a header is wrong that does not stand. @returns Whether the next round is to go on with it. */
  async #accuseSigners(state: L1State, signed: Submission & Partial<SignedHeader>): Promise<boolean> {
    const { header, headerHash } = signed;
    const data = await findData(this.#d.sources, header, { log: this.log, metrics: this.metrics });
    const judged = data === undefined ? undefined : await judge(this.#d.config, this.#d.states, header, data);
    if (data === undefined || judged === undefined) return false;
    const { judgement, claimed, truth } = judged;
    await this.#findings.note(signed, { verdict: judgement.verdict, withheld: false }, state.finalised);
    if (judgement.verdict === "right" || judgement.verdict === "unshown" || claimed === undefined) return false;
    const place = placeIn(state, signed, await this.#certificate(signed));
    const transitions = new Transitions(header, data.transactions, claimed);
    this.log.warn({ batch: Number(header.index), headerHash, ...judgement }, "[11] a signed header is wrong");
    const outcome = await this.#prover.prove(
      transitions,
      place,
      { headerHash, judgement, truth, due: undefined },
      this.signal,
    );
    return outcome === "later";
  }

  /** Signatures that show who answers for a header; none where its sequencer vouched for it alone (3.3). */
  async #certificate(signed: Submission & Partial<SignedHeader>): Promise<Certificate> {
    if (signed.certificate !== undefined) return signed.certificate;
    if (!signed.certified) return NO_CERTIFICATE;
    return certificateOf(this.#d.l1, signed);
  }
}
