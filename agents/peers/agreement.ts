import type { BatchHeader } from "../../l2/batch/header.ts";
import { batchTree, mttbrLeafValue } from "../../l2/batch/tree.ts";
import type { Chain } from "../../l2/chain/chain.ts";
import type { DroppedTransaction } from "../../l2/chain/types.ts";
import { blockTransactions, type SignedBlock } from "../../l2/protocol/block.ts";
import type { L2Transaction } from "../../l2/protocol/l2-transaction.ts";
import { BATCH_LIMITS } from "../../l2/protocol/limits.ts";
import { BATCH_STATUS, isAnswered, isSound, stands, type L1Batch, type L1State } from "../l1/mirror.ts";
import type { Clock } from "../runtime/clock.ts";
import { AgentError, messageOf } from "../runtime/errors.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Metrics } from "../runtime/metrics.ts";
import { cut } from "./cut.ts";
import type { Members } from "./members.ts";
import { givesWay, lastSound } from "./standing.ts";

/** The copy of the chain that is kept in line with L1. */
export interface Copy {
  readonly chain: Chain;
  /** Runs one change of the chain after the other. */
  exclusively<T>(action: () => Promise<T>): Promise<T>;
  /** Signed blocks that a peer has behind a block. */
  ask(owner: string, after: number): Promise<readonly SignedBlock[]>;
  /** Tells of transactions that are in no block any more. */
  tell(dropped: readonly DroppedTransaction[], reason: string): Promise<void>;
  /** Blocks above this one may go, whatever this peer signed. */
  release(block: number): void;
  /** The chain took over a batch that L1 confirmed (step 3.3.6b). */
  adopted(header: BatchHeader): void;
}

export interface AgreementDependencies {
  readonly members: Members;
  /** Transactions of a batch as they were posted on L1 (step 9.3). */
  readonly posted: (batch: L1Batch, state: L1State) => Promise<readonly L2Transaction[]>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** How long L1's clock may be behind this peer's when blocks are given up that it would not take any more, in seconds. */
const MARGIN = 900;

/** How far a peer's chain agrees with L1's chain of batches, and what brings it in line (steps 3.3.6, 5.2, 11.14). */
export class Agreement {
  readonly #copy: Copy;
  readonly #dependencies: AgreementDependencies;
  /** Hashes of blocks that went with a batch that L1 found wrong: a peer that has not heard of it may still offer them. */
  readonly #condemned = new Map<string, ReadonlySet<string>>();
  #l1: L1State | undefined;
  /** L1's last batch, among those that this copy holds with all before it. */
  #agreed: L1Batch | undefined;

  constructor(copy: Copy, dependencies: AgreementDependencies) {
    this.#copy = copy;
    this.#dependencies = dependencies;
  }

