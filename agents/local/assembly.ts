import { join } from "node:path";

import type { AbstractSigner } from "ethers";

import type { Chain } from "../../l2/chain/chain.ts";
import type { RpcServer } from "../../l2/rpc/server.ts";
import type { StateStore } from "../../l2/state/state.ts";
import {
  composeAnswerer,
  composeConsensus,
  composeSequencer,
  composeSubmitter,
  composeVerifier,
  composeVoter,
  type Ground,
} from "../cli/compose.ts";
import type { ConsensusProcess } from "../consensus/process.ts";
import { BlocksSource, StorageSource, type BlockSource } from "../data/batch-data.ts";
import { FileStore } from "../data/file-store.ts";
import type { Storage } from "../data/storage.ts";
import { DEFAULT_STEP_GAS } from "../execution/defaults.ts";
import { Accounts } from "../l1/accounts.ts";
import type { EventFollower } from "../l1/events.ts";
import type { L1 } from "../l1/l1.ts";
import { followL1, type L1State } from "../l1/mirror.ts";
import { DEFAULT_TRANSACTION_OPTIONS, TransactionManager } from "../l1/transactions.ts";
import type { Consensus } from "../node/consensus.ts";
import { nodeOf } from "../node/node.ts";
import { LocalNetwork } from "../peers/local-network.ts";
import { MemoryCursor } from "../runtime/cursor.ts";
import { AgentError } from "../runtime/errors.ts";
import { createLogger, type Logger } from "../runtime/logger.ts";
import { Metrics } from "../runtime/metrics.ts";
import type { Submitter } from "../submitter/submitter.ts";
import type { Verifier } from "../verifier/verifier.ts";
import { DEFAULT_POLICY } from "../voter/policy.ts";
import type { Voter } from "../voter/voter.ts";
import type { LocalClock } from "./clock.ts";
import type { LocalOptions, SequencerIdentity } from "./options.ts";
import { type Runnable, SequencerSlot, Slot } from "./slot.ts";

/** Rounds are run by `tick`: the interval is never waited for. */
const INTERVAL = { interval: 1_000 };
/** What the agents of one process share. */
export interface AssemblyParts {
  readonly l1: L1;
  readonly options: LocalOptions;
  readonly clock: LocalClock;
  /** Where agents keep files. */
  readonly directory: string;
  /** Chain id of L1. */
  readonly chainId: bigint;
  /** The chain of the consensus layer, and one for each sequencer. */
  readonly chains: readonly Chain[];
  /** States of the submitter, and of each verifier. */
  readonly stores: readonly StateStore[];
}

/** Builds the agents of a local system, each with its own log, metrics and view of L1. */
export class Assembly {
  readonly network = new LocalNetwork();
  readonly storage: Storage;
  readonly consensus: Slot<ConsensusProcess>;
  readonly sequencers: readonly SequencerSlot[];
  readonly answerers: readonly Slot<Runnable>[];
  readonly verifiers: readonly Slot<Verifier>[];
  readonly voters: readonly Slot<Voter>[];
  readonly submitter: Slot<Submitter> | undefined;
  readonly #parts: AssemblyParts;

