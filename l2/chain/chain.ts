import { EventEmitter } from "node:events";

import type { Common } from "@ethereumjs/common";
import { getAddress } from "ethers";

import { blockSize, recordSize } from "../protocol/l2-transaction.ts";
import type { BlockContext, L2Transaction } from "../protocol/l2-transaction.ts";
import { BLOCK_LIMITS } from "../protocol/limits.ts";
import {
  BLOCK_TYPES,
  type Block,
  type BlockSigner,
  type SignedBlock,
  blockDomain,
  blockTransactions,
  parseSignedBlock,
  recoverProducer,
} from "../protocol/block.ts";
import { type Addition, ChainStore, type StoredOutcome } from "./chain-store.ts";
import { type ChainConfig, MAX_GAS_LIMIT } from "../protocol/config.ts";
import { chainCommon } from "../evm/fork.ts";
import { BlockError, ChainError, TransactionError } from "../protocol/errors.ts";
import { Executor, checkState } from "../execution/executor.ts";
import { type Hex, ZERO_HASH, asHex, fromHex, toHex } from "../base/hex.ts";
import { keccakHex } from "../base/keccak.ts";
import type { Log } from "../execution/logs.ts";
import { DEFAULT_LIMITS, Mempool, type MempoolLimits } from "./mempool.ts";
import { type BlockPlace, type Executed, sealBlock } from "./seal.ts";
import { encodeSnapshot } from "./snapshot.ts";
import { Overlay, type StateReader, type StateStore } from "../state/state.ts";
import { type SignedTransaction, decodeTransaction, effectiveTip } from "../protocol/transaction.ts";

export interface ChainOptions {
  /** Where the chain is kept; in memory if left out. */
  readonly directory?: string;
  readonly mempool?: Partial<MempoolLimits>;
  /** A chain that is new starts from this snapshot instead of genesis, if its state has the root given (step 9.1). */
  readonly snapshot?: { readonly data: Uint8Array; readonly stateRoot: Hex };
}

/** A transaction that was in the chain or the mempool and no longer is (step 3.2). Its sender may send it again. */
export interface DroppedTransaction {
  readonly hash: Hex;
  readonly raw: Hex;
  readonly sender: string;
  readonly nonce: number;
  readonly reason: string;
  /** The block that it was in, for one that was rolled back. */
  readonly block?: number;
}

/** What became of a transaction (steps 4, 3.2). */
export type TransactionStatus =
  | { readonly status: "unknown" }
  | { readonly status: "pending" }
  | { readonly status: "included"; readonly block: number; readonly index: number }
  | { readonly status: "dropped"; readonly reason: string; readonly block?: number };

/** The confirmation of a transaction (step 4). */
export interface Receipt {
  readonly hash: Hex;
  readonly blockHash: Hex;
  readonly block: number;
  /** Place in the block. */
  readonly index: number;
  readonly from: string;
  /** Nothing where it created a contract. */
  readonly to: string | undefined;
  /** The contract that it created, or would have where it failed. */
  readonly created: string | undefined;
  readonly type: number;
  readonly success: boolean;
  readonly gasUsed: bigint;
  readonly cumulativeGasUsed: bigint;
  /** In wei per gas. */
  readonly effectiveGasPrice: bigint;
  readonly logs: readonly Log[];
  /** Logs of the block's transactions before it. */
  readonly logsBefore: number;
  /** State root after the transaction. */
  readonly stateRoot: Hex;
}

/** A transaction in the chain (`block` set) or in the mempool. */
export interface TransactionInfo {
  readonly hash: Hex;
  readonly raw: Hex;
  readonly from: string;
  readonly block?: number;
  readonly index?: number;
}

export interface ChainEvents {
  /** A block became the head. */
  block: [Block];
  /** Blocks above `head` are gone, and these transactions with them. */
  rollback: [{ readonly head: Block; readonly dropped: readonly DroppedTransaction[] }];
  /** A transaction entered the mempool. */
  transaction: [TransactionInfo];
  /** A transaction left the mempool without being included. */
  dropped: [DroppedTransaction];
}

