import type { Log, LogDescription, Provider } from "ethers";

import { interfaceOf, type SystemAddresses, type SystemName } from "../../ignition/system.ts";
import type { Cursor } from "../runtime/cursor.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Metrics } from "../runtime/metrics.ts";

export { DEFAULT_FOLLOWER_OPTIONS } from "./defaults.ts";

/** Folds the logs of L1 into a state. Both state and log survive JSON (bigints included). */
export interface Reducer<State> {
  /** The state before any log. */
  initial(): State;
  /** Applies one log, in place. Logs that mean nothing to it are ignored. */
  apply(state: State, log: FollowedLog): void;
}

/** A log of L1, as far as it is kept. */
export interface FollowedLog {
  address: string;
  topics: string[];
  data: string;
  blockNumber: number;
  transactionHash: string;
  index: number;
}

/** A log of ethers, as far as it is kept. */
export function followed({ address, topics, data, blockNumber, transactionHash, index }: Log): FollowedLog {
  return { address, topics: [...topics], data, blockNumber, transactionHash, index };
}

/** Reads a log as the event that it is. Nothing for logs of other contracts, and for events that they do not declare. */
export type LogReader = (log: FollowedLog) => LogDescription | null;

/** Reads the logs of some contracts of the system. */
export function logReader(addresses: Partial<SystemAddresses>): LogReader {
  const names = new Map(Object.entries(addresses).map(([name, address]) => [address, name as SystemName]));
  return (log) => {
    const name = names.get(log.address);
    return name === undefined ? null : interfaceOf(name).parseLog(log);
  };
}

/** What to follow. */
export interface FollowerOptions {
  addresses: string[];
  /** First block that can carry a log of theirs. */
  fromBlock: number;
  /** Blocks that must lie on top of a block before it is read. */
  depth: number;
  /** Blocks asked for at once; halved when the endpoint refuses. */
  chunk: number;
  /** Blocks that can be rewound without starting over. */
  memory: number;
}

interface Anchor {
  number: number;
  hash: string;
}

/** What the cursor of a follower keeps: the state at a block that is old, and every log since. */
export interface FollowerCursor<State> {
  addresses: string[];
  base: State;
  logs: FollowedLog[];
  /** Blocks read, as they were then; the first is that of `base`, the last is the latest. */
  anchors: Anchor[];
}

/**
 * Follows the logs of some contracts through reorganisations: it remembers the hash of what it read, and where L1 took
 * another way it goes back to the fork and folds the logs again. The reducer is never told to undo anything.
 */
export class EventFollower<State> {
  readonly #options: FollowerOptions;
  readonly #provider: Provider;
  readonly #cursor: Cursor<FollowerCursor<State>>;
  readonly #reducer: Reducer<State>;
  readonly #log: Logger;
  readonly #metrics: Metrics;
  #memory: FollowerCursor<State> | undefined;
  #state: State | undefined;
  #chunk: number;

  constructor(
    options: FollowerOptions,
    dependencies: {
      provider: Provider;
      cursor: Cursor<FollowerCursor<State>>;
      reducer: Reducer<State>;
      log: Logger;
      metrics: Metrics;
    },
  ) {
    this.#options = options;
    this.#provider = dependencies.provider;
    this.#cursor = dependencies.cursor;
    this.#reducer = dependencies.reducer;
    this.#log = dependencies.log;
    this.#metrics = dependencies.metrics;
    this.#chunk = options.chunk;
  }

