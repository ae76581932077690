import { EventEmitter } from "node:events";

import { blockSize } from "../../l2/protocol/l2-transaction.ts";
import type { L2Transaction } from "../../l2/protocol/l2-transaction.ts";
import type { BatchHeader } from "../../l2/batch/header.ts";
import { ZERO_ADDRESS } from "../../l2/base/hex.ts";
import { parseSignedBlock, recoverProducer } from "../../l2/protocol/block.ts";
import type { Block, SignedBlock } from "../../l2/protocol/block.ts";
import type { Chain } from "../../l2/chain/chain.ts";
import type { DroppedTransaction } from "../../l2/chain/types.ts";
import { BlockError } from "../../l2/protocol/errors.ts";
import { SerialQueue } from "../../l2/base/serial.ts";
import type { Clock } from "../runtime/clock.ts";
import { messageOf } from "../runtime/errors.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Metrics } from "../runtime/metrics.ts";
import type { L1Batch, L1State } from "../l1/mirror.ts";
import { Agreement } from "./agreement.ts";
import { signedBlock } from "./block.ts";
import type { Members } from "./members.ts";
import type { Messenger } from "./messenger.ts";
import type { BlockAnswer } from "./methods.ts";
import { PeerError } from "./transport.ts";

export interface ReplicaOptions {
  /** How far a block's time may be ahead of this peer's, in seconds. */
  readonly drift?: number;
  /** Blocks asked for, or given, at once. */
  readonly page?: number;
}

export interface ReplicaDependencies {
  readonly chain: Chain;
  readonly members: Members;
  readonly messenger: Messenger;
  /** Transactions of a batch as they were posted on L1 (step 9.3). */
  readonly posted: (batch: L1Batch, state: L1State) => Promise<readonly L2Transaction[]>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
}

export interface ReplicaEvents {
  /** A peer's block was verified and appended (step 3). */
  accepted: [Block];
  /** A block was refused (S3). */
  refused: [{ readonly block: SignedBlock; readonly reason: string }];
  /** Blocks gave way, and these transactions went with them (step 3.2). */
  dropped: [{ readonly transactions: readonly DroppedTransaction[]; readonly reason: string }];
  /** The chain took over a batch that L1 confirmed (step 3.3.6b). */
  adopted: [BatchHeader];
}

/** Bytes of transactions that are given at once: a message carries two characters for each. */
const PAGE_BYTES = 4 * 1024 * 1024;

/**
 * A peer's copy of the Metis blockchain, kept in line with L1 and with its peers (steps 3, 5.2).
 *
 * What decides where copies differ, the strongest first: L1 (batches found wrong go, batches found right are adopted);
 * a batch that this peer signed; the chain of the current sequencer.
 */
export class Replica {
  readonly chain: Chain;
  readonly events = new EventEmitter<ReplicaEvents>();
  readonly #drift: number;
  readonly #page: number;
  readonly #dependencies: ReplicaDependencies;
  readonly #agreement: Agreement;
  /** Last block of the batches that this peer signed. */
  #signedUpTo = 0;
  readonly #queue = new SerialQueue();