/** What a new block is made of. */
export interface Production {
  /** In seconds; the parent's is taken where it is later. */
  readonly timestamp: number;
  readonly coinbase: string;
  readonly signer: BlockSigner;
  readonly maxTransactions?: number;
}

interface Included {
  readonly block: Block;
  readonly index: number;
  readonly raw: Hex;
  readonly outcome: StoredOutcome;
}

/**
 * Whether the key with this address may produce the block, at its time. Asked while other changes wait: it may read the
 * chain, and must not wait for a change of it.
 */
export type Authorise = (producer: string, block: SignedBlock) => boolean | Promise<boolean>;

/** How many transactions that left the mempool are remembered. */
const REMEMBERED = 10_000;
/** Time in seconds after which a transaction that was too heavy for a block is tried again, should it come again. */
const HEAVY_AGAIN_AFTER = 20;
/** Gas of a transaction that only moves value. */
const TRANSFER_GAS = 21_000n;

/** The Metis blockchain. Its changes run one after the other; a block is stored with its state or not at all. */
export class Chain extends EventEmitter<ChainEvents> {
  readonly config: ChainConfig;
  /** The first block: block 0, or the one of the snapshot that the chain started from. */
  readonly base: Block;
  readonly #common: Common;
  readonly #store: ChainStore;
  readonly #mempool: Mempool;
  readonly #forgotten = new Map<Hex, DroppedTransaction>();
  /** Transactions that were too heavy for a block, and its time in seconds. */
  readonly #heavy = new Map<Hex, number>();
  #head: Block;
  #last: Promise<unknown> = Promise.resolve();
  #events: (() => void)[] = [];
  #closed = false;

