import { executeBatch } from "../../l2/batch/build.ts";
import { encodeObject } from "../../l2/batch/encoding.ts";
import { hashHeader, type BatchHeader } from "../../l2/batch/header.ts";
import { batchTree } from "../../l2/batch/tree.ts";
import type { ChainConfig } from "../../l2/protocol/config.ts";
import type { Hex } from "../../l2/base/hex.ts";
import { keccakHex } from "../../l2/base/keccak.ts";
import type { StateStore } from "../../l2/state/state.ts";
import { Agent, type AgentDependencies, type AgentOptions } from "../runtime/agent.ts";
import { fetchPosted, type BatchData, type DataSource } from "../data/batch-data.ts";
import { findData } from "../data/sources.ts";
import { L1Revert } from "../l1/reverts.ts";
import type { EventFollower } from "../l1/events.ts";
import type { L1 } from "../l1/l1.ts";
import { asParent, BATCH_STATUS, isSound, type BatchStatus, type L1Batch, type L1State } from "../l1/mirror.ts";
import { Rotations, type Patience } from "../l1/rotations.ts";
import type { TransactionManager } from "../l1/transactions.ts";
import type { CertifiedBatch, Consensus } from "../node/consensus.ts";
import { Finaliser } from "./finaliser.ts";
import type { Outbox } from "./outbox.ts";
import { LateSignatures } from "./late-signatures.ts";

export interface SubmitterOptions extends AgentOptions {
  /** Whether to finalise batches whose challenge window has passed. */
  finalise: boolean;
}

/** What a submitter does with a batch on L1 that is not what it computes: a verifier's work (8.3). */
export interface Challenger {
  tick(): Promise<void>;
}

export interface SubmitterDependencies extends AgentDependencies {
  l1: L1;
  mirror: EventFollower<L1State>;
  transactions: TransactionManager;
  config: ChainConfig;
  states: StateStore;
  consensus: Pick<Consensus, "certifiedBatch">;
  /** Blocks of the Metis blockchain first (8c); the others serve to catch up. */
  sources: readonly DataSource[];
  outbox: Outbox;
  challenger: Challenger;
}

/** A head that gives way to a certified batch. */
const UNCERTIFIED: readonly BatchStatus[] = [BATCH_STATUS.unattested, BATCH_STATUS.recomputed];

/** The consensus layer rotates first. A draw is fixed before L1 may forget the block that decides it: 256 blocks. */
const PATIENCE: Patience = { rotate: 300, draw: 1_800 };

/** A batch whose roots were computed here and are those of its header. */
interface RightBatch {
  readonly index: number;
  /** Where its transactions came from. */
  readonly source: string;
  /** Whether L1 has shown it with these roots. */
  shown: boolean;
}

/**
 * Takes certified batches from the consensus layer, recomputes them, stores their data and submits them to L1; reads
 * back what L1 has and compares (steps 6, 8a to 8e, 8.3). Adds signatures that came late (M2), finalises batches that
 * are due, and rotates and draws where nobody else did.
 *
 * What is submitted and what is not follows from L1 alone, so a batch that a reorganisation or a rollback took away is
 * submitted again.
 */
export class Submitter extends Agent {
  readonly #options: SubmitterOptions;
  readonly #d: SubmitterDependencies;
  readonly #finaliser: Finaliser;
  readonly #late: LateSignatures;
  readonly #rotations: Rotations;
  /** Batches by the hash of their headers. */
  readonly #right = new Map<Hex, RightBatch>();
  /** The batch that was computed last. L1 may take it only in a later round. */
  #last: { readonly headerHash: Hex; readonly computed: Computed } | undefined;

  constructor(options: SubmitterOptions, dependencies: SubmitterDependencies) {
    super(options, dependencies);
    this.#options = options;
    this.#d = dependencies;
    this.#finaliser = new Finaliser(dependencies);
    this.#late = new LateSignatures(dependencies);
    this.#rotations = new Rotations(PATIENCE, dependencies);
  }

  protected override async open(): Promise<void> {
    await this.#d.transactions.recover(this.signal);
    await this.#d.states.genesis(this.#d.config);
  }

