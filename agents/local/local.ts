/**
 * A whole system in one process: sequencers, consensus layer, submitter, verifiers and storage on contracts that are
 * deployed already. Its clock stands still until it is moved, and nothing happens between two calls of `tick`. Scenario
 * tests and demos are built on it; whoever misbehaves there does so in what they hand in, never here.
 *
 *     const local = await LocalSystem.start({ ... });
 *     await local.transfer(alice, bob.address, parseEther("1"));
 *     await local.until(() => local.l1State.head > 1);
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type {
  AbstractSigner,
  HDNodeWallet,
  JsonRpcError,
  JsonRpcPayload,
  JsonRpcResult,
  Provider,
  TransactionRequest,
  Wallet,
} from "ethers";
import { JsonRpcApiProvider, Network, parseUnits } from "ethers";

import { Chain } from "../../l2/chain/chain.ts";
import type { ChainConfig } from "../../l2/protocol/config.ts";
import { type Hex, fromHex } from "../../l2/base/hex.ts";
import type { RpcServer } from "../../l2/rpc/server.ts";
import { StateStore } from "../../l2/state/state.ts";
import { BlocksSource, StorageSource } from "../data/batch-data.ts";
import type { BlockSource, DataSource } from "../data/batch-data.ts";
import type { Clock } from "../runtime/clock.ts";
import { MemoryCursor } from "../runtime/cursor.ts";

import { AgentError } from "../runtime/errors.ts";
import type { EventFollower } from "../l1/events.ts";
import { checkGenesis } from "../l1/genesis.ts";
import { type L1, openL1 } from "../l1/l1.ts";
import type { Deployment } from "../l1/l1.ts";
import { createLogger } from "../runtime/logger.ts";
import type { Logger } from "../runtime/logger.ts";
import { Metrics } from "../runtime/metrics.ts";
import { followL1 } from "../l1/mirror.ts";
import type { L1State } from "../l1/mirror.ts";
import { nodeOf } from "../node/node.ts";
import { DEFAULT_TRANSACTION_OPTIONS, TransactionManager } from "../l1/transactions.ts";
import type { TransactionState } from "../l1/transactions.ts";
import { ConsensusProcess } from "../consensus/process.ts";
import type { ConsensusDependencies, ConsensusOptions } from "../consensus/process.ts";
import { LocalNetwork } from "../peers/local-network.ts";
import type { Transport } from "../peers/transport.ts";
import { DEFAULT_STEP_GAS, Recomputer } from "../execution/recomputer.ts";
import { DEFAULT_PIECE_SIZE, Responder } from "../sequencer/responder.ts";
import { Sequencer } from "../sequencer/sequencer.ts";
import type { SequencerDependencies, SequencerOptions } from "../sequencer/sequencer.ts";
import { FileStore } from "../data/file-store.ts";
import type { Storage } from "../data/storage.ts";
import { Outbox } from "../submitter/outbox.ts";
import { Submitter } from "../submitter/submitter.ts";
import type { SubmitterDependencies } from "../submitter/submitter.ts";
import { User } from "../user/user.ts";
import type { UserOptions } from "../user/user.ts";
import { Verifier } from "../verifier/verifier.ts";
import type { VerifierDependencies, VerifierOptions } from "../verifier/verifier.ts";
import { DEFAULT_POLICY } from "../voter/policy.ts";
import { Voter, followRecord } from "../voter/voter.ts";

/** L1's clock, which a test moves and a demo waits for. */
export interface L1Time {
  /** Time of the latest block, in seconds. */
  now(): Promise<number>;
  /** Returns once at least this many seconds have passed on L1. */
  advance(seconds: number): Promise<void>;
  /** How agents wait between two looks, in milliseconds; not at all if left out, as L1 mines at once then. */
  readonly pause?: (milliseconds: number) => Promise<void>;
}

/** What differs from a sequencer that does as it should. */
export interface Behaviour extends Partial<
  Pick<SequencerDependencies, "producer" | "attestor" | "responder" | "recomputer">
> {
  /** How it reaches its peers. */
  readonly transport?: (honest: Transport) => Transport;
}

/** A sequencer that has joined on L1. */
export interface SequencerIdentity {
  /** Owner of the stake. */
  readonly owner: string;
  /** Signs blocks and batches, and pays for what the sequencer sends to L1. */
  readonly key: Wallet;
  readonly behaviour?: Behaviour;
}

