import { Parameter } from "../../ignition/parameters.ts";
import { parseSignedBlock } from "../../l2/protocol/block.ts";
import type { Chain } from "../../l2/chain/chain.ts";
import { BlockError } from "../../l2/protocol/errors.ts";
import type { AgentDependencies } from "../runtime/agent.ts";
import type { EventFollower } from "../l1/events.ts";
import { fetchPosted } from "../data/batch-data.ts";
import type { L1 } from "../l1/l1.ts";
import type { L1State } from "../l1/mirror.ts";
import { keyNamed, type PeerKey } from "./key.ts";
import { Members } from "./members.ts";
import { Messenger } from "./messenger.ts";
import type { PeerHandlers } from "./messenger.ts";
import type { BlockAnswer } from "./methods.ts";
import { Replica } from "./replica.ts";
import type { ReplicaOptions } from "./replica.ts";
import type { Transport } from "./transport.ts";

export interface PeerOptions extends ReplicaOptions {
  /** Owner of the sequencer, or the address of the consensus layer. */
  readonly self: string;
  /** L1's chain id. */
  readonly chainId: bigint;
  /** Address that the consensus layer speaks under. */
  readonly consensus: string;
}

export interface PeerDependencies extends AgentDependencies {
  readonly l1: L1;
  readonly chain: Chain;
  /** L1's events, all final batches kept. */
  readonly follower: Pick<EventFollower<L1State>, "sync">;
  readonly transport: Transport;
  /** The sequencer's keys, at least one: a key that was rotated in counts from the next term on. */
  readonly keys: readonly PeerKey[];
}

/** What every node of the peer network is made of: it knows the others, talks to them, and keeps the chain. */
export class Peer {
  readonly members: Members;
  readonly messenger: Messenger;
  readonly replica: Replica;
  readonly #follower: Pick<EventFollower<L1State>, "sync">;
  readonly #l1: L1;
  readonly #self: string;
  readonly #keys: readonly PeerKey[];

  constructor(options: PeerOptions, dependencies: PeerDependencies) {
    const { l1, transport, clock, chain, log, metrics } = dependencies;
    this.#follower = dependencies.follower;
    this.#l1 = l1;
    this.#self = options.self;
    this.#keys = dependencies.keys;
    this.members = new Members(l1.sequencers, [options.consensus]);
    this.messenger = new Messenger(
      { self: options.self, chainId: options.chainId, sequencerSet: l1.addresses.sequencers },
      { key: () => this.key, transport, clock, roster: this.members },
    );
    this.replica = new Replica(options, {
      chain,
      members: this.members,
      messenger: this.messenger,
      posted: async ({ headerHash }, state) => {
        const request = state.requests[headerHash];
        if (request === undefined) throw new Error(`nothing was posted for ${headerHash}`);
        return (await fetchPosted(l1, request)).transactions;
      },
      clock,
      log,
      metrics,
    });
  }

  /** The key that this peer signs blocks and messages with now. */
  get key(): PeerKey {
    const { current, coming } = this.members;
    const key = this.keyIn(current.term) ?? this.keyIn(coming.term) ?? this.#keys[0];
    if (key === undefined) throw new Error("a peer has at least one key");
    return key;
  }

  /** The key that this peer signs certificates of a term with; undefined where it has none that counts. */
  keyIn(term: number): PeerKey | undefined {
    return keyNamed(this.#keys, this.members.roster(term)?.of(this.#self)?.key);
  }

  /** Begins to answer peers, the requests that every node answers included. */
  async start(handlers: PeerHandlers): Promise<void> {
    await this.members.refresh();
    await this.messenger.start({
      status: () => ({ number: this.replica.chain.head.number, hash: this.replica.chain.head.hash }),
      block: ({ block }, from) => this.receive(block, from),
      blocks: async ({ after, limit }) => ({ blocks: await this.replica.blocksAfter(after, limit) }),
      ...handlers,
    });
  }

  /** Answers a peer that offers a block (step 3). */
  async receive(block: unknown, from: string): Promise<BlockAnswer> {
    try {
      return await this.replica.receive(parseSignedBlock(block), from);
    } catch (error) {
      if (error instanceof BlockError) return { accepted: false, reason: error.message };
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.messenger.stop();
  }

  /** Reads L1 and brings the chain in line with it. */
  async refresh(signal?: AbortSignal): Promise<void> {
    const state = await this.#follower.sync(signal);
    await this.members.refresh();
    await this.replica.follow(state);
  }

  /** How long a silence has to last, in seconds (S2). */
  async rotationTimeout(): Promise<number> {
    return Number(await this.#l1.parameters.get(Parameter.RotationTimeout));
  }

  /** Transactions of a term after which anyone may rotate. */
  async rotationTransactions(): Promise<number> {
    return Number(await this.#l1.parameters.get(Parameter.RotationTransactions));
  }
}