  /** The state after the last {@link sync}. Not to be changed. */
  get state(): State {
    if (this.#state === undefined) throw new Error("sync() comes first");
    return this.#state;
  }

  /** The last block that was read. */
  get block(): number {
    return this.#memory?.anchors.at(-1)?.number ?? this.#options.fromBlock - 1;
  }

  /**
   * Reads what is new, after going back as far as L1 did.
   *
   * @returns The state.
   */
  async sync(signal?: AbortSignal): Promise<State> {
    if (this.#memory === undefined) await this.#load();
    let changed = await this.#rewind();
    const target = (await this.#provider.getBlockNumber()) - this.#options.depth;
    while (this.block < target) {
      signal?.throwIfAborted();
      const sameChain = await this.#read(Math.min(target, this.block + this.#chunk));
      if (!sameChain) await this.#rewind();
      changed = true;
    }
    if (changed) {
      this.#compact();
      await this.#cursor.save(this.#mind);
    }
    this.#metrics.l1Block.set(this.block);
    return this.state;
  }

  get #mind(): FollowerCursor<State> {
    if (this.#memory === undefined) throw new Error("not loaded");
    return this.#memory;
  }

  async #load(): Promise<void> {
    const saved = await this.#cursor.load();
    const ours = saved !== undefined && saved.addresses.join() === this.#options.addresses.join();
    if (saved !== undefined && !ours) this.#log.warn("the cursor is of another deployment: starting over");
    this.#memory = ours ? saved : this.#blank();
    this.#fold();
  }

  #blank(): FollowerCursor<State> {
    return { addresses: this.#options.addresses, base: this.#reducer.initial(), logs: [], anchors: [] };
  }

  #fold(): void {
    const state = structuredClone(this.#mind.base);
    for (const log of this.#mind.logs) this.#reducer.apply(state, log);
    this.#state = state;
  }

  /** Forgets every block that is no longer on L1's chain. */
  async #rewind(): Promise<boolean> {
    const { anchors } = this.#mind;
    const before = this.block;
    let kept = anchors.length;
    while (kept > 0) {
      if (await this.#stands(anchors[kept - 1] as Anchor)) break;
      kept--;
    }
    if (kept === anchors.length) return false;
    this.#metrics.l1Reorgs.inc();
    if (kept === 0) {
      this.#log.warn({ from: before }, "L1 reorganised beyond memory: starting over");
      this.#memory = this.#blank();
    } else {
      anchors.length = kept;
      const { block } = this;
      this.#mind.logs = this.#mind.logs.filter(({ blockNumber }) => blockNumber <= block);
      this.#log.warn({ from: before, to: block }, "L1 reorganised");
    }
    this.#fold();
    return true;
  }

  /** Reads the blocks up to `to`; false where L1 changed its way meanwhile, and nothing was kept. */
  async #read(to: number): Promise<boolean> {
    const previous = this.#mind.anchors.at(-1);
    const from = this.block + 1;
    const { addresses } = this.#options;
    const before = await this.#provider.getBlock(to);
    let logs: Log[];
    try {
      logs = await this.#provider.getLogs({ address: addresses, fromBlock: from, toBlock: to });
    } catch (error) {
      if (to === from) throw error;
      // Endpoints limit how many blocks or logs one call may cover, each in its own words.
      this.#chunk = Math.max(1, Math.floor((to - from + 1) / 2));
      this.#log.debug({ chunk: this.#chunk }, "asking for fewer blocks at once");
      return true;
    }
    const hash = before?.hash ?? "";
    if (!(await this.#stands({ number: to, hash }))) return false;
    if (previous !== undefined && !(await this.#stands(previous))) return false;
    const read = logs
      .map(followed)
      .sort((first, second) => first.blockNumber - second.blockNumber || first.index - second.index);
    for (const log of read) this.#reducer.apply(this.state, log);
    this.#mind.logs.push(...read);
    this.#mind.anchors.push({ number: to, hash });
    this.#chunk = Math.min(this.#options.chunk, this.#chunk * 2);
    return true;
  }

  async #stands({ number, hash }: Anchor): Promise<boolean> {
    return (await this.#provider.getBlock(number))?.hash === hash;
  }

  /** Folds what is too old to be rewound into the base. */
  #compact(): void {
    const memory = this.#mind;
    const oldest = this.block - this.#options.memory;
    const base = memory.anchors.findLastIndex(({ number }) => number <= oldest);
    if (base <= 0) return;
    memory.anchors.splice(0, base);
    const settled = memory.anchors[0]?.number ?? 0;
    const split = memory.logs.findIndex(({ blockNumber }) => blockNumber > settled);
    for (const log of memory.logs.splice(0, split === -1 ? memory.logs.length : split)) {
      this.#reducer.apply(memory.base, log);
    }
  }
}