export interface LocalOptions {
  readonly provider: Provider;
  readonly deployment: Deployment;
  readonly time: L1Time;
  /** The L2's constants; its genesis is L1's batch 0. */
  readonly config: ChainConfig;
  readonly sequencers: readonly SequencerIdentity[];
  /** The key of the consensus layer, with ETH for rotations. */
  readonly consensus: Wallet;
  /** Pays for submission and finalisation; no submitter if left out. */
  readonly submitter?: AbstractSigner;
  readonly verifiers?: readonly AbstractSigner[];
  /** Members of the community, who hold METIS and vote with it. */
  readonly voters?: readonly AbstractSigner[];
  readonly consensusOptions?: Partial<ConsensusOptions>;
  readonly sequencerOptions?: Partial<SequencerOptions>;
  readonly verifierOptions?: Partial<VerifierOptions>;
  /** Memolabs; a store in a temporary directory if left out. */
  readonly storage?: Storage;
  /** Further sources of data behind Memolabs and before the blockchain: snapshots (9.1). */
  readonly snapshots?: readonly DataSource[];
  /** Blocks for submitter and verifiers; those of any sequencer that runs if left out. */
  readonly blocks?: BlockSource;
  readonly log?: Logger;
}

/** An agent that can be switched off and on again (Q3). */
export interface LocalAgent<T> {
  readonly name: string;
  readonly agent: T;
  readonly running: boolean;
  /** Runs a round, if it runs at all. */
  tick(): Promise<void>;
  stop(): Promise<void>;
  /** Starts it anew; nothing of the agent before is left but what it had on disk. */
  restart(): Promise<void>;
}

export interface LocalSequencer extends LocalAgent<Sequencer> {
  readonly owner: string;
  readonly key: Wallet;
  readonly chain: Chain;
  readonly transactions: TransactionManager;
}

/** Options of agents that are never waited for. */
const INTERVAL = { interval: 1_000 };

/** L1's time, as of the last look. Nobody sleeps: waiting is the business of whoever moves the clock. */
class LocalClock implements Clock {
  seconds = 0;
  readonly #pause: L1Time["pause"];

  constructor(pause: L1Time["pause"]) {
    this.#pause = pause;
  }

  now(): number {
    return this.seconds * 1000;
  }

