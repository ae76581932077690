import { Parameter } from "../../ignition/parameters.ts";
import { executeBatch } from "../../l2/batch/build.ts";
import type { L2Transaction } from "../../l2/protocol/l2-transaction.ts";
import type { BatchHeader } from "../../l2/batch/header.ts";
import { batchTree, mttbrLeafValue } from "../../l2/batch/tree.ts";
import type { ChainConfig } from "../../l2/protocol/config.ts";
import type { Hex } from "../../l2/base/hex.ts";
import type { StateStore } from "../../l2/state/state.ts";
import { transitionWitness } from "../../l2/execution/witness.ts";
import type { TransitionStruct } from "../../types/ethers-contracts/disputes/IDisputes.ts";
import { Agent, type AgentDependencies, type AgentOptions } from "../runtime/agent.ts";
import { fetchPosted, type BatchData, type DataSource } from "../data/batch-data.ts";
import { findData } from "../data/sources.ts";
import type { Cursor } from "../runtime/cursor.ts";
import { AgentError } from "../runtime/errors.ts";
import { L1Revert } from "../l1/reverts.ts";
import type { EventFollower } from "../l1/events.ts";
import type { L1 } from "../l1/l1.ts";
import { isOpen, isVoid, type DataRequest, type L1Batch, type L1State } from "../l1/mirror.ts";
import { Sessions } from "../execution/sessions.ts";
import type { L1Call, TransactionManager } from "../l1/transactions.ts";
import { Recomputer } from "../execution/recomputer.ts";
import { judgeExecution, judgeOrder, type Judgement } from "./judge.ts";

export interface VerifierOptions extends AgentOptions {
  /** Highest fee that is paid for a request, in wei; 0 never requests. */
  maxRequestFee: bigint;
  /** Gas that one step of a recomputation aims at. */
  stepGas: bigint;
  /** Whether to become a verifier where the account is none, by locking the bond. */
  register: boolean;
  /** What to propose against a sequencer that withheld data which it had (11.10.3); nothing if absent. */
  kick?: {
    /** Share of the stake to slash, in basis points. */
    slashShare: number;
    /** Compensation asked for, in wei of METIS, on top of the fee in ETH (11.10.3.2). */
    compensation: bigint;
  };
}

/** What a verifier has found out about a batch. */
export interface Finding {
  index: number;
  verdict: Judgement["verdict"] | "unavailable";
  /** Whether the storage had not given the data when the verifier asked L1 for it. */
  withheld: boolean;
  /** Whether a kick was proposed for it. */
  proposed?: boolean;
}

/** What the cursor of a verifier keeps: findings by header hash, for batches that are not final. */
export interface VerifierCursor {
  findings: Record<Hex, Finding>;
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
  readonly #l1: L1;
  readonly #mirror: EventFollower<L1State>;
  readonly #transactions: TransactionManager;
  readonly #config: ChainConfig;
  readonly #states: StateStore;
  readonly #sources: readonly DataSource[];
  readonly #cursor: Cursor<VerifierCursor>;
  readonly #recomputer: Recomputer;
  readonly #sessions: Sessions;
  #findings: Record<Hex, Finding> = {};

  constructor(options: VerifierOptions, dependencies: VerifierDependencies) {
    super(options, dependencies);
    this.#options = options;
    this.#l1 = dependencies.l1;
    this.#mirror = dependencies.mirror;
    this.#transactions = dependencies.transactions;
    this.#config = dependencies.config;
    this.#states = dependencies.states;
    this.#sources = dependencies.sources;
    this.#cursor = dependencies.cursor;
    this.#recomputer = new Recomputer({ stepGas: options.stepGas }, dependencies);
    this.#sessions = new Sessions({ stepGas: options.stepGas }, dependencies);
  }

  /** What is known of a batch; undefined before it was looked at. */
  finding(headerHash: Hex): Finding | undefined {
    return this.#findings[headerHash];
  }