  private constructor(config: ChainConfig, store: ChainStore, limits: MempoolLimits) {
    super();
    this.config = config;
    this.#common = chainCommon(config);
    this.#store = store;
    this.base = store.base;
    this.#head = store.head;
    this.#mempool = new Mempool(limits, (transaction) => effectiveTip(config, transaction));
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

  /** Waits for changes that are under way; the chain cannot be used any more. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#last;
    await this.#store.close();
  }

  /** Takes a signed transaction into the mempool (step 1) and gives its hash. @throws TransactionError */
  async addTransaction(raw: Hex | Uint8Array): Promise<Hex> {
    return await this.#exclusively(async () => {
      const transaction = this.decode(typeof raw === "string" ? fromHex(raw) : raw);
      const state = await this.stateAt();
      const sender = await state.account(transaction.from);
      checkState(transaction, sender, { laterNonce: true });
      const replaced = this.#mempool.add(transaction, sender?.nonce ?? 0n);
      for (const old of replaced) {
        const instead = old.from === transaction.from && old.nonce === transaction.nonce;
        this.#forget(
          old,
          instead ? `replaced by ${transaction.hash}` : "the mempool was full of transactions that pay more",
        );
      }
      this.#forgotten.delete(transaction.hash);
      this.#emitLater("transaction", info(transaction));
      return transaction.hash;
    });
  }

  /**
   * Reads a transaction and checks all that does not depend on the state.
   * @throws TransactionError
   */
  decode(raw: Uint8Array): SignedTransaction {
    return decodeTransaction(this.config, this.#common, raw);
  }

  /** Transactions of the mempool that could be executed, in the order a block would take them. */
  pending(): TransactionInfo[] {
    return Array.from(this.#mempool.best(), info);
  }

  /**
   * Empties the mempool: at the end of a sequencer's term what waits is handed out anew, and after a silence it has
   * failed (steps 3.2, 5.1). Each transaction's status becomes `dropped` for this reason.
   * @returns What waited.
   */
  async dropPending(reason: string): Promise<DroppedTransaction[]> {
    return await this.#exclusively(() => {
      const waiting = this.#mempool.senders().flatMap((sender) => this.#mempool.of(sender));
      return Promise.resolve(waiting.map((transaction) => this.#remove(transaction, reason)));
    });
  }

  /**
   * Tries a transaction on top of the head.
   *
   * @param timestamp The next block's, in seconds.
   * @throws TransactionError `TOO_HEAVY` where the next block could not have it for that reason.
   */
  async checkBurden(transaction: SignedTransaction, timestamp: number): Promise<void> {
    if (runsNoCode(transaction)) return;
    const { number, coinbase } = this.#head;
    const executor = await this.#executorAt(this.#head, { defensible: true });
    try {
      await executor.execute({ number: BigInt(number + 1), timestamp: BigInt(timestamp), coinbase }, transaction);
    } catch (error) {
      if (!(error instanceof TransactionError) || error.code === "TOO_HEAVY") throw error;
    }
  }

  /** Takes a transaction out of the mempool. Its status becomes `dropped` for this reason. */
  async drop(transaction: SignedTransaction, reason: string): Promise<DroppedTransaction> {
    return await this.#exclusively(() => Promise.resolve(this.#remove(transaction, reason)));
  }

  /** Number of transactions in the mempool. */
  get pendingCount(): number {
    return this.#mempool.size;
  }

  /** Nonce behind the sender's last executable transaction, mempool included. */
  async pendingNonce(address: string): Promise<number> {
    const sender = getAddress(address);
    let nonce = (await (await this.stateAt()).account(sender))?.nonce ?? 0n;
    for (const transaction of this.#mempool.of(sender)) if (transaction.nonce === nonce) nonce += 1n;
    return Number(nonce);
  }

  /**
   * Makes the next block out of the mempool (step 2b). There are no empty blocks: gives nothing where no transaction
   * can be executed.
   */
  async produceBlock(production: Production): Promise<Block | undefined> {
    return await this.#exclusively(async () => {
      const parent = this.#head;
      const place = {
        number: parent.number + 1,
        parentHash: parent.hash,
        timestamp: Math.max(production.timestamp, parent.timestamp),
        coinbase: getAddress(production.coinbase),
      };
      const executor = await this.#executorAt(parent, { defensible: true });
      const most = Math.min(production.maxTransactions ?? Infinity, BLOCK_LIMITS.transactions);
      const { executed, refused } = await this.#fill(executor, place, most);
      if (executed.length > 0) {
        const block = sealBlock(this.config, this.#common, place, executor.stateRoot, executed);
        const value = { hash: block.hash };
        const signature = asHex(await production.signer.signTypedData(blockDomain(this.config), BLOCK_TYPES, value));
        const producer = recoverProducer(this.config, block.hash, signature);
        await this.#replace(parent, [], [{ block: { ...block, signature, producer }, executed }], executor);
      }
      for (const { transaction, error } of refused) {
        if (this.#mempool.get(transaction.hash) !== undefined) this.#remove(transaction, error.message);
      }
      return executed.length > 0 ? this.#head : undefined;
    });
  }

  /**
   * Verifies a peer's block and appends it (step 3): parent, time, signature, then by execution. A block that is
   * there already is given back as it is.
   * @param options.onL1 Whether a batch on L1 holds the block. Then it has to be valid only: the limits of a block, and
   * what sequencers refuse, are no rules of L1.
   * @throws BlockError with the reason (S3).
   */
  async importBlock(block: SignedBlock, authorise: Authorise, options: { onL1?: boolean } = {}): Promise<Block> {
    const limited = options.onL1 !== true;
    return await this.#exclusively(async () => {
      const signed = parseSignedBlock(block);
      const known = await this.block(signed.hash);
      if (known !== undefined) return known;
      await this.#checkPlace(signed);
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
      const executed = await this.#executeAll(executor, signed, limited ? this.config.gasLimit : undefined);
      if (executor.stateRoot !== signed.stateRoot) {
        throw new BlockError(
          "WRONG_STATE_ROOT",
          `Block ${signed.number} claims state root ${signed.stateRoot}, execution gives ${executor.stateRoot}.`,
        );
      }
      const { number, parentHash, timestamp, coinbase, signature } = signed;
      const place = { number, parentHash, timestamp, coinbase };
      const sealed = sealBlock(this.config, this.#common, place, executor.stateRoot, executed);
      if (sealed.hash !== signed.hash) {
        throw new BlockError(
          "WRONG_HASH",
          `Block ${number} claims hash ${signed.hash}, its header has ${sealed.hash}.`,
        );
      }
      await this.#replace(parent, [], [{ block: { ...sealed, signature, producer }, executed }], executor);
      return this.#head;
    });
  }

  /**
   * Makes the chain hold a batch that L1 has found right. Blocks behind `after` that differ from the batch give way.
   * @param after Number of the last block of the batch before.
   * @returns Transactions that were rolled back and are not in the batch.
   * @throws ChainError where the batch does not fit the chain's state, which is left as it was.
   */
  async adoptBatch(transactions: readonly L2Transaction[], after: number): Promise<DroppedTransaction[]> {
    return await this.#exclusively(async () => {
      const start = await this.#expectBlock(after);
      const wanted = groupBlocks(transactions, start);
      const present = await this.blocks(after + 1, this.#head.number);
      let same = 0;
      while (same < wanted.length && isBlock(present[same], wanted[same])) same++;
      if (same === wanted.length) return [];

      const ancestor = present[same - 1] ?? start;
      const executor = await this.#executorAt(ancestor);
      const added: Addition[] = [];
      for (const { context, raws } of wanted.slice(same)) {
        const executed = await this.#adopt(executor, context, raws);
        const place = {
          number: Number(context.number),
          parentHash: (added.at(-1)?.block ?? ancestor).hash,
          timestamp: Number(context.timestamp),
          coinbase: context.coinbase,
        };
        added.push({ block: sealBlock(this.config, this.#common, place, executor.stateRoot, executed), executed });
      }
      const reason = "its block gave way to a batch that L1 confirmed";
      return await this.#replace(ancestor, present.slice(same), added, executor, reason);
    });
  }

  /**
   * Removes all blocks above a number and tells which transactions went with them (step 3.2).
   * @throws ChainError for a number before the chain's first block.
   */
  async rollbackTo(number: number, reason: string): Promise<DroppedTransaction[]> {
    return await this.#exclusively(async () => {
      if (number >= this.#head.number) return [];
      if (!Number.isSafeInteger(number) || number < this.base.number) {
        throw new ChainError("UNKNOWN_BLOCK", `Block ${number} is before the chain's first block ${this.base.number}.`);
      }
      const removed = await this.blocks(number + 1, this.#head.number);
      const ancestor = await this.#expectBlock(removed[0]?.parentHash ?? this.#head.hash);
      return await this.#replace(ancestor, removed, [], undefined, reason);
    });
  }

  /** A block of the chain by number or hash. */
  async block(id: number | Hex): Promise<Block | undefined> {
    return await this.#store.block(id);
  }

  /** The blocks with numbers `[from, to]` that the chain has, in order. */
  async blocks(from: number, to: number): Promise<Block[]> {
    const found: Block[] = [];
    let block = (await this.block(to)) ?? this.#head;
    while (block.number >= from) {
      if (block.number <= to) found.push(block);
      const parent = await this.block(block.parentHash);
      if (parent === undefined) break;
      block = parent;
    }
    return found.reverse();
  }

  async transaction(hash: Hex): Promise<TransactionInfo | undefined> {
    const waiting = this.#mempool.get(hash);
    if (waiting !== undefined) return info(waiting);
    const found = await this.#included(hash);
    if (found === undefined) return undefined;
    const { block, index, raw, outcome } = found;
    return { hash, raw, from: outcome.from, block: block.number, index };
  }

  async receipt(hash: Hex): Promise<Receipt | undefined> {
    const found = await this.#included(hash);
    return found === undefined ? undefined : (await this.receipts(found.block))[found.index];
  }

  /** The confirmations of a block's transactions. */
  async receipts(block: Block): Promise<Receipt[]> {
    let [cumulativeGasUsed, logsBefore] = [0n, 0];
    return (await this.outcomes(block.number)).map(({ tip, ...outcome }, index): Receipt => {
      cumulativeGasUsed += outcome.gasUsed;
      const receipt = {
        ...outcome,
        hash: block.transactionHashes[index] ?? ZERO_HASH,
        blockHash: block.hash,
        block: block.number,
        index,
        cumulativeGasUsed,
        logsBefore,
        effectiveGasPrice: this.config.baseFee + tip,
        stateRoot: block.stateRoots[index] ?? block.stateRoot,
      };
      logsBefore += outcome.logs.length;
      return receipt;
    });
  }

  /** What each transaction of a block was and did; nothing for a block that the chain does not have. */
  async outcomes(number: number): Promise<StoredOutcome[]> {
    return await this.#store.outcomes(number);
  }

  async status(hash: Hex): Promise<TransactionStatus> {
    if (this.#mempool.get(hash) !== undefined) return { status: "pending" };
    const place = await this.#store.place(hash);
    if (place !== undefined && !("reason" in place)) return { status: "included", ...place };
    const forgotten = this.#forgotten.get(hash);
    if (forgotten !== undefined) return { status: "dropped", reason: forgotten.reason };
    return place === undefined ? { status: "unknown" } : { status: "dropped", ...place };
  }

  /** The transactions of the blocks `[from, to]`, as a batch carries them (step 8c). */
  async transactions(from: number, to: number): Promise<L2Transaction[]> {
    return (await this.blocks(from, to)).flatMap(blockTransactions);
  }

  /** The state after a block; the head's if left out. @throws ChainError for an unknown block. */
  async stateAt(number?: number): Promise<StateReader> {
    const block = number === undefined ? this.#head : await this.#expectBlock(number);
    return await this.states.at(block.stateRoot);
  }

  /** A copy of the state after a block, for a chain that starts there (step 9.1). */
  async exportSnapshot(number?: number): Promise<Uint8Array> {
    const block = number === undefined ? this.#head : await this.#expectBlock(number);
    return await encodeSnapshot(block, this.states);
  }

  /** Runs a change behind all earlier ones, then tells the listeners. */
  async #exclusively<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new ChainError("CLOSED", "The chain is closed.");
    const run = this.#last.then(work);
    this.#last = run.catch(() => undefined);
    try {
      return await run;
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
    return await Executor.at(this.config, new Overlay(this.states), block.stateRoot, options);
  }

  async #expectBlock(id: number | Hex): Promise<Block> {
    const block = await this.block(id);
    if (block === undefined) throw new ChainError("UNKNOWN_BLOCK", `Block ${id} is not in the chain.`);
    return block;
  }

  /** Executes what fits into a block. */
  async #fill(
    executor: Executor,
    place: BlockPlace,
    maxTransactions: number,
  ): Promise<{ executed: Executed[]; refused: { transaction: SignedTransaction; error: TransactionError }[] }> {
    const context = { ...place, number: BigInt(place.number), timestamp: BigInt(place.timestamp) };
    const executed: Executed[] = [];
    const refused: { transaction: SignedTransaction; error: TransactionError }[] = [];
    let room = this.config.gasLimit;
    let bytes = BLOCK_LIMITS.bytes;
    // Nobody pays for what is too heavy, so that a block spends no more on it than on what it has.
    let patience = this.config.gasLimit;
    const best = this.#mempool.best();
    let next = best.next();
    while (next.done !== true && executed.length < maxTransactions) {
      const transaction = next.value;
      let taken = false;
      const foundAt = this.#heavy.get(transaction.hash) ?? -Infinity;
      const worthTrying = patience > 0n ? place.timestamp - foundAt >= HEAVY_AGAIN_AFTER : runsNoCode(transaction);
      const size = recordSize(transaction.raw.length, executed.length === 0);
      if (transaction.gasLimit <= room && size <= bytes && worthTrying) {
        try {
          const outcome = await executor.execute(context, transaction);
          executed.push({ transaction, outcome });
          room -= outcome.gasUsed;
          bytes -= size;
          taken = true;
        } catch (error) {
          if (!(error instanceof TransactionError)) throw error;
          refused.push({ transaction, error });
          if (error.code === "TOO_HEAVY") {
            patience -= transaction.gasLimit;
            keepLatest(this.#heavy, transaction.hash, place.timestamp);
          }
        }
      }
      next = best.next(taken);
    }
    return { executed, refused };
  }

  async #checkPlace(block: SignedBlock): Promise<void> {
    const head = this.#head;
    if (block.parentHash !== head.hash) {
      const code = (await this.block(block.parentHash)) === undefined ? "UNKNOWN_PARENT" : "NOT_ON_HEAD";
      throw new BlockError(
        code,
        `Block ${block.number} builds on ${block.parentHash}, expected the head ${head.hash}.`,
      );
    }
    if (block.number !== head.number + 1) {
      throw new BlockError("BAD_NUMBER", `Block ${block.number} builds on block ${head.number}.`);
    }
    if (block.timestamp < head.timestamp) {
      const [found, least] = [block.timestamp, head.timestamp];
      throw new BlockError("BAD_TIME", `Block ${block.number} has time ${found}, expected ${least} or later.`);
    }
  }

  async #executeAll(executor: Executor, block: SignedBlock, gasLimit: bigint | undefined): Promise<Executed[]> {
    const { coinbase } = block;
    const context = { number: BigInt(block.number), timestamp: BigInt(block.timestamp), coinbase };
    const executed: Executed[] = [];
    let gasUsed = 0n;
    for (const [index, raw] of block.transactions.entries()) {
      try {
        const bytes = fromHex(raw);
        const transaction = this.#mempool.get(keccakHex(bytes)) ?? executor.decode(bytes);
        const outcome = await executor.execute(context, transaction);
        executed.push({ transaction, outcome });
        gasUsed += outcome.gasUsed;
      } catch (error) {
        if (!(error instanceof TransactionError)) throw error;
        const message = `Transaction ${index} of block ${block.number} is invalid: ${error.message}`;
        throw new BlockError("BAD_TRANSACTION", message, { cause: error });
      }
      if (gasLimit !== undefined && gasUsed > gasLimit) {
        throw new BlockError("TOO_MUCH_GAS", `Block ${block.number} uses more gas than ${gasLimit}.`);
      }
    }
    return executed;
  }

  async #adopt(executor: Executor, context: BlockContext, raws: readonly Uint8Array[]): Promise<Executed[]> {
    const executed: Executed[] = [];
    for (const raw of raws) {
      try {
        const transaction = executor.decode(raw);
        executed.push({ transaction, outcome: await executor.execute(context, transaction) });
      } catch (error) {
        if (!(error instanceof TransactionError)) throw error;
        const message = `Transaction ${keccakHex(raw)} of the batch is invalid: ${error.message}`;
        throw new ChainError("BAD_BATCH", message, { cause: error });
      }
    }
    return executed;
  }

  /** Puts blocks in the place of those behind `ancestor`, at once. */
  async #replace(
    ancestor: Block,
    removed: readonly Block[],
    added: readonly Addition[],
    executor: Executor | undefined,
    reason = "",
  ): Promise<DroppedTransaction[]> {
    const kept = new Set(added.flatMap(({ block }) => block.transactionHashes));
    const dropped = removed.flatMap((block) =>
      block.transactions.flatMap((raw, index): DroppedTransaction[] => {
        const hash = block.transactionHashes[index];
        if (hash === undefined || kept.has(hash)) return [];
        const { from, nonce } = this.decode(fromHex(raw));
        return [{ hash, raw, sender: from, nonce: Number(nonce), reason, block: block.number }];
      }),
    );
    await this.#store.replace({ ancestor, removed, added, dropped, states: executor?.changes() ?? [] });
    this.#head = added.at(-1)?.block ?? ancestor;
    if (removed.length > 0) this.#emitLater("rollback", { head: ancestor, dropped });
    for (const { block, executed } of added) {
      for (const { transaction } of executed) {
        this.#mempool.remove(transaction.hash);
        this.#forgotten.delete(transaction.hash);
      }
      this.#emitLater("block", block);
    }
    const senders = removed.length > 0 ? this.#mempool.senders() : added.flatMap(sendersOf);
    await this.#dropStale(new Set(senders));
    return dropped;
  }

  /** Takes out of the mempool what these senders can no longer send. */
  async #dropStale(senders: ReadonlySet<string>): Promise<void> {
    const state = await this.stateAt();
    for (const sender of senders) {
      const waiting = this.#mempool.of(sender);
      if (waiting.length === 0) continue;
      const account = await state.account(sender);
      this.#mempool.setNonce(sender, account?.nonce ?? 0n);
      for (const transaction of waiting) {
        try {
          checkState(transaction, account, { laterNonce: true });
        } catch (error) {
          this.#remove(transaction, (error as TransactionError).message);
        }
      }
    }
  }

  #remove(transaction: SignedTransaction, reason: string): DroppedTransaction {
    this.#mempool.remove(transaction.hash);
    return this.#forget(transaction, reason);
  }

  #forget(transaction: SignedTransaction, reason: string): DroppedTransaction {
    const { hash, from, nonce, raw } = transaction;
    const dropped = { hash, raw: toHex(raw), sender: from, nonce: Number(nonce), reason };
    keepLatest(this.#forgotten, hash, dropped);
    this.#emitLater("dropped", dropped);
    return dropped;
  }

  async #included(hash: Hex): Promise<Included | undefined> {
    const place = await this.#store.place(hash);
    if (place === undefined || "reason" in place) return undefined;
    const { block: number, index } = place;
    const block = await this.block(number);
    const raw = block?.transactions[index];
    const outcome = (await this.outcomes(number))[index];
    if (block === undefined || raw === undefined || outcome === undefined) return undefined;
    return { block, index, raw, outcome };
  }
}