  async sleep(milliseconds: number): Promise<void> {
    if (this.#pause !== undefined) {
      await this.#pause(milliseconds);
      // L1's clock went on meanwhile, by about as much.
      this.seconds += Math.floor(milliseconds / 1000);
      return;
    }
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** Calls a node of the L2 in this process, for whoever expects an ethers provider. */
class NodeProvider extends JsonRpcApiProvider {
  readonly #node: () => RpcServer;

  constructor(chainId: bigint, node: () => RpcServer) {
    const network = Network.from(chainId);
    super(network, { staticNetwork: network, batchMaxCount: 1, cacheTimeout: -1 });
    this.#node = node;
    this._start();
  }

  override async _send(payload: JsonRpcPayload | JsonRpcPayload[]): Promise<(JsonRpcResult | JsonRpcError)[]> {
    const answer = await this.#node().handle(payload);
    return (Array.isArray(answer) ? answer : [answer]) as (JsonRpcResult | JsonRpcError)[];
  }
}

interface Runnable {
  tick(): Promise<void>;
  stop(): Promise<void>;
}

class Slot<T extends Runnable> implements LocalAgent<T> {
  readonly name: string;
  readonly #make: () => T;
  agent: T;
  running = true;

  constructor(name: string, make: () => T) {
    this.name = name;
    this.#make = make;
    this.agent = make();
  }

  async tick(): Promise<void> {
    if (this.running) await this.agent.tick();
  }

  async stop(): Promise<void> {
    if (!this.running) return;
    this.running = false;
    await this.agent.stop();
  }

  async restart(): Promise<void> {
    await this.stop();
    this.agent = this.#make();
    this.running = true;
  }
}

/** A slot with what only sequencers have. */
class SequencerSlot extends Slot<Sequencer> implements LocalSequencer {
  readonly owner: string;
  readonly key: Wallet;
  readonly chain: Chain;
  readonly transactions: TransactionManager;

  constructor(
    name: string,
    { owner, key }: SequencerIdentity,
    parts: { readonly chain: Chain; readonly transactions: TransactionManager },
    make: () => Sequencer,
  ) {
    super(name, make);
    this.owner = owner;
    this.key = key;
    this.chain = parts.chain;
    this.transactions = parts.transactions;
  }
}

/** What each agent is made of. */
interface Kit {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly follower: EventFollower<L1State>;
  manager(signer: AbstractSigner): TransactionManager;
}

export class LocalSystem {
  readonly l1: L1;
  readonly config: ChainConfig;
  readonly network = new LocalNetwork();
  readonly storage: Storage;
  readonly consensus: LocalAgent<ConsensusProcess>;
  readonly sequencers: readonly LocalSequencer[];
  readonly submitter: LocalAgent<Submitter> | undefined;
  readonly verifiers: readonly LocalAgent<Verifier>[];
  /** A node of the L2 over Ethereum's JSON-RPC. */
  readonly l2: JsonRpcApiProvider;
  readonly voters: readonly LocalAgent<Voter>[];
  readonly #options: LocalOptions;
  readonly #clock: LocalClock;
  readonly #directory: string;
  readonly #stores: readonly { close(): Promise<void> }[];
  readonly #follower: EventFollower<L1State>;
  #l1State: L1State;

  private constructor(parts: {
    l1: L1;
    options: LocalOptions;
    clock: LocalClock;
    directory: string;
    chainId: bigint;
    chains: readonly Chain[];
    stores: readonly StateStore[];
    follower: EventFollower<L1State>;
    l1State: L1State;
  }) {
    const { l1, options, clock, directory, chains, stores } = parts;
    this.l1 = l1;
    this.config = options.config;
    this.#options = options;
    this.#clock = clock;
    this.#directory = directory;
    this.#stores = [...chains, ...stores];
    this.#follower = parts.follower;
    this.#l1State = parts.l1State;
    this.storage = options.storage ?? new FileStore(join(directory, "objects"));
    const peers = { ...INTERVAL, chainId: parts.chainId, consensus: options.consensus.address };
    const [consensusChain, ...sequencerChains] = chains;

    this.consensus = new Slot("consensus", () => {
      const kit = this.#kit("consensus");
      const chain = consensusChain as Chain;
      const dependencies: ConsensusDependencies = {
        ...kit,
        l1,
        chain,
        transport: this.network,
        key: () => options.consensus,
        transactions: kit.manager(options.consensus),
      };
      return new ConsensusProcess({ ...peers, ...options.consensusOptions }, dependencies);
    });

    this.sequencers = options.sequencers.map((identity, index) => {
      const name = `sequencer ${index}`;
      const chain = sequencerChains[index] as Chain;
      const transactions = this.#kit(name).manager(identity.key);
      return new SequencerSlot(name, identity, { chain, transactions }, () => {
        const kit = this.#kit(name);
        const honest = this.#honest(identity.owner, chain, transactions, kit);
        const { transport, ...behaviour } = identity.behaviour ?? {};
        return new Sequencer(
          { ...peers, owner: identity.owner, ...options.sequencerOptions },
          {
            ...kit,
            ...honest,
            l1,
            chain,
            transactions,
            transport: transport?.(this.network) ?? this.network,
            key: () => identity.key,
            consensus: { pendingTransactions: () => this.#consensusAgent.pendingTransactions() },
            ...behaviour,
          },
        );
      });
    });

    this.verifiers = (options.verifiers ?? []).map(
      (signer, index) =>
        new Slot(`verifier ${index}`, () =>
          this.#verifier(`verifier ${index}`, signer, stores[index + 1] as StateStore, new MemoryCursor()),
        ),
    );
    const node = nodeOf(
      { host: "127.0.0.1", port: 0 },
      {
        chain: consensusChain as Chain,
        mirror: parts.follower,
        consensus: {
          submitTransaction: async (raw) => this.#consensusAgent.submitTransaction(raw),
          transactionStatus: async (hash) => this.#consensusAgent.transactionStatus(hash),
        },
        log: this.#kit("node").log,
      },
    );
    this.l2 = new NodeProvider(options.config.chainId, () => node);
    this.voters = (options.voters ?? []).map(
      (signer, index) => new Slot(`voter ${index}`, () => this.#voter(`voter ${index}`, signer)),
    );
    const { submitter } = options;
    this.submitter =
      submitter === undefined
        ? undefined
        : new Slot("submitter", () => this.#submitter(submitter, stores[0] as StateStore));
  }

  /**
   * Assembles the agents and lets each run a first round.
   *
   * @throws {AgentError} `CONFIG` where the L2 is not the one that L1 was deployed with.
   */
  static async start(options: LocalOptions): Promise<LocalSystem> {
    const l1 = openL1(options.provider, options.deployment);
    await checkGenesis(l1, options.config);
    const { chainId } = await options.provider.getNetwork();
    const clock = new LocalClock(options.time.pause);
    clock.seconds = await options.time.now();
    const chains = await Promise.all(
      Array.from({ length: options.sequencers.length + 1 }, () => Chain.open(options.config)),
    );
    const stores = await Promise.all(
      Array.from({ length: (options.verifiers?.length ?? 0) + 1 }, async () => {
        const store = await StateStore.open();
        await store.genesis(options.config);
        return store;
      }),
    );
    const directory = await mkdtemp(join(tmpdir(), "metis-"));
    const log = options.log ?? createLogger("local", "silent");
    const follower = followL1(
      l1,
      { history: Number.MAX_SAFE_INTEGER },
      { cursor: new MemoryCursor(), log, metrics: new Metrics() },
    );
    const l1State = await follower.sync();
    const system = new LocalSystem({ l1, options, clock, directory, chainId, chains, stores, follower, l1State });
    await system.tick();
    return system;
  }

  /** Stops every agent and removes what they kept. */
  async stop(): Promise<void> {
    for (const agent of this.#agents) await agent.stop();
    for (const store of this.#stores) await store.close();
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** L1's chain of batches and requests, as of the last {@link tick} or {@link look}. */
  get l1State(): L1State {
    return this.#l1State;
  }

  /** Time that the agents see, in seconds. */
  get now(): number {
    return this.#clock.seconds;
  }

  /** The sequencer that L1 names (step 5); undefined where it is none of these. */
  get current(): LocalSequencer | undefined {
    return this.sequencers.find(({ owner }) => owner === this.#l1State.term.sequencer);
  }

  /** Looks at L1 and its clock. */
  async look(): Promise<L1State> {
    this.#clock.seconds = Math.max(this.#clock.seconds, await this.#options.time.now());
    return (this.#l1State = await this.#follower.sync());
  }

  /**
   * Runs a round of every agent that runs: sequencers, consensus layer, submitter, verifiers, voters. Where somebody
   * changed L1, the peers look at it once more, so that their chains are in line with it behind every round.
   */
  async tick(rounds = 1): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      const before = await this.l1.provider.getBlockNumber();
      for (const agent of this.#agents) {
        await this.look();
        await agent.tick();
      }
      if ((await this.l1.provider.getBlockNumber()) === before) continue;
      for (const { running, agent } of [...this.sequencers, this.consensus]) if (running) await agent.peer.refresh();
    }
    await this.look();
  }

  /** Moves L1's clock and the agents' with it. Nobody acts. */
  async advance(seconds: number): Promise<void> {
    await this.#options.time.advance(seconds);
    await this.look();
  }

  /** Lets time pass in steps, with a round after each. */
  async run(seconds: number, step = 10): Promise<void> {
    for (let passed = 0; passed < seconds; passed += step) {
      await this.advance(Math.min(step, seconds - passed));
      await this.tick();
    }
  }

  /**
   * Runs rounds until something holds.
   *
   * @param condition Looked at after every round.
   * @param options.seconds How long it may take, in seconds of L1.
   * @throws {Error} where it does not hold in time.
   */
  async until(
    condition: () => boolean | Promise<boolean>,
    { seconds = 600, step = 10 }: { readonly seconds?: number; readonly step?: number } = {},
  ): Promise<void> {
    const deadline = this.now + seconds;
    for (;;) {
      await this.tick();
      if (await condition()) return;
      if (this.now >= deadline) throw new Error(`it did not come about within ${seconds} s: ${String(condition)}`);
      await this.advance(step);
    }
  }

  /**
   * Signs a transfer on the L2 and submits it to the consensus layer (steps 1, 2a).
   *
   * @param value In wei.
   * @param overrides Fields that differ, for example the nonce.
   * @returns Its hash.
   */
  async transfer(from: Wallet, to: string, value: bigint, overrides: TransactionRequest = {}): Promise<Hex> {
    const { chain } = this.#consensusPeer;
    const raw = await from.signTransaction({
      type: 2,
      chainId: this.config.chainId,
      nonce: await chain.pendingNonce(from.address),
      to,
      value,
      gasLimit: 21_000n,
      maxFeePerGas: this.config.baseFee * 2n,
      maxPriorityFeePerGas: parseUnits("0.1", "gwei"),
      ...overrides,
    });
    return this.#consensusAgent.submitTransaction(fromHex(raw));
  }

  /**
   * Someone who pays on the L2. While a user waits, time passes and everybody else goes on: a second between two looks
   * at the node, with a round of every agent.
   */
  user(wallet: Wallet | HDNodeWallet, options: Partial<UserOptions> = {}): User {
    const clock: Clock = {
      now: () => this.#clock.now(),
      sleep: async (ms) => {
        await this.advance(Math.max(1, Math.ceil(ms / 1000)));
        await this.tick();
      },
    };
    return new User(options, { wallet, l2: this.l2, l1: this.l1, clock, log: this.#kit("user").log });
  }

  /** A way to send transactions to L1 as somebody. */
  manager(signer: AbstractSigner): TransactionManager {
    return this.#kit("manager").manager(signer);
  }

  get #agents(): readonly LocalAgent<Runnable>[] {
    return [
      ...this.sequencers,
      this.consensus,
      ...(this.submitter ? [this.submitter] : []),
      ...this.verifiers,
      ...this.voters,
    ];
  }

  get #consensusAgent(): ConsensusProcess {
    if (!this.consensus.running) throw new AgentError("L2_UNAVAILABLE", "the consensus layer is not running");
    return this.consensus.agent;
  }

  get #consensusPeer(): { readonly chain: Chain } {
    return this.#consensusAgent.peer.replica;
  }

  /** Blocks as any sequencer that runs gives them. */
  get #blocks(): BlockSource {
    const { blocks } = this.#options;
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

  #kit(name: string): Kit {
    const log = (this.#options.log ?? createLogger(name, "silent")).child({ agent: name });
    const metrics = new Metrics();
    const clock = this.#clock;
    const follower = followL1(
      this.l1,
      { history: Number.MAX_SAFE_INTEGER },
      { cursor: new MemoryCursor(), log, metrics },
    );
    const manager = (signer: AbstractSigner): TransactionManager =>
      new TransactionManager(DEFAULT_TRANSACTION_OPTIONS, {
        signer,
        provider: this.l1.provider,
        clock,
        log,
        metrics,
        cursor: new MemoryCursor<TransactionState>(),
      });
    return { log, metrics, clock, follower, manager };
  }

  #honest(
    owner: string,
    chain: Chain,
    transactions: TransactionManager,
    { log, metrics }: Kit,
  ): Pick<SequencerDependencies, "responder" | "recomputer"> {
    const { l1, config } = this;
    const sources = [new BlocksSource("own chain", chain), new StorageSource(this.storage)];
    return {
      responder: new Responder(
        { sequencer: owner, pieceSize: DEFAULT_PIECE_SIZE },
        { l1, transactions, sources, log, metrics },
      ),
      recomputer: new Recomputer(
        { stepGas: DEFAULT_STEP_GAS },
        { l1, transactions, config, states: chain.states, log },
      ),
    };
  }

  #sources(): DataSource[] {
    return [
      new StorageSource(this.storage),
      ...(this.#options.snapshots ?? []),
      new BlocksSource("blockchain", this.#blocks),
    ];
  }

  #verifier(
    name: string,
    signer: AbstractSigner,
    states: StateStore,
    cursor: VerifierDependencies["cursor"],
  ): Verifier {
    const kit = this.#kit(name);
    const options: VerifierOptions = {
      ...INTERVAL,
      maxRequestFee: parseUnits("10", "ether"),
      stepGas: DEFAULT_STEP_GAS,
      register: false,
      ...this.#options.verifierOptions,
    };
    return new Verifier(options, {
      ...kit,
      l1: this.l1,
      mirror: kit.follower,
      transactions: kit.manager(signer),
      config: this.config,
      states,
      sources: this.#sources(),
      cursor,
    });
  }

  #voter(name: string, signer: AbstractSigner): Voter {
    const kit = this.#kit(name);
    return new Voter(
      { ...INTERVAL, policy: DEFAULT_POLICY, delegate: true },
      {
        ...kit,
        l1: this.l1,
        record: followRecord(this.l1, {}, { cursor: new MemoryCursor(), log: kit.log, metrics: kit.metrics }),
        transactions: kit.manager(signer),
        storages: [this.storage],
        cursor: new MemoryCursor(),
      },
    );
  }

  #submitter(signer: AbstractSigner, states: StateStore): Submitter {
    const kit = this.#kit("submitter");
    const dependencies: SubmitterDependencies = {
      ...kit,
      l1: this.l1,
      mirror: kit.follower,
      transactions: kit.manager(signer),
      config: this.config,
      states,
      consensus: {
        certifiedBatch: async (index) =>
          this.consensus.running ? this.consensus.agent.certifiedBatch(index) : undefined,
      },
      sources: [new BlocksSource("blockchain", this.#blocks), new StorageSource(this.storage)],
      outbox: new Outbox({
        storage: this.storage,
        files: new FileStore(join(this.#directory, "outbox")),
        cursor: new MemoryCursor(),
        log: kit.log,
      }),
      challenger: this.verifiers[0] ?? { tick: () => Promise.resolve() },
    };
    return new Submitter({ ...INTERVAL, finalise: true }, dependencies);
  }
}