  protected override async open(): Promise<void> {
    await this.#transactions.recover(this.signal);
    this.#findings = (await this.#cursor.load())?.findings ?? {};
    await this.#states.genesis(this.#config);
    if (this.#options.register) await this.#register();
  }

  protected override async round(): Promise<void> {
    const state = await this.#mirror.sync(this.signal);
    this.metrics.head.set(state.head);
    this.metrics.finalised.set(state.finalised);
    this.metrics.insecure.set(state.insecure ? 1 : 0);
    await this.#verifyAll(state);
    await this.#tendRequests(await this.#mirror.sync(this.signal));
    await this.#claim();
  }

  /** Looks at every batch that stands, in order: a batch can only be executed on the state of the one before. */
  async #verifyAll(state: L1State): Promise<void> {
    for (const index of Object.keys(state.batches).map(Number)) {
      const batch = state.batches[index];
      if (batch === undefined || index === 0) continue;
      this.signal.throwIfAborted();
      const finding = this.#findings[batch.headerHash];
      const settled = finding?.verdict === "right" && (await this.#states.has(batch.header.postStateRoot));
      if (settled) continue;
      if (finding?.verdict === "wrong data" && state.requests[batch.headerHash] !== undefined) return;
      if (!(await this.#states.has(batch.header.preStateRoot))) return;
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
        await this.#note(batch, "unavailable", true);
        await this.#request(state, batch, "the data is nowhere to be had");
        return "unavailable";
      }
      judgement = await this.#judge(header, data);
    } catch (error) {
      if (!(error instanceof AgentError) || error.code !== "DATA_MALFORMED") throw error;
      judgement = { verdict: "wrong data", reason: error.message };
    }
    await this.#note(batch, judgement.verdict, false);
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
    const found = await findData(this.#sources, header, { log: this.log, metrics: this.metrics }, { strict: true });
    if (found !== undefined) return found;
    const request = state.requests[headerHash];
    return request?.recomputing === undefined ? undefined : fetchPosted(this.#l1, request);
  }

  async #judge(header: BatchHeader, { transactions, stateRoots }: BatchData): Promise<Judgement> {
    const disorder = judgeOrder(header, transactions);
    if (disorder !== undefined) return disorder;
    const own = await executeBatch(this.#config, this.#states, header.preStateRoot, transactions);
    return judgeExecution(header, own, stateRoots);
  }

  /** Proves the fault where that can be done without the sequencer (11.4, 11.5), and has L1 recompute otherwise. */
  async #dispute(state: L1State, batch: L1Batch, judgement: Judgement, data: BatchData | undefined): Promise<void> {
    const { header } = batch;
    const { disputes } = this.#l1;
    switch (judgement.verdict) {
      case "wrong transition": {
        return this.#prove(batch, this.#transitionProof(header, judgement, data?.transactions ?? []));
      }
      case "disorder": {
        const { first, second } = judgement;
        return this.#prove(batch, disputes.interface.encodeFunctionData("proveDisorder", [header, first, second]));
      }
      case "misplacement": {
        const { placement } = judgement;
        return this.#prove(batch, disputes.interface.encodeFunctionData("proveMisplacement", [header, placement]));
      }
      case "wrong data":
        return this.#request(state, batch, judgement.reason);
      case "right":
        return undefined;
    }
  }

  /**
   * The call that proves a transition wrong. Where it is too heavy for one L1 transaction, L1 executes the disputed one
   * beforehand, over as many calls as it takes, and the proof refers to what L1 remembers.
   */
  async #transitionProof(
    header: BatchHeader,
    { index, claimed }: Extract<Judgement, { verdict: "wrong transition" }>,
    transactions: readonly L2Transaction[],
  ): Promise<string> {
    const states = batchTree(claimed);
    const transaction = transactions[index] as L2Transaction;
    const preStateRoot = index === 0 ? header.preStateRoot : (claimed[index - 1] as Hex);
    const transition: TransitionStruct = {
      index,
      transaction,
      transactionProof: batchTree(transactions.map(mttbrLeafValue)).proof(index),
      preStateRoot,
      preStateProof: index === 0 ? [] : states.proof(index - 1),
      postStateRoot: claimed[index] as Hex,
      postStateProof: states.proof(index),
    };
    const { interface: disputes } = this.#l1.disputes;
    const witness = await transitionWitness(this.#config, this.#states, preStateRoot, [transaction]);
    const data = disputes.encodeFunctionData("proveTransition", [header, transition, witness]);
    if ((await this.#sessions.estimate(this.#proof(data))) !== undefined) return data;
    const rest = await this.#sessions.execute(transaction, preStateRoot, witness, this.signal);
    return disputes.encodeFunctionData("proveTransition", [header, transition, rest]);
  }

  #proof(data: string): L1Call {
    return { to: this.#l1.addresses.disputes, data, label: "fraud proof" };
  }

  async #prove({ header }: L1Batch, data: string | Promise<string>): Promise<void> {
    try {
      const receipt = await this.#transactions.send(this.#proof(await data), this.signal);
      this.log.warn({ batch: Number(header.index), gas: receipt.gasUsed.toString() }, "[11.5] fraud proven");
    } catch (error) {
      if (!(error instanceof L1Revert) || !error.is("InboxUnknownHeader")) throw error;
      this.log.info({ batch: Number(header.index) }, "the batch is gone already");
    }
  }

  /** Asks L1 for the data (11.6, 3.3.2), once for a header and never above the fee that the verifier accepts. */
  async #request(state: L1State, batch: L1Batch, reason: string): Promise<void> {
    const { header, headerHash } = batch;
    if (Number(header.index) < state.finalised || state.requests[headerHash] !== undefined) return;
    const fee = await this.#l1.disputes.requestFee(header);
    if (fee > this.#options.maxRequestFee) {
      this.metrics.alarms.inc({ reason: "request too expensive" });
      this.log.error(
        { batch: Number(header.index), fee: fee.toString(), reason },
        "not requested: above the maximum fee",
      );
      return;
    }
    const data = this.#l1.disputes.interface.encodeFunctionData("requestData", [header]);
    try {
      await this.#transactions.send(
        { to: this.#l1.addresses.disputes, data, value: fee, label: "requestData" },
        this.signal,
      );
      this.log.warn({ batch: Number(header.index), fee: fee.toString(), reason }, "[11.6] requested the data on L1");
    } catch (error) {
      if (!(error instanceof L1Revert) || !SETTLED.some((name) => error.is(name))) throw error;
      this.log.info({ batch: Number(header.index), reason: error.message }, "not requested");
    }
  }

  async #tendRequests(state: L1State): Promise<void> {
    const now = await this.#l1.now();
    for (const request of Object.values(state.requests)) {
      this.signal.throwIfAborted();
      if (isVoid(state, request)) {
        await this.#settle(request, "refund");
      } else if (isOpen(state, request) && now > request.deadline) {
        await this.#settle(request, "expire");
      } else if (request.phase === "recomputing" && (await this.#states.has(request.header.preStateRoot))) {
        await this.#recomputer.advance(state, request.headerHash, () => this.#posted(request), this.signal);
      } else if (request.phase === "answered") {
        await this.#accuse(request);
      }
    }
  }

  async #posted(request: DataRequest): Promise<BatchData> {
    const data = await fetchPosted(this.#l1, request);
    this.log.info({ batch: Number(request.header.index), bytes: data.data?.length }, "[11.10.2] downloaded from L1");
    return data;
  }

  async #settle(request: DataRequest, method: "expire" | "refund"): Promise<void> {
    const { interface: disputes } = this.#l1.disputes;
    const data =
      method === "expire"
        ? disputes.encodeFunctionData("expire", [request.header])
        : disputes.encodeFunctionData("refund", [request.header]);
    try {
      await this.#transactions.send({ to: this.#l1.addresses.disputes, data, label: method }, this.signal);
      const step = method === "expire" ? "[11.D1] closed an unanswered request" : "refunded a void request";
      this.log.warn({ batch: Number(request.header.index) }, step);
    } catch (error) {
      if (!(error instanceof L1Revert)) throw error;
      this.log.info({ batch: Number(request.header.index), reason: error.message }, `${method} was not needed`);
    }
  }

  /** Proposes to kick a sequencer that had the data it withheld, once (11.10.3, 11.10.3.2). */
  async #accuse(request: DataRequest): Promise<void> {
    const { kick } = this.#options;
    const finding = this.#findings[request.headerHash];
    const me = await this.#transactions.address();
    if (kick === undefined || request.requester !== me || finding?.withheld !== true || finding.proposed === true)
      return;
    const { sequencer, index } = request.header;
    const description = `Kick ${sequencer}: it withheld the data of batch ${index} (${request.headerHash}) until L1 asked`;
    const data = this.#l1.governor.interface.encodeFunctionData("proposeKick", [
      sequencer,
      kick.slashShare,
      me,
      kick.compensation,
      request.fee,
      description,
    ]);
    try {
      await this.#transactions.send({ to: this.#l1.addresses.governor, data, label: "proposeKick" }, this.signal);
      this.log.warn({ sequencer, batch: Number(index) }, "[11.10.3] proposed to kick the sequencer");
    } catch (error) {
      // A proposal with this very text and content is there already: ours, from before a restart.
      if (!(error instanceof L1Revert) || !error.is("GovernorUnexpectedProposalState")) throw error;
    }
    this.#findings[request.headerHash] = { ...finding, proposed: true };
    await this.#cursor.save({ findings: this.#findings });
  }

  /** Collects fees that came back, bounties and compensations (11.13, 11.10.3.2). */
  async #claim(): Promise<void> {
    const me = await this.#transactions.address();
    const { disputes, sequencers, treasury, addresses } = this.#l1;
    const [metis, ether] = await treasury.owed(me);
    const owed: [string, bigint][] = [
      [addresses.disputes, await disputes.owed(me)],
      [addresses.sequencers, await sequencers.owed(me)],
      [addresses.treasury, metis + ether],
    ];
    for (const [to, amount] of owed) {
      if (amount === 0n) continue;
      const data = disputes.interface.encodeFunctionData("claim");
      await this.#transactions.send({ to, data, label: "claim" }, this.signal);
      this.log.info({ from: to, amount: amount.toString() }, "[11.13] claimed");
    }
  }

  async #register(): Promise<void> {
    const me = await this.#transactions.address();
    const { verifiers, token, parameters, addresses } = this.#l1;
    if ((await verifiers.isVerifier(me)) || (await verifiers.isBanned(me))) return;
    const bond = await parameters.get(Parameter.VerifierBond);
    if ((await token.allowance(me, addresses.verifiers)) < bond) {
      const data = token.interface.encodeFunctionData("approve", [addresses.verifiers, bond]);
      await this.#transactions.send({ to: addresses.token, data, label: "approve" }, this.signal);
    }
    const data = verifiers.interface.encodeFunctionData("register");
    await this.#transactions.send({ to: addresses.verifiers, data, label: "register" }, this.signal);
    this.log.info({ bond: bond.toString() }, "registered as a verifier");
  }

  async #note({ header, headerHash }: L1Batch, verdict: Finding["verdict"], withheld: boolean): Promise<void> {
    const before = this.#findings[headerHash];
    const finding = {
      ...before,
      index: Number(header.index),
      verdict,
      withheld: withheld || before?.withheld === true,
    };
    this.#findings[headerHash] = finding;
    for (const [hash, { index }] of Object.entries(this.#findings)) {
      const forgotten = index < this.#mirror.state.finalised - 1 && index < finding.index;
      if (forgotten) Reflect.deleteProperty(this.#findings, hash);
    }
    await this.#cursor.save({ findings: this.#findings });
  }
}

/** Errors that say that there is nothing left to request. */
const SETTLED = ["RequestExists", "InboxUnknownHeader", "InboxAlreadyHeld", "InboxWrongStatus"];