  /** L1 as of the last {@link follow}. */
  get l1(): L1State {
    if (this.#l1 === undefined) throw new Error("follow() comes first");
    return this.#l1;
  }

  /**
   * L1's last batch that can be built upon; undefined while this copy does not hold it. One that L1 recomputed, and that
   * may give way to a certified one, does not stand in the way of a copy that has other blocks.
   */
  get base(): L1Batch | undefined {
    if (this.#l1 === undefined) return undefined;
    const last = lastSound(this.#l1);
    if (last === undefined || this.#holdsBatch(last)) return last;
    if (!givesWay(this.#l1, last, this.#now)) return undefined;
    const before = this.#l1.batches[Number(last.header.index) - 1];
    return before !== undefined && this.#holdsBatch(before) ? before : undefined;
  }

  /** Blocks up to this one stand on L1: no peer's word removes them. */
  get floor(): number {
    const agreed = this.#agreed;
    if (agreed === undefined) return 0;
    const sound = isSound(agreed) ? agreed : this.#l1?.batches[Number(agreed.header.index) - 1];
    return Number(sound?.header.lastBlock ?? 0n);
  }

  /** Whether a block went with a batch that L1 found wrong. */
  isCondemned(hash: string): boolean {
    return [...this.#condemned.values()].some((hashes) => hashes.has(hash));
  }

  /**
   * Brings the chain in line with L1: what was found wrong is rolled back (steps 3.3.6a.2, 11.14), what is there is
   * compared, what was confirmed by L1 alone is adopted (3.3.6b), what is missing is fetched from peers (5.2), and what
   * L1 will never take is given up (M4).
   */
  async follow(l1: L1State): Promise<void> {
    this.#l1 = l1;
    while (this.#agreed !== undefined && !stands(l1, this.#agreed)) {
      const before = l1.batches[Number(this.#agreed.header.index) - 1];
      this.#agreed = before?.headerHash === this.#agreed.header.parent ? before : undefined;
    }
    // Where it stands may have changed.
    if (this.#agreed !== undefined) this.#agreed = l1.batches[Number(this.#agreed.header.index)];
    this.#agreed ??= await this.#lastFinal(l1);
    // A reorganisation of L1 can take a verdict back.
    for (const hash of this.#condemned.keys()) {
      if (!l1.condemned.some(({ headerHash }) => headerHash === hash)) this.#condemned.delete(hash);
    }
    for (const { header, headerHash } of l1.condemned) {
      if (Number(header.firstBlock) > this.floor && (await this.#holds(header))) await this.#undo(header, headerHash);
    }
    while (this.#agreed !== undefined) {
      const next: L1Batch | undefined = l1.batches[Number(this.#agreed.header.index) + 1];
      if (next === undefined || !(await this.#agree(next, this.#agreed))) break;
      this.#agreed = next;
    }
    await this.#giveUp();
  }

  get #now(): number {
    return Math.floor(this.#dependencies.clock.now() / 1000);
  }

  /** Rolls back a batch that L1 found wrong, with everything behind it. */
  async #undo(header: BatchHeader, headerHash: string): Promise<void> {
    const { chain } = this.#copy;
    const last = Number(header.firstBlock) - 1;
    const blocks = await chain.blocks(last + 1, chain.head.number);
    this.#condemned.set(headerHash, new Set(blocks.map(({ hash }) => hash)));
    await this.#rollback(last, `batch ${header.index} was found wrong by L1`);
  }

  async #rollback(last: number, reason: string): Promise<void> {
    const { chain } = this.#copy;
    this.#copy.release(last);
    await this.#copy.exclusively(async () => {
      this.#dependencies.log.warn({ from: chain.head.number, to: last, reason }, "rolling back");
      await this.#copy.tell(await chain.rollbackTo(last, reason), reason);
    });
  }

  /**
   * Gives up blocks that no batch can carry any more: L1 takes none whose last block is older than `MaxLag`. As long as
   * they fit into one batch with a new block, they wait for that.
   */
  async #giveUp(): Promise<void> {
    const { base } = this;
    if (base === undefined) return;
    const { chain } = this.#copy;
    const first = Number(base.header.lastBlock) + 1;
    const tooOld = this.#now - Number(BATCH_LIMITS.lag) - MARGIN;
    const oldest = await chain.block(first);
    if (oldest === undefined || oldest.timestamp >= tooOld) return;
    const last = await cut(chain, first, { ...BATCH_LIMITS, age: -Infinity }, this.#now);
    const end = last === undefined || last === chain.head.number ? undefined : await chain.block(last);
    if (end === undefined || end.timestamp >= tooOld) return;
    this.#dependencies.metrics.alarms.inc({ reason: "blocks too old for L1" });
    await this.#rollback(first - 1, `blocks from ${first} on are too old for any batch`);
  }

  /** Whether this copy's blocks are those of a batch. */
  async #holds(header: BatchHeader): Promise<boolean> {
    const { chain } = this.#copy;
    if (header.lastBlock > BigInt(chain.head.number)) return false;
    const transactions = await chain.transactions(Number(header.firstBlock), Number(header.lastBlock));
    if (BigInt(transactions.length) !== header.txCount) return false;
    return batchTree(transactions.map(mttbrLeafValue)).root === header.mttbr;
  }

  /** The last final batch that the chain holds: what is final needs no comparing. */
  async #lastFinal(l1: L1State): Promise<L1Batch | undefined> {
    for (let index = l1.finalised - 1; index >= 0; index--) {
      const batch = l1.batches[index];
      if (batch === undefined) return undefined;
      const last = await this.#copy.chain.block(Number(batch.header.lastBlock));
      if (last?.stateRoot === batch.header.postStateRoot) return batch;
      if (index === 0) {
        throw new AgentError(
          "CONFIG",
          `the L2 starts at state ${last?.stateRoot}, but L1 has ${batch.header.postStateRoot}: check the L2's constants`,
        );
      }
    }
    return undefined;
  }

  #holdsBatch(batch: L1Batch): boolean {
    return this.#agreed !== undefined && this.#agreed.header.index >= batch.header.index;
  }

  /** Brings one batch of L1 and the chain together, where that can be. */
  async #agree(batch: L1Batch, before: L1Batch): Promise<boolean> {
    const { header } = batch;
    const after = Number(before.header.lastBlock);
    if (await this.#holds(header)) return this.#compare(header);
    if (isAnswered(this.l1, batch)) {
      // Other blocks that peers confirmed to users stay, as long as a certified batch of them can take its place.
      if (givesWay(this.l1, batch, this.#now) && this.#copy.chain.head.number > after) return false;
      const transactions = await this.#dependencies.posted(batch, this.l1);
      await this.#copy.exclusively(async () => {
        const dropped = await this.#copy.chain.adoptBatch(transactions, after);
        await this.#copy.tell(dropped, `L1 confirmed batch ${header.index}`);
      });
      this.#dependencies.log.info({ batch: Number(header.index) }, "adopted a batch that L1 confirmed");
      this.#copy.adopted(header);
      return true;
    }
    if (batch.standing.status === BATCH_STATUS.unattested) return false;
    return (await this.#recover(header, after)) && this.#compare(header);
  }

  /** An own state root that differs from a certified one is fraud, or a fault of this node: either needs attention. */
  async #compare(header: BatchHeader): Promise<boolean> {
    const last = await this.#copy.chain.block(Number(header.lastBlock));
    if (last?.stateRoot === header.postStateRoot) return true;
    this.#dependencies.metrics.alarms.inc({ reason: "roots-differ" });
    this.#dependencies.log.error(
      { batch: Number(header.index), claimed: header.postStateRoot, own: last?.stateRoot },
      "a certified batch does not end in this chain's state",
    );
    return false;
  }

  /** Fetches the blocks of a certified batch from whoever has them; its MTTBR says which they are. */
  async #recover(header: BatchHeader, after: number): Promise<boolean> {
    const { chain } = this.#copy;
    for (const { owner } of this.#dependencies.members.all) {
      try {
        const blocks: SignedBlock[] = [];
        while (after + blocks.length < Number(header.lastBlock)) {
          const page = await this.#copy.ask(owner, after + blocks.length);
          if (page.length === 0) break;
          blocks.push(...page);
        }
        blocks.length = Math.min(blocks.length, Number(header.lastBlock) - after);
        const transactions = blocks.flatMap(blockTransactions);
        if (transactions.length === 0 || batchTree(transactions.map(mttbrLeafValue)).root !== header.mttbr) continue;
        await this.#copy.exclusively(async () => {
          const reason = `batch ${header.index} on L1 holds other blocks`;
          const dropped = await chain.rollbackTo(Math.min(after, chain.head.number), reason);
          for (const block of blocks) await chain.importBlock(block, () => true, { onL1: true });
          await this.#copy.tell(dropped, reason);
        });
        return true;
      } catch (error) {
        this.#dependencies.log.debug({ peer: owner, reason: messageOf(error) }, "cannot fetch a batch from peer");
      }
    }
    return false;
  }
}
