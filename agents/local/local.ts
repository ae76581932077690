/**
 * A whole system in one process: sequencers, consensus layer, submitter, verifiers and storage on contracts that are
 * deployed already. Its clock moves only when told to, and nothing happens between two calls of `tick`. Scenario
 * tests and demos are built on it. They hand misbehaviour in as options; none is built in.
 *
 *     const local = await LocalSystem.start({ ... });
 *     await local.transfer(alice, bob.address, parseEther("1"));
 *     await local.until(() => local.l1State.head > 1);
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import {
  parseUnits,
  type AbstractSigner,
  type HDNodeWallet,
  type JsonRpcApiProvider,
  type TransactionRequest,
  type Wallet,
} from "ethers";

import { type Hex, fromHex } from "../../l2/base/hex.ts";
import { Chain } from "../../l2/chain/chain.ts";
import type { ChainConfig } from "../../l2/protocol/config.ts";
import { StateStore } from "../../l2/state/state.ts";
import type { ConsensusProcess } from "../consensus/process.ts";
import type { Storage } from "../data/storage.ts";
import type { EventFollower } from "../l1/events.ts";
import { checkGenesis } from "../l1/genesis.ts";
import { type L1, openL1 } from "../l1/l1.ts";
import { followL1, type L1State } from "../l1/mirror.ts";
import type { TransactionManager } from "../l1/transactions.ts";
import type { LocalNetwork } from "../peers/local-network.ts";
import type { Clock } from "../runtime/clock.ts";
import { MemoryCursor } from "../runtime/cursor.ts";
import { createLogger } from "../runtime/logger.ts";
import { Metrics } from "../runtime/metrics.ts";
import type { Submitter } from "../submitter/submitter.ts";
import { User, type UserOptions } from "../user/user.ts";
import type { Verifier } from "../verifier/verifier.ts";
import type { Voter } from "../voter/voter.ts";
import { Assembly, type AssemblyParts } from "./assembly.ts";
import { LocalClock } from "./clock.ts";
import { NodeProvider } from "./node-provider.ts";
import type { LocalOptions } from "./options.ts";
import type { LocalAgent, LocalSequencer, Runnable } from "./slot.ts";

export type { L1Time } from "./clock.ts";
export type { Behaviour, LocalOptions, SequencerIdentity } from "./options.ts";
export type { LocalAgent, LocalSequencer } from "./slot.ts";

export class LocalSystem {
  readonly l1: L1;
  readonly config: ChainConfig;
  readonly network: LocalNetwork;
  readonly storage: Storage;
  readonly consensus: LocalAgent<ConsensusProcess>;
  readonly sequencers: readonly LocalSequencer[];
  /** What answers data requests beside the sequencers. */
  readonly answerers: readonly LocalAgent<Runnable>[];
  readonly submitter: LocalAgent<Submitter> | undefined;
  readonly verifiers: readonly LocalAgent<Verifier>[];
  readonly voters: readonly LocalAgent<Voter>[];
  /** A node of the L2 over Ethereum's JSON-RPC. */
  readonly l2: JsonRpcApiProvider;
  readonly #assembly: Assembly;
  readonly #parts: AssemblyParts;
  readonly #follower: EventFollower<L1State>;

  private constructor(parts: AssemblyParts, follower: EventFollower<L1State>) {
    const assembly = new Assembly(parts);
    this.l1 = parts.l1;
    this.config = parts.options.config;
    this.network = assembly.network;
    this.storage = assembly.storage;
    this.consensus = assembly.consensus;
    this.sequencers = assembly.sequencers;
    this.answerers = assembly.answerers;
    this.submitter = assembly.submitter;
    this.verifiers = assembly.verifiers;
    this.voters = assembly.voters;
    this.l2 = new NodeProvider(this.config.chainId, assembly.node(follower));
    this.#assembly = assembly;
    this.#parts = parts;
    this.#follower = follower;
  }

  /**
   * Assembles the agents and lets each run a first round.
   *
   * @throws {AgentError} `CONFIG` where the L2 is not the one that L1 was deployed with.
   */
  static async start(options: LocalOptions): Promise<LocalSystem> {
    const { provider, deployment, time, config } = options;
    const l1 = openL1(provider, deployment);
    await checkGenesis(l1, config);
    const { chainId } = await provider.getNetwork();
    const clock = new LocalClock(time.pause);
    clock.seconds = await time.now();
    const chains = await Promise.all(Array.from({ length: options.sequencers.length + 1 }, () => Chain.open(config)));
    const stores = await Promise.all(
      Array.from({ length: (options.verifiers?.length ?? 0) + 1 }, async () => {
        const store = await StateStore.open();
        await store.genesis(config);
        return store;
      }),
    );
    const directory = await mkdtemp(join(tmpdir(), "metis-"));
    const follower = followL1(
      l1,
      { history: Number.MAX_SAFE_INTEGER },
      { cursor: new MemoryCursor(), log: options.log ?? createLogger("local", "silent"), metrics: new Metrics() },
    );
    await follower.sync();
    const system = new LocalSystem({ l1, options, clock, directory, chainId, chains, stores }, follower);
    await system.tick();
    return system;
  }

  /** Stops every agent and removes what they kept. */
  async stop(): Promise<void> {
    for (const agent of this.#agents) await agent.stop();
    const { chains, stores, directory } = this.#parts;
    for (const store of [...chains, ...stores]) await store.close();
    await rm(directory, { recursive: true, force: true });
  }

  /** L1's chain of batches and requests, as of the last {@link tick} or {@link look}. */
  get l1State(): L1State {
    return this.#follower.state;
  }

  /** Time that the agents see, in seconds. */
  get now(): number {
    return this.#clock.seconds;
  }

  /** The sequencer that L1 names (step 5); undefined where it is none of these. */
  get current(): LocalSequencer | undefined {
    return this.sequencers.find(({ owner }) => owner === this.l1State.term.sequencer);
  }

  /** Looks at L1 and its clock. */
  async look(): Promise<L1State> {
    this.#clock.seconds = Math.max(this.#clock.seconds, await this.#parts.options.time.now());
    return this.#follower.sync();
  }

  /**
   * Runs a round of every agent that runs: sequencers, consensus layer, submitter, verifiers, voters. If L1
   * changed meanwhile, the peers look at it once more, so that their chains match it after every round.
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
    await this.#parts.options.time.advance(seconds);
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
    const { chain } = this.#assembly.running.peer.replica;
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
    return this.#assembly.running.submitTransaction(fromHex(raw));
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
    return new User(options, { wallet, l2: this.l2, l1: this.l1, clock, log: this.#assembly.log("user") });
  }

  /** A way to send transactions to L1 as somebody. */
  manager(signer: AbstractSigner): TransactionManager {
    return this.#assembly.ground("manager", signer).transactions;
  }

  get #clock(): LocalClock {
    return this.#parts.clock;
  }

  get #agents(): readonly LocalAgent<Runnable>[] {
    return [
      ...this.sequencers,
      ...this.answerers,
      this.consensus,
      ...(this.submitter ? [this.submitter] : []),
      ...this.verifiers,
      ...this.voters,
    ];
  }
}