/** Adds to a map that holds the latest few. */
function keepLatest<V>(map: Map<Hex, V>, hash: Hex, value: V): void {
  map.delete(hash);
  map.set(hash, value);
  const [oldest] = map.keys();
  if (map.size > REMEMBERED && oldest !== undefined) map.delete(oldest);
}

/** Whether it has no gas for more than to move value. */
function runsNoCode({ gasLimit }: SignedTransaction): boolean {
  return gasLimit <= TRANSFER_GAS;
}

function info(transaction: SignedTransaction): TransactionInfo {
  return { hash: transaction.hash, raw: toHex(transaction.raw), from: transaction.from };
}

function sendersOf({ executed }: Addition): string[] {
  return executed.map(({ transaction }) => transaction.from);
}

/** @throws BlockError for a block that leaves no margin in a batch of its own. */
function checkSize({ number, transactions }: SignedBlock): void {
  const sizes = { transactions: transactions.length, bytes: blockSize(transactions) };
  for (const unit of ["transactions", "bytes"] as const) {
    if (sizes[unit] <= BLOCK_LIMITS[unit]) continue;
    const message = `Block ${number} has ${sizes[unit]} ${unit}, expected at most ${BLOCK_LIMITS[unit]}.`;
    throw new BlockError("TOO_LARGE", message);
  }
}

