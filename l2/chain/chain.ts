import { EventEmitter } from "node:events";

import type { Common } from "@ethereumjs/common";
import { getAddress } from "ethers";

import { type Hex, asHex, fromHex } from "../base/hex.ts";
import { keccakHex } from "../base/keccak.ts";
import { SerialQueue } from "../base/serial.ts";
import { chainCommon } from "../evm/fork.ts";
import {
  BLOCK_TYPES,
  type Block,
  type SignedBlock,
  blockDomain,
  blockTransactions,
  contextOf,
  parseSignedBlock,
  recoverProducer,
} from "../protocol/block.ts";
import { authorizedBy } from "../protocol/authorization.ts";
import { type ChainConfig, MAX_GAS_LIMIT } from "../protocol/config.ts";
import { BlockError, ChainError } from "../protocol/errors.ts";
import type { L2Transaction } from "../protocol/l2-transaction.ts";
import { BLOCK_LIMITS } from "../protocol/limits.ts";
import { type SignedTransaction, decodeTransaction, effectiveTip } from "../protocol/transaction.ts";
import { Overlay, type StateReader, type StateStore } from "../state/state.ts";
import { Executor } from "../execution/executor.ts";
import { executeBatchBlock, groupBlocks, isBlock, lostWith } from "./adopt.ts";
import { expectBearable, fillBlock, runsNoCode } from "./build.ts";
import { History } from "./history.ts";
import { checkClaims, checkPlace, checkSize, executeBlock } from "./import.ts";
import { DEFAULT_LIMITS, type MempoolLimits } from "./mempool.ts";
import { Pool, infoOf } from "./pool.ts";
import { sealBlock } from "./seal.ts";
import { encodeSnapshot } from "./snapshot.ts";
import { type Addition, ChainStore, type StoredOutcome } from "./store.ts";
import type {
  Authorise,
  ChainEvents,
  ChainOptions,
  DroppedTransaction,
  Production,
  Receipt,
  TransactionInfo,
  TransactionStatus,
} from "./types.ts";

/** The Metis blockchain. Its changes run one after the other; a block is stored with its state or not at all. */
export class Chain extends EventEmitter<ChainEvents> {
  readonly config: ChainConfig;
  /** The first block: block 0, or the one of the snapshot that the chain started from. */
  readonly base: Block;
  readonly #common: Common;
  readonly #store: ChainStore;
  readonly #history: History;
  readonly #pool: Pool;
  #head: Block;
  readonly #changes = new SerialQueue();
  #events: (() => void)[] = [];
  #closed = false;