  protected override async round(): Promise<void> {
    for (;;) {
      this.signal.throwIfAborted();
      const state = await this.#d.mirror.sync(this.signal);
      this.metrics.head.set(state.head);
      this.metrics.finalised.set(state.finalised);
      if (!(await this.#readBack(state))) break;
      if (!(await this.#submitNext(state))) break;
    }
    await this.#d.outbox.deliver();
    const state = await this.#d.mirror.sync(this.signal);
    await this.#late.add(state, this.signal);
    if (this.#options.finalise) await this.#finaliser.finalise(state, this.signal);
    await this.#rotations.tend(state.head, this.signal);
  }

  /**
   * Compares every batch on L1 with what its transactions give (8b, 8d, 8e). A header's hash commits to every field: one
   * that was computed here before it was submitted is right where L1 shows it, and is not computed again.
   *
   * @returns Whether all of them are right, so that another can be built on them.
   */
  async #readBack(state: L1State): Promise<boolean> {
    for (const [hash, { index }] of this.#right) if (index < state.finalised) this.#right.delete(hash);
    for (const batch of Object.values(state.batches)) {
      const { header } = batch;
      if (header.index === 0n) continue;
      const right = this.#right.get(batch.headerHash);
      if (right !== undefined) {
        if (!right.shown) this.#showRight(right);
        continue;
      }
      const final = Number(header.index) < state.finalised;
      if (final && (await this.#d.states.has(header.postStateRoot))) continue;
      if (!(await this.#d.states.has(header.preStateRoot))) return false;
      const computed = await this.#recompute(state, batch);
      if (computed !== undefined && differences(header, computed).length === 0) {
        const found = { index: Number(header.index), source: computed.source, shown: false };
        this.#right.set(batch.headerHash, found);
        this.#showRight(found);
        continue;
      }
      if (computed !== undefined) {
        this.metrics.alarms.inc({ reason: "L1 has other roots" });
        this.log.error({ batch: Number(header.index) }, "[8e] L1 has other roots than the transactions give");
      }
      this.log.warn({ batch: Number(header.index) }, "[8.3] acting as a verifier");
      await this.#d.challenger.tick();
      // One that nobody certified is no obstacle: a certified one takes its place (3.3).
      if (isSound(batch)) return false;
    }
    return true;
  }

  /** L1 shows a batch with the roots that were computed here: nothing happens (8.3). */
  #showRight(right: RightBatch): void {
    right.shown = true;
    this.log.info({ batch: right.index, source: right.source }, "[8.3] the computed roots are those on L1");
  }

  async #recompute(state: L1State, { header, headerHash }: L1Batch): Promise<Computed | undefined> {
    const request = state.requests[headerHash];
    const posted = request?.phase === "answered" ? await fetchPosted(this.#d.l1, request) : undefined;
    const data = posted ?? (await this.#fetch(header));
    return data === undefined ? undefined : this.#compute(header, data);
  }

  /** Submits the batch that L1 waits for, if the consensus layer has it. @returns Whether L1 took it. */
  async #submitNext(state: L1State): Promise<boolean> {
    const next = await this.#next(state);
    if (next === undefined) return false;
    const { parent, certified } = next;
    const { header } = certified;
    const batch = Number(header.index);
    if (header.parent !== parent.headerHash || header.epoch !== BigInt(state.epoch)) {
      this.log.info({ batch }, "the certified batch does not follow L1's head; waiting for another");
      return false;
    }
    if (header.preStateRoot !== parent.header.postStateRoot) {
      this.#alarm(header, `it starts at state ${header.preStateRoot}, L1 ends at ${parent.header.postStateRoot}`);
      return false;
    }
    const computed = await this.#check(header);
    if (computed === undefined) return false;
    // L1 does not wait for a storage that is down (Q10): the outbox keeps what it has not taken.
    await this.#d.outbox.add(computed.object, certified);
    await this.#d.outbox.deliver();
    return this.#submit(parent, certified, computed.stateRoots);
  }

  /** The batch that follows L1's head, or takes the place of one there that nobody certified (3.3). */
  async #next(state: L1State): Promise<{ parent: L1Batch; certified: CertifiedBatch } | undefined> {
    const head = state.batches[state.head - 1];
    const replaceable = head !== undefined && UNCERTIFIED.includes(head.standing.status);
    for (const index of replaceable ? [state.head - 1, state.head] : [state.head]) {
      const parent = state.batches[index - 1];
      if (parent === undefined || !isSound(parent)) continue;
      const certified = await this.#d.consensus.certifiedBatch(BigInt(index));
      const there = state.batches[index]?.headerHash;
      if (certified === undefined || certified.header.index !== BigInt(index)) continue;
      if (hashHeader(certified.header) !== there || !isSound(state.batches[index] as L1Batch))
        return { parent, certified };
    }
    return undefined;
  }

  /** The batch as its transactions give it; nothing where that is not what was certified (8c to 8e, 8.3). */
  async #check(header: BatchHeader): Promise<Computed | undefined> {
    const headerHash = hashHeader(header);
    if (this.#last?.headerHash === headerHash) return this.#last.computed;
    const data = await this.#fetch(header);
    if (data === undefined) {
      this.#alarm(header, "the blockchain has other transactions, or none");
      return undefined;
    }
    const computed = await this.#compute(header, data);
    const different = differences(header, computed);
    if (different.length > 0) {
      this.#alarm(header, `computed otherwise: ${different.join(", ")}`);
      return undefined;
    }
    this.#right.set(headerHash, { index: Number(header.index), source: computed.source, shown: false });
    this.#last = { headerHash, computed };
    this.log.info(
      { batch: Number(header.index), source: computed.source },
      "[8e] the computed roots are the certified ones",
    );
    return computed;
  }

  #alarm(header: BatchHeader, reason: string): void {
    this.metrics.alarms.inc({ reason: "certified batch differs" });
    this.metrics.batches.inc({ outcome: "refused" });
    this.log.error({ batch: Number(header.index), reason }, "[8.3] refusing to submit");
  }

  #fetch(header: BatchHeader): Promise<BatchData | undefined> {
    return findData(this.#d.sources, header, { log: this.log, metrics: this.metrics });
  }

  async #compute(header: BatchHeader, { source, transactions, data }: BatchData): Promise<Computed> {
    const own = await executeBatch(this.#d.config, this.#d.states, header.preStateRoot, transactions);
    const object = encodeObject(data ?? new Uint8Array(), own.stateRoots);
    const [first, last] = [transactions[0]?.context, transactions.at(-1)?.context];
    return {
      source,
      object,
      stateRoots: [...own.stateRoots],
      fields: {
        txCount: BigInt(own.stateRoots.length),
        dataSize: BigInt(data?.length ?? 0),
        gasUsed: own.gasUsed,
        firstBlock: first?.number,
        lastBlock: last?.number,
        firstTimestamp: first?.timestamp,
        lastTimestamp: last?.timestamp,
        postStateRoot: own.stateRoots.at(-1),
        mtsr: own.mtsr,
        mttbr: own.mttbr,
        dataHash: keccakHex(object),
      },
    };
  }

  async #submit(parent: L1Batch, { header, certificate }: CertifiedBatch, stateRoots: Hex[]): Promise<boolean> {
    const proof = batchTree(stateRoots).proof(stateRoots.length - 1);
    const { inbox, addresses } = this.#d.l1;
    const data = inbox.interface.encodeFunctionData("submit", [asParent(parent), header, proof, certificate]);
    try {
      const receipt = await this.#d.transactions.send({ to: addresses.inbox, data, label: "submit" }, this.signal);
      this.metrics.batches.inc({ outcome: "submitted" });
      this.log.info({ batch: Number(header.index), gas: receipt.gasUsed.toString() }, "[8a] submitted");
      return true;
    } catch (error) {
      if (!(error instanceof L1Revert)) throw error;
      this.log.warn({ batch: Number(header.index), reason: error.message }, "L1 does not take the batch");
      return false;
    }
  }
}

/** A batch as its transactions give it. */
interface Computed {
  source: string;
  object: Uint8Array;
  stateRoots: Hex[];
  fields: { [Field in keyof BatchHeader]?: BatchHeader[Field] | undefined };
}

/** Fields of the header that differ from what was computed. */
function differences(header: BatchHeader, { fields }: Computed): string[] {
  return Object.entries(fields)
    .filter(([name, value]) => header[name as keyof BatchHeader] !== value)
    .map(([name, value]) => `${name} is ${String(value)}, certified ${String(header[name as keyof BatchHeader])}`);
}