interface WantedBlock {
  readonly context: BlockContext;
  readonly raws: Uint8Array[];
}

/** A batch's transactions block by block. @throws ChainError where the blocks do not follow one another. */
function groupBlocks(transactions: readonly L2Transaction[], start: Block): WantedBlock[] {
  const blocks: WantedBlock[] = [];
  let last: BlockContext = { ...start, number: BigInt(start.number), timestamp: BigInt(start.timestamp) };
  for (const { context, raw } of transactions) {
    const open = blocks.at(-1);
    if (open !== undefined && context.number === last.number) {
      if (context.timestamp !== last.timestamp || getAddress(context.coinbase) !== getAddress(last.coinbase)) {
        throw new ChainError("BAD_BATCH", `Block ${context.number} of the batch has two timestamps or coinbases.`);
      }
      open.raws.push(raw);
      continue;
    }
    const fits = context.number > last.number && context.timestamp >= last.timestamp;
    if (!fits || context.number > MAX_NUMBER || context.timestamp > MAX_NUMBER) {
      throw new ChainError("BAD_BATCH", `Block ${context.number} of the batch does not follow block ${last.number}.`);
    }
    last = { ...context, coinbase: getAddress(context.coinbase) };
    blocks.push({ context: last, raws: [raw] });
  }
  return blocks;
}

const MAX_NUMBER = BigInt(Number.MAX_SAFE_INTEGER);

function isBlock(block: Block | undefined, wanted: WantedBlock | undefined): boolean {
  return (
    block !== undefined &&
    wanted !== undefined &&
    BigInt(block.number) === wanted.context.number &&
    BigInt(block.timestamp) === wanted.context.timestamp &&
    block.coinbase === wanted.context.coinbase &&
    block.transactions.length === wanted.raws.length &&
    wanted.raws.every((raw, index) => toHex(raw) === block.transactions[index])
  );
}
