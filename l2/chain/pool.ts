import { type Hex, toHex } from "../base/hex.ts";
import { TransactionError } from "../protocol/errors.ts";
import type { SignedTransaction } from "../protocol/transaction.ts";
import { checkState } from "../execution/executor.ts";
import type { AccountState, StateReader } from "../state/state.ts";
import { Mempool, type MempoolLimits } from "./mempool.ts";
import type { DroppedTransaction, TransactionInfo } from "./types.ts";

/** How many transactions that left the mempool are remembered. */
const REMEMBERED = 10_000;
/** Seconds after which a transaction that was too heavy for a block may be tried again. */
const HEAVY_AGAIN_AFTER = 20;

/** The mempool, and why transactions left it. */
export class Pool {
  readonly #mempool: Mempool;
  readonly #dropped = new Map<Hex, DroppedTransaction>();
  /** Transactions that were too heavy for a block, and the block's time in seconds. */
  readonly #heavy = new Map<Hex, number>();
  readonly #onDrop: (dropped: DroppedTransaction) => void;

  /**
   * @param tip What a transaction pays the coinbase per gas, in wei.
   * @param onDrop Hears of each transaction that leaves without being included.
   */
  constructor(
    limits: MempoolLimits,
    tip: (transaction: SignedTransaction) => bigint,
    onDrop: (dropped: DroppedTransaction) => void,
  ) {
    this.#mempool = new Mempool(limits, tip);
    this.#onDrop = onDrop;
  }

  /** Number of transactions that wait. */
  get size(): number {
    return this.#mempool.size;
  }

  get(hash: Hex): SignedTransaction | undefined {
    return this.#mempool.get(hash);
  }

  /** @throws TransactionError where the transaction waits already. */
  expectNew(hash: Hex): void {
    this.#mempool.expectNew(hash);
  }

  /** A sender's transactions in the order of their nonces. */
  of(sender: string): SignedTransaction[] {
    return this.#mempool.of(sender);
  }

  /** The nonce after the sender's transactions that follow each other without a gap from `nonce` on. */
  nonceAfter(sender: string, nonce: bigint): bigint {
    let next = nonce;
    for (const transaction of this.of(sender)) if (transaction.nonce === next) next += 1n;
    return next;
  }

  senders(): string[] {
    return this.#mempool.senders();
  }

  /** The transactions in the order in which a block takes them; see {@link Mempool.best}. */
  best(): ReturnType<Mempool["best"]> {
    return this.#mempool.best();
  }

  /**
   * Adds a transaction.
   * @param sender The sender's account in the head's state; nothing where there is none.
   * @throws TransactionError where the state does not allow it or the mempool does not take it.
   */
  add(transaction: SignedTransaction, sender: AccountState | undefined): void {
    checkState(transaction, sender, { laterNonce: true });
    this.#checkDelegated(transaction, sender);
    for (const old of this.#mempool.add(transaction, sender?.nonce ?? 0n)) {
      const replaced = old.from === transaction.from && old.nonce === transaction.nonce;
      this.#remember(
        old,
        replaced ? `replaced by ${transaction.hash}` : "the mempool was full of transactions that pay more",
      );
    }
    this.#dropped.delete(transaction.hash);
  }

  /**
   * What others do can change the nonce and the balance of an account that runs the code of another one, or is about to.
   * So such an account has one transaction in the mempool at a time (EIP-7702).
   */
  #checkDelegated({ from, nonce }: SignedTransaction, sender: AccountState | undefined): void {
    const first = nonce === (sender?.nonce ?? 0n);
    const others = this.of(from).some((waiting) => waiting.nonce !== nonce);
    if ((first && !others) || (sender?.delegates !== true && !this.#mempool.isAuthorizing(from, sender?.nonce ?? 0n)))
      return;
    throw new TransactionError(
      "ONE_AT_A_TIME",
      `Account ${from} runs the code of another one, or is about to; expected its next transaction, and one at a time.`,
    );
  }

  /** Takes out a transaction that is in a block. */
  include(hash: Hex): void {
    this.#mempool.remove(hash);
    this.#dropped.delete(hash);
  }

  /** Takes out a transaction that will not be included. */
  drop(transaction: SignedTransaction, reason: string): DroppedTransaction {
    this.#mempool.remove(transaction.hash);
    return this.#remember(transaction, reason);
  }

  /** Takes out what these senders can no longer send. */
  async dropStale(senders: ReadonlySet<string>, state: StateReader): Promise<void> {
    for (const sender of senders) {
      const waiting = this.#mempool.of(sender);
      if (waiting.length === 0) continue;
      const account = await state.account(sender);
      this.#mempool.setNonce(sender, account?.nonce ?? 0n);
      for (const transaction of waiting) {
        try {
          checkState(transaction, account, { laterNonce: true });
        } catch (error) {
          if (!(error instanceof TransactionError)) throw error;
          this.drop(transaction, error.message);
        }
      }
    }
  }

  /** Why a transaction left; nothing where it did not, or is forgotten. */
  reasonOf(hash: Hex): string | undefined {
    return this.#dropped.get(hash)?.reason;
  }

  /** A transaction was too heavy for a block with this time, in seconds. */
  noteHeavy(hash: Hex, timestamp: number): void {
    keepLatest(this.#heavy, hash, timestamp);
  }

  /** Whether a transaction was too heavy for a block a short time before this one, in seconds. */
  wasHeavy(hash: Hex, timestamp: number): boolean {
    return timestamp - (this.#heavy.get(hash) ?? -Infinity) < HEAVY_AGAIN_AFTER;
  }

  #remember(transaction: SignedTransaction, reason: string): DroppedTransaction {
    const { hash, from, nonce, raw } = transaction;
    const dropped = { hash, raw: toHex(raw), sender: from, nonce: Number(nonce), reason };
    keepLatest(this.#dropped, hash, dropped);
    this.#onDrop(dropped);
    return dropped;
  }
}

/** Adds to a map that holds the latest few. */
function keepLatest<V>(map: Map<Hex, V>, hash: Hex, value: V): void {
  map.delete(hash);
  map.set(hash, value);
  const [oldest] = map.keys();
  if (map.size > REMEMBERED && oldest !== undefined) map.delete(oldest);
}

/** What the chain tells of a transaction in the pool. */
export function infoOf({ hash, raw, from }: SignedTransaction): TransactionInfo {
  return { hash, raw: toHex(raw), from };
}