  constructor(options: ReplicaOptions, dependencies: ReplicaDependencies) {
    this.chain = dependencies.chain;
    this.#drift = options.drift ?? 15;
    this.#page = options.page ?? 64;
    this.#dependencies = dependencies;
    this.#agreement = new Agreement(
      {
        chain: this.chain,
        exclusively: (action) => this.exclusively(action),
        ask: (owner, after) => this.#ask(owner, after),
        tell: (dropped, reason) => this.#tell(dropped, reason),
        release: (block) => {
          this.#signedUpTo = Math.min(this.#signedUpTo, block);
        },
        adopted: (header) => {
          this.events.emit("adopted", header);
        },
      },
      dependencies,
    );
  }

  /** L1 as of the last {@link follow}. */
  get l1(): L1State {
    return this.#agreement.l1;
  }

  /** L1's last batch that can be built upon; undefined while this copy does not hold it. */
  get base(): L1Batch | undefined {
    return this.#agreement.base;
  }

  /** Blocks up to this one stand on L1: no peer's word removes them. */
  get floor(): number {
    return this.#agreement.floor;
  }

  /** Blocks up to this one stay, because this peer vouched for them. */
  protect(block: number): void {
    this.#signedUpTo = Math.max(this.#signedUpTo, block);
  }

  /** Runs one change of the chain after the other. */
  exclusively<T>(action: () => Promise<T>): Promise<T> {
    return this.#queue.run(action);
  }

  /** Brings the chain in line with L1. */
  follow(l1: L1State): Promise<void> {
    return this.#agreement.follow(l1);
  }

  /** Answers a peer that offers a block (step 3). */
  receive(block: SignedBlock, from: string): Promise<BlockAnswer> {
    return this.exclusively(async () => {
      const { chain } = this;
      if (from !== this.#dependencies.members.term.sequencer) {
        return { accepted: false, reason: `${from} is not the current sequencer` };
      }
      const own = await chain.block(block.number);
      if (own !== undefined && own.hash === block.hash) return { accepted: true };
      if (block.number > chain.head.number + 1) return { accepted: false, want: chain.head.number + 1 };
      const parent = await chain.block(block.number - 1);
      if (parent?.hash !== block.parentHash) {
        if (block.number - 1 > this.floor) return { accepted: false, want: block.number - 1 };
        return this.#refuse(block, `its parent ${block.parentHash} is not on L1's chain of batches`);
      }
      try {
        if (own === undefined) await this.#import(block);
        else await this.#replace(own, [block], from);
        return { accepted: true };
      } catch (error) {
        if (!(error instanceof BlockError)) throw error;
        return this.#refuse(block, error.message);
      }
    });
  }

  /** Signed blocks behind a block, as many as fit into a message, for a peer that synchronises (step 5.2). */
  async blocksAfter(number: number, limit: number): Promise<SignedBlock[]> {
    const blocks: SignedBlock[] = [];
    if (!Number.isSafeInteger(number) || !Number.isSafeInteger(limit)) {
      throw new PeerError("malformed", `blocks after ${number}, at most ${limit}: expected whole numbers`);
    }
    const last = Math.min(this.chain.head.number, number + Math.min(limit, this.#page));
    let bytes = 0;
    for (let next = number + 1; next <= last; next++) {
      const block = await this.chain.block(next);
      const signed = block === undefined ? undefined : signedBlock(block);
      if (signed === undefined) break;
      bytes += blockSize(signed.transactions);
      if (bytes > PAGE_BYTES && blocks.length > 0) break;
      blocks.push(signed);
    }
    return blocks;
  }

  /**
   * Fetches blocks from peers that are further on (step 5.2).
   *
   * @param owners Whom to ask.
   * @returns Whether the chain is as long as the longest that was offered.
   */
  async synchronise(owners: readonly string[]): Promise<boolean> {
    let complete = true;
    for (const owner of owners) {
      try {
        const { number } = await this.#dependencies.messenger.request(owner, "status", {});
        if (number > this.chain.head.number) await this.#fetch(owner, number);
        complete &&= number <= this.chain.head.number;
      } catch (error) {
        this.#dependencies.log.debug({ peer: owner, reason: messageOf(error) }, "cannot synchronise with peer");
      }
    }
    return complete;
  }

  async #fetch(owner: string, target: number): Promise<void> {
    let after = this.chain.head.number;
    while (after < target) {
      const blocks = await this.#ask(owner, after);
      const first = blocks[0];
      if (first === undefined) return;
      const parent = await this.chain.block(first.number - 1);
      if (first.number !== after + 1) return;
      if (parent?.hash !== first.parentHash) {
        if (after === this.floor) return;
        // The peer's chain left this one somewhere behind what stands on L1.
        return this.#overtake(owner, target);
      }
      await this.exclusively(async () => {
        for (const block of blocks) if (block.number === this.chain.head.number + 1) await this.#import(block);
      });
      if (this.chain.head.number <= after) return;
      after = this.chain.head.number;
    }
  }

  /** Takes a peer's longer chain in place of the blocks that differ from it. */
  async #overtake(owner: string, target: number): Promise<void> {
    const blocks: SignedBlock[] = [];
    for (let after = this.floor; after < target;) {
      const page = await this.#ask(owner, after);
      if (page.length === 0) break;
      blocks.push(...page);
      after += page.length;
    }
    await this.exclusively(async () => {
      const rest = [...blocks];
      while (rest[0] !== undefined && (await this.chain.block(rest[0].number))?.hash === rest[0].hash) rest.shift();
      const own = rest[0] === undefined ? undefined : await this.chain.block(rest[0].number);
      if (own !== undefined && this.floor + blocks.length > this.chain.head.number) {
        await this.#replace(own, rest, owner);
      }
    });
  }

  async #ask(owner: string, after: number): Promise<readonly SignedBlock[]> {
    const { blocks } = await this.#dependencies.messenger.request(owner, "blocks", { after, limit: this.#page });
    return blocks.map(parseSignedBlock);
  }

  async #import(block: SignedBlock): Promise<void> {
    if (this.#agreement.isCondemned(block.hash)) {
      throw new BlockError("NOT_ON_HEAD", `block ${block.number} went with a batch that L1 found wrong`);
    }
    const latest = Math.floor(this.#dependencies.clock.now() / 1000) + this.#drift;
    if (block.timestamp > latest) {
      throw new BlockError("BAD_TIME", `block ${block.number} has time ${block.timestamp}, expected at most ${latest}`);
    }
    const { members } = this.#dependencies;
    const current = members.term.sequencer;
    const key = recoverProducer(this.chain.config, block.hash, block.signature);
    const owner = await members.ownerOf(key);
    // A new block is the current sequencer's, by its key of the term; older ones may be of those before it.
    const due = members.of(current ?? ZERO_ADDRESS)?.key === key || block.timestamp <= members.term.startedAt;
    const imported = await this.chain.importBlock(block, () => owner !== undefined && due);
    this.events.emit("accepted", imported);
  }

  /** Puts blocks in the place of own ones from `own` on; the own ones come back if they turn out bad. */
  async #replace(own: Block, blocks: readonly SignedBlock[], from: string): Promise<void> {
    const { members } = this.#dependencies;
    if (own.number <= this.floor) throw new BlockError("NOT_ON_HEAD", `block ${own.number} stands on L1`);
    if (own.number <= this.#signedUpTo) {
      throw new BlockError("NOT_ON_HEAD", `block ${own.number} is in a batch that this peer signed`);
    }
    if (
      own.producer !== undefined &&
      from === members.term.sequencer &&
      (await members.ownerOf(own.producer)) === from &&
      own.timestamp >= members.term.startedAt
    ) {
      throw new BlockError("NOT_ON_HEAD", `${from} signed another block ${own.number} before`);
    }
    const before: SignedBlock[] = [];
    for (let number = own.number; number <= this.chain.head.number; number++) {
      const block = await this.chain.block(number);
      const signed = block === undefined ? undefined : signedBlock(block);
      if (signed !== undefined) before.push(signed);
    }
    const reason = `block ${own.number} gave way to the chain of ${from}`;
    const dropped = await this.chain.rollbackTo(own.number - 1, reason);
    try {
      for (const block of blocks) await this.#import(block);
    } catch (error) {
      await this.chain.rollbackTo(own.number - 1, "the blocks that took over are not valid");
      for (const block of before) await this.chain.importBlock(block, () => true);
      throw error;
    }
    await this.#tell(dropped, reason);
  }

  #refuse(block: SignedBlock, reason: string): BlockAnswer {
    this.#dependencies.log.warn({ block: block.number, hash: block.hash, reason }, "block refused");
    this.events.emit("refused", { block, reason });
    return { accepted: false, reason };
  }

  /** Tells of transactions that are in no block any more. */
  async #tell(dropped: readonly DroppedTransaction[], reason: string): Promise<void> {
    const gone: DroppedTransaction[] = [];
    for (const transaction of dropped) {
      if ((await this.chain.receipt(transaction.hash)) === undefined) gone.push(transaction);
    }
    if (gone.length > 0) this.events.emit("dropped", { transactions: gone, reason });
  }
}