  private constructor(config: ChainConfig, store: ChainStore, limits: MempoolLimits) {
    super();
    this.config = config;
    this.#common = chainCommon(config);
    this.#store = store;
    this.base = store.base;
    this.#head = store.head;
    this.#history = new History(config, store);
    const tip = (transaction: SignedTransaction): bigint => effectiveTip(config, transaction);
    this.#pool = new Pool(limits, tip, (dropped) => {
      this.#emitLater("dropped", dropped);
    });
  }

  /**
   * Opens a chain, at genesis where it is new.
   * @throws ChainError where a constant is out of its range, the directory holds a chain of other constants, or the
   * snapshot is not what it should be.
   */
  static async open(config: ChainConfig, options: ChainOptions = {}): Promise<Chain> {
    if (config.gasLimit > MAX_GAS_LIMIT) {
      const message = `The chain's gas limit is ${config.gasLimit}, expected at most ${MAX_GAS_LIMIT}.`;
      throw new ChainError("BAD_CONFIG", message);
    }
    const store = await ChainStore.open(config, options.directory, options.snapshot);
    return new Chain(config, store, { ...DEFAULT_LIMITS, ...options.mempool });
  }

  /** All states that the chain has been in. */
  get states(): StateStore {
    return this.#store.states;
  }

  /** The last block. */
  get head(): Block {
    return this.#head;
  }

  /** Waits for changes under way, then closes the chain for good. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#changes.idle();
    await this.#store.close();
  }

  /** Takes a signed transaction into the mempool (step 1) and gives its hash. @throws TransactionError */
  async addTransaction(signed: Hex | Uint8Array | SignedTransaction): Promise<Hex> {
    return this.#exclusively(async () => {
      const raw = typeof signed === "string" ? fromHex(signed) : signed;
      const transaction = raw instanceof Uint8Array ? this.decodeNew(raw) : raw;
      this.#pool.add(transaction, await (await this.stateAt()).account(transaction.from));
      this.#emitLater("transaction", infoOf(transaction));
      return transaction.hash;
    });
  }

  /**
   * Reads a transaction and checks all that does not depend on the state. One in the mempool is not read again.
   * @throws TransactionError
   */
  decode(raw: Uint8Array): SignedTransaction {
    return this.#pool.get(keccakHex(raw)) ?? decodeTransaction(this.config, this.#common, raw);
  }

  /** Reads a transaction that is not in the mempool. @throws TransactionError `ALREADY_KNOWN` for one that is. */
  decodeNew(raw: Uint8Array): SignedTransaction {
    this.#pool.expectNew(keccakHex(raw));
    return decodeTransaction(this.config, this.#common, raw);
  }

  /** Transactions of the mempool that could be executed, in the order a block would take them. */
  pending(): TransactionInfo[] {
    return Array.from(this.#pool.best(), infoOf);
  }

  /**
   * Empties the mempool: at the end of a sequencer's term, to hand its transactions out anew, or after a silence, when
   * they have failed (steps 3.2, 5.1). Each transaction's status becomes `dropped` for this reason.
   * @returns The transactions that were in it.
   */
  async dropPending(reason: string): Promise<DroppedTransaction[]> {
    return this.#exclusively(() => {
      const waiting = this.#pool.senders().flatMap((sender) => this.#pool.of(sender));
      return Promise.resolve(waiting.map((transaction) => this.#pool.drop(transaction, reason)));
    });
  }

  /**
   * Tries a transaction on top of the head.
   *
   * @param timestamp The next block's, in seconds.
   * @throws TransactionError `TOO_HEAVY` if sequencers could not defend it on L1 in time.
   */
  async checkBurden(transaction: SignedTransaction, timestamp: number): Promise<void> {
    if (runsNoCode(transaction)) return;
    const { number, coinbase } = this.#head;
    const executor = await this.#executorAt(this.#head, { defensible: true });
    await expectBearable(executor, contextOf({ number: number + 1, timestamp, coinbase }), transaction);
  }

  /** Takes a transaction out of the mempool. Its status becomes `dropped` for this reason. */
  async drop(transaction: SignedTransaction, reason: string): Promise<DroppedTransaction> {
    return this.#exclusively(() => Promise.resolve(this.#pool.drop(transaction, reason)));
  }

  /** Number of transactions in the mempool. */
  get pendingCount(): number {
    return this.#pool.size;
  }

  /** The nonce after the sender's last executable transaction, including those in the mempool. */
  async pendingNonce(address: string): Promise<number> {
    const sender = getAddress(address);
    const account = await (await this.stateAt()).account(sender);
    return Number(this.#pool.nonceAfter(sender, account?.nonce ?? 0n));
  }

  /**
   * Makes the next block out of the mempool (step 2b). There are no empty blocks: gives nothing if there is nothing to
   * execute.
   */
  async produceBlock(production: Production): Promise<Block | undefined> {
    return this.#exclusively(async () => {
      const parent = this.#head;
      const place = {
        number: parent.number + 1,
        parentHash: parent.hash,
        timestamp: Math.max(production.timestamp, parent.timestamp),
        coinbase: getAddress(production.coinbase),
      };
      const executor = await this.#executorAt(parent, { defensible: true });
      const most = Math.min(production.maxTransactions ?? Infinity, BLOCK_LIMITS.transactions);
      const { executed, refused } = await fillBlock(this.config, executor, this.#pool, place, most);
      if (executed.length > 0) {
        const block = sealBlock(this.config, this.#common, place, executor.stateRoot, executed);
        const value = { hash: block.hash };
        const signature = asHex(await production.signer.signTypedData(blockDomain(this.config), BLOCK_TYPES, value));
        const producer = recoverProducer(this.config, block.hash, signature);
        await this.#replace(parent, [], [{ block: { ...block, signature, producer }, executed }], executor);
      }
      for (const { transaction, error } of refused) {
        if (this.#pool.get(transaction.hash) !== undefined) this.#pool.drop(transaction, error.message);
      }
      return executed.length > 0 ? this.#head : undefined;
    });
  }

  /**
   * Verifies a peer's block and appends it (step 3): parent, time, signature, then its execution. A block that the
   * chain has already is returned as it is.
   * @param options.onL1 Whether a batch on L1 holds the block. Then it only has to be valid: the limits of a block, and
   * what sequencers refuse, are not rules of L1.
   * @throws BlockError with the reason (S3).
   */
  async importBlock(block: SignedBlock, authorise: Authorise, options: { onL1?: boolean } = {}): Promise<Block> {
    const limited = options.onL1 !== true;
    return this.#exclusively(async () => {
      const signed = parseSignedBlock(block);
      const known = await this.block(signed.hash);
      if (known !== undefined) return known;
      await checkPlace(this.#head, signed, async (hash) => (await this.block(hash)) !== undefined);
      const producer = recoverProducer(this.config, signed.hash, signed.signature);
      if (!(await authorise(producer, signed))) {
        throw new BlockError(
          "WRONG_PRODUCER",
          `Block ${signed.number} is signed by ${producer}, who may not produce it.`,
        );
      }
      if (limited) checkSize(signed);
      const parent = this.#head;
      const executor = await this.#executorAt(parent, { defensible: limited });
      const gasLimit = limited ? this.config.gasLimit : undefined;
      const executed = await executeBlock(executor, signed, gasLimit, (hash) => this.#pool.get(hash));
      const { number, parentHash, timestamp, coinbase, signature } = signed;
      const place = { number, parentHash, timestamp, coinbase };
      const sealed = sealBlock(this.config, this.#common, place, executor.stateRoot, executed);
      checkClaims(signed, sealed);
      await this.#replace(parent, [], [{ block: { ...sealed, signature, producer }, executed }], executor);
      return this.#head;
    });
  }

  /**
   * Makes the chain hold a batch that L1 has found right. Blocks after `after` that differ are replaced.
   * @param after Number of the last block of the batch before.
   * @returns Transactions that were rolled back and are not in the batch.
   * @throws ChainError if the batch does not fit the chain; the chain then stays as it was.
   */
  async adoptBatch(transactions: readonly L2Transaction[], after: number): Promise<DroppedTransaction[]> {
    return this.#exclusively(async () => {
      const start = await this.#history.expect(after);
      const wanted = groupBlocks(transactions, start);
      const present = await this.blocks(after + 1, this.#head.number);
      let same = 0;
      while (same < wanted.length && isBlock(present[same], wanted[same])) same++;
      if (same === wanted.length) return [];

      const ancestor = present[same - 1] ?? start;
      const executor = await this.#executorAt(ancestor);
      const added: Addition[] = [];
      for (const block of wanted.slice(same)) {
        const { context } = block;
        const executed = await executeBatchBlock(executor, block);
        const place = {
          number: Number(context.number),
          parentHash: (added.at(-1)?.block ?? ancestor).hash,
          timestamp: Number(context.timestamp),
          coinbase: context.coinbase,
        };
        added.push({ block: sealBlock(this.config, this.#common, place, executor.stateRoot, executed), executed });
      }
      const reason = "its block gave way to a batch that L1 confirmed";
      return this.#replace(ancestor, present.slice(same), added, executor, reason);
    });
  }

  /**
   * Removes all blocks above a number and tells which transactions went with them (step 3.2).
   * @throws ChainError for a number before the chain's first block.
   */
  async rollbackTo(number: number, reason: string): Promise<DroppedTransaction[]> {
    return this.#exclusively(async () => {
      if (number >= this.#head.number) return [];
      if (!Number.isSafeInteger(number) || number < this.base.number) {
        throw new ChainError("UNKNOWN_BLOCK", `Block ${number} is before the chain's first block ${this.base.number}.`);
      }
      const removed = await this.blocks(number + 1, this.#head.number);
      const ancestor = await this.#history.expect(removed[0]?.parentHash ?? this.#head.hash);
      return this.#replace(ancestor, removed, [], undefined, reason);
    });
  }

  /** A block of the chain by number or hash. */
  async block(id: number | Hex): Promise<Block | undefined> {
    return this.#history.block(id);
  }

  /** The blocks with numbers `[from, to]` that the chain has, in order. */
  async blocks(from: number, to: number): Promise<Block[]> {
    return this.#history.blocks(this.#head, from, to);
  }

  async transaction(hash: Hex): Promise<TransactionInfo | undefined> {
    const waiting = this.#pool.get(hash);
    if (waiting !== undefined) return infoOf(waiting);
    const found = await this.#history.included(hash);
    if (found === undefined) return undefined;
    const { block, index, raw, outcome } = found;
    return { hash, raw, from: outcome.from, block: block.number, index };
  }

  async receipt(hash: Hex): Promise<Receipt | undefined> {
    const found = await this.#history.included(hash);
    return found === undefined ? undefined : (await this.receipts(found.block))[found.index];
  }

  /** The confirmations of a block's transactions. */
  async receipts(block: Block): Promise<Receipt[]> {
    return this.#history.receipts(block);
  }

  /** The transactions of a block with their results; none for a block that the chain does not have. */
  async outcomes(number: number): Promise<StoredOutcome[]> {
    return this.#store.outcomes(number);
  }

  async status(hash: Hex): Promise<TransactionStatus> {
    if (this.#pool.get(hash) !== undefined) return { status: "pending" };
    const place = await this.#store.place(hash);
    if (place !== undefined && !("reason" in place)) return { status: "included", ...place };
    const reason = this.#pool.reasonOf(hash);
    if (reason !== undefined) return { status: "dropped", reason };
    return place === undefined ? { status: "unknown" } : { status: "dropped", ...place };
  }

  /** The transactions of the blocks `[from, to]`, as a batch carries them (step 8c). */
  async transactions(from: number, to: number): Promise<L2Transaction[]> {
    return (await this.blocks(from, to)).flatMap(blockTransactions);
  }

  /** The state after a block; the head's if left out. @throws ChainError for an unknown block. */
  async stateAt(number?: number): Promise<StateReader> {
    const block = number === undefined ? this.#head : await this.#history.expect(number);
    return this.states.at(block.stateRoot);
  }

  /** A copy of the state after a block, for a chain that starts there (step 9.1). */
  async exportSnapshot(number?: number): Promise<Uint8Array> {
    const block = number === undefined ? this.#head : await this.#history.expect(number);
    return encodeSnapshot(block, this.states);
  }

  /** Runs a change after all earlier ones, then tells the listeners. */
  async #exclusively<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new ChainError("CLOSED", "The chain is closed.");
    try {
      return await this.#changes.run(work);
    } finally {
      const events = this.#events;
      this.#events = [];
      for (const emit of events) emit();
    }
  }

  #emitLater<K extends keyof ChainEvents>(event: K, ...values: ChainEvents[K]): void {
    this.#events.push(() => (this as EventEmitter).emit(event, ...values));
  }

  async #executorAt(block: Block, options: { defensible?: boolean } = {}): Promise<Executor> {
    return Executor.at(this.config, new Overlay(this.states), block.stateRoot, options);
  }

  /** Replaces the blocks after `ancestor` in one step. */
  async #replace(
    ancestor: Block,
    removed: readonly Block[],
    added: readonly Addition[],
    executor: Executor | undefined,
    reason = "",
  ): Promise<DroppedTransaction[]> {
    const kept = new Set(added.flatMap(({ block }) => block.transactionHashes));
    const dropped = removed.flatMap((block) => lostWith(block, kept, (raw) => this.decode(raw), reason));
    await this.#store.replace({ ancestor, removed, added, dropped, states: executor?.changes() ?? [] });
    this.#head = added.at(-1)?.block ?? ancestor;
    if (removed.length > 0) this.#emitLater("rollback", { head: ancestor, dropped });
    for (const { block, executed } of added) {
      for (const { transaction } of executed) this.#pool.include(transaction.hash);
      this.#emitLater("block", block);
    }
    const senders = removed.length > 0 ? this.#pool.senders() : added.flatMap(movedBy);
    await this.#pool.dropStale(new Set(senders), await this.stateAt());
    return dropped;
  }
}

/** Accounts whose nonces a block moved: senders, and those who authorised (EIP-7702). */
function movedBy({ executed }: Addition): string[] {
  return executed.flatMap(({ transaction }) => [
    transaction.from,
    ...authorizedBy(transaction.signed).map(({ account }) => account),
  ]);
}