  constructor(parts: AssemblyParts) {
    this.#parts = parts;
    const { options, directory } = parts;
    const { submitter } = options;
    this.storage = options.storage ?? new FileStore(join(directory, "objects"));
    this.consensus = this.#consensus();
    this.sequencers = options.sequencers.map((identity, place) => this.#sequencer(identity, place));
    this.answerers = options.sequencers.flatMap((identity, place) =>
      identity.behaviour?.answers === false ? [] : [this.#answerer(identity, place)],
    );
    this.verifiers = (options.verifiers ?? []).map((signer, place) => this.#verifier(signer, place));
    this.voters = (options.voters ?? []).map((signer, place) => this.#voter(signer, place));
    this.submitter = submitter === undefined ? undefined : this.#submitter(submitter);
  }

  /** A log under the name of an agent. */
  log(name: string): Logger {
    return (this.#parts.options.log ?? createLogger(name, "silent")).child({ agent: name });
  }

  /** What an agent needs that sends to L1 with this signer. */
  ground(name: string, signer: AbstractSigner): Ground {
    const { l1, clock } = this.#parts;
    const shared = { log: this.log(name), metrics: new Metrics(), clock };
    const transactions = new TransactionManager(DEFAULT_TRANSACTION_OPTIONS, {
      ...shared,
      signer,
      provider: l1.provider,
      cursor: new MemoryCursor(),
    });
    return { ...shared, l1, transactions, cursor: () => new MemoryCursor() };
  }

  /** A node of the L2 over the chain of the consensus layer. */
  node(mirror: EventFollower<L1State>): RpcServer {
    return nodeOf(
      { host: "127.0.0.1", port: 0 },
      {
        chain: this.#parts.chains[0] as Chain,
        mirror,
        consensus: {
          submitTransaction: async (raw) => this.running.submitTransaction(raw),
          transactionStatus: async (hash) => this.running.transactionStatus(hash),
        },
        log: this.log("node"),
      },
    );
  }

  /** The consensus layer. @throws {AgentError} `L2_UNAVAILABLE` where it is switched off. */
  get running(): ConsensusProcess {
    if (!this.consensus.running) throw new AgentError("L2_UNAVAILABLE", "the consensus layer is not running");
    return this.consensus.agent;
  }

  #consensus(): Slot<ConsensusProcess> {
    const { options, chains } = this.#parts;
    const { consensus: key, consensusOptions } = options;
    return new Slot("consensus", () =>
      composeConsensus(
        { ...this.#peers, ...consensusOptions },
        { ...this.#batchGround("consensus", key), chain: chains[0] as Chain, transport: this.network, keys: [key] },
      ),
    );
  }

  #sequencer(identity: SequencerIdentity, place: number): SequencerSlot {
    const { options, chains } = this.#parts;
    const { owner, key } = identity;
    const { transport, ...behaviour } = identity.behaviour ?? {};
    const name = `sequencer ${place}`;
    const chain = chains[place + 1] as Chain;
    const { transactions } = this.ground(name, key);
    return new SequencerSlot(name, identity, { chain, transactions }, () =>
      composeSequencer(
        { ...this.#peers, owner, ...options.sequencerOptions },
        {
          ...this.#batchGround(name, key),
          chain,
          transactions,
          transport: transport?.(this.network) ?? this.network,
          keys: identity.nextKey === undefined ? [key] : [key, identity.nextKey],
          consensus: { pendingTransactions: () => this.running.pendingTransactions() },
          behaviour,
        },
      ),
    );
  }

  /** Answers beside a sequencer; a round ends when everything is answered that is to be. */
  #answerer({ owner, key, answers = key }: SequencerIdentity, place: number): Slot<Runnable> {
    const { options, chains } = this.#parts;
    const name = `answers of sequencer ${place}`;
    return new Slot(name, () => {
      const { transactions, ...ground } = this.#batchGround(name, answers);
      const answerer = composeAnswerer(
        { ...INTERVAL, owner, stepGas: DEFAULT_STEP_GAS, ...options.answererOptions },
        { ...ground, accounts: new Accounts([transactions]), chain: chains[place + 1] as Chain, storage: this.storage },
      );
      return {
        tick: async () => {
          await answerer.tick();
          await answerer.idle();
        },
        stop: () => answerer.stop(),
      };
    });
  }

  #verifier(signer: AbstractSigner, place: number): Slot<Verifier> {
    const { options, stores } = this.#parts;
    const name = `verifier ${place}`;
    return new Slot(name, () =>
      composeVerifier(
        {
          ...INTERVAL,
          stepGas: DEFAULT_STEP_GAS,
          register: false,
          ...options.verifierOptions,
        },
        {
          ...this.#batchGround(name, signer),
          states: stores[place + 1] as StateStore,
          sources: [
            new StorageSource(this.storage),
            ...(options.snapshots ?? []),
            new BlocksSource("blockchain", this.#blocks),
          ],
          consensus: this.#certified,
        },
      ),
    );
  }

  #submitter(signer: AbstractSigner): Slot<Submitter> {
    const { directory, stores } = this.#parts;
    return new Slot("submitter", () =>
      composeSubmitter(
        { ...INTERVAL, finalise: true, requestBudget: 0n, stepGas: DEFAULT_STEP_GAS },
        {
          ...this.#batchGround("submitter", signer),
          states: stores[0] as StateStore,
          storage: this.storage,
          blocks: [new BlocksSource("blockchain", this.#blocks)],
          files: new FileStore(join(directory, "outbox")),
          consensus: this.#certified,
          // Demos and tests show the first verifier at work; the submitter leaves disputes to it.
          challenger: this.verifiers[0] ?? { tick: () => Promise.resolve() },
        },
      ),
    );
  }

  #voter(signer: AbstractSigner, place: number): Slot<Voter> {
    const name = `voter ${place}`;
    return new Slot(name, () =>
      composeVoter(
        { ...INTERVAL, policy: DEFAULT_POLICY, delegate: true },
        { ...this.ground(name, signer), storages: [this.storage] },
      ),
    );
  }

  /** What the consensus layer has certified. */
  get #certified(): Pick<Consensus, "certifiedBatch"> {
    return {
      certifiedBatch: async (index) =>
        this.consensus.running ? this.consensus.agent.certifiedBatch(index) : undefined,
    };
  }

  get #peers() {
    const { chainId, options } = this.#parts;
    return { ...INTERVAL, chainId, consensus: options.consensus.address };
  }

  #batchGround(name: string, signer: AbstractSigner) {
    const { l1, options } = this.#parts;
    const ground = this.ground(name, signer);
    const mirror = followL1(l1, { history: Number.MAX_SAFE_INTEGER }, { ...ground, cursor: new MemoryCursor() });
    return { ...ground, mirror, config: options.config };
  }

  /** Blocks as any sequencer that runs gives them. */
  get #blocks(): BlockSource {
    const { blocks } = this.#parts.options;
    if (blocks !== undefined) return blocks;
    return {
      transactions: async (from, to) => {
        for (const { running, chain } of this.sequencers) {
          if (running && chain.head.number >= to) return chain.transactions(from, to);
        }
        throw new AgentError("L2_UNAVAILABLE", `no peer has the blocks ${from} to ${to}`);
      },
    };
  }
}
