import { TransactionError } from "../protocol/errors.ts";
import type { Hex } from "../base/hex.ts";
import { type Authorized, authorizedBy } from "../protocol/authorization.ts";
import type { SignedTransaction } from "../protocol/transaction.ts";

/** How much the mempool holds. */
export interface MempoolLimits {
  /** Transactions in all. */
  readonly count: number;
  /** Raw bytes in all. */
  readonly bytes: number;
  /** Transactions of one sender; also how far a nonce may run ahead of the state's. */
  readonly perSender: number;
}

export const DEFAULT_LIMITS: MempoolLimits = {
  count: 50_000,
  bytes: 32 * 1024 * 1024,
  perSender: 64,
};

/** A replacement has to pay this much more, in percent. */
const PRICE_BUMP = 10n;

interface Entry {
  readonly transaction: SignedTransaction;
  readonly authorized: readonly Authorized[];
  /** Effective tip, in wei per gas. */
  readonly tip: bigint;
  /** Place in the order of arrival. */
  readonly arrival: number;
}

/** What waits of one sender. */
interface Queue {
  /** The sender's nonce in the state. */
  nonce: bigint;
  readonly entries: Map<bigint, Entry>;
}

/** Transactions that wait for a block: by sender, in the order of their nonces. */
export class Mempool {
  readonly #limits: MempoolLimits;
  readonly #tip: (transaction: SignedTransaction) => bigint;
  readonly #byHash = new Map<Hex, Entry>();
  /** The nonces of the authorisations that wait, by account (EIP-7702). */
  readonly #authorized = new Map<string, bigint[]>();
  readonly #bySender = new Map<string, Queue>();
  #bytes = 0;
  #arrivals = 0;

  /** @param tip What a transaction pays the coinbase per gas, in wei. */
  constructor(limits: MempoolLimits, tip: (transaction: SignedTransaction) => bigint) {
    this.#limits = limits;
    this.#tip = tip;
  }

  get size(): number {
    return this.#byHash.size;
  }

  /** Raw bytes of all transactions. */
  get bytes(): number {
    return this.#bytes;
  }

  get(hash: Hex): SignedTransaction | undefined {
    return this.#byHash.get(hash)?.transaction;
  }

  /** @throws TransactionError where the mempool has the transaction. */
  expectNew(hash: Hex): void {
    if (this.#byHash.has(hash)) {
      throw new TransactionError("ALREADY_KNOWN", `Transaction ${hash} is already in the mempool.`);
    }
  }

  senders(): string[] {
    return [...this.#bySender.keys()];
  }

  /** A sender's transactions in the order of their nonces. */
  of(sender: string): SignedTransaction[] {
    const entries = [...(this.#bySender.get(sender)?.entries.values() ?? [])];
    return entries.map(({ transaction }) => transaction).sort((a, b) => (a.nonce < b.nonce ? -1 : 1));
  }

  /**
   * Whether a transaction that waits has an authorisation of this account that may still count: anyone can send along an
   * old one (EIP-7702).
   * @param nonce The account's nonce in the state.
   */
  isAuthorizing(account: string, nonce: bigint): boolean {
    return this.#authorized.get(account)?.some((signed) => signed >= nonce) ?? false;
  }

  /** Tells the pool a sender's nonce in the new state. */
  setNonce(sender: string, nonce: bigint): void {
    const queue = this.#bySender.get(sender);
    if (queue !== undefined) queue.nonce = nonce;
  }

  /**
   * Adds a transaction that is valid on the state.
   * @param nonce The sender's nonce in the state.
   * @returns The transactions that it displaced: the one with its nonce, or the cheapest ones of a full pool.
   * @throws TransactionError if it is known, pays too little, or the pool has no room for it.
   */
  add(transaction: SignedTransaction, nonce: bigint): SignedTransaction[] {
    this.expectNew(transaction.hash);
    const { perSender } = this.#limits;
    if (transaction.nonce >= nonce + BigInt(perSender)) {
      throw new TransactionError(
        "NONCE_TOO_HIGH",
        `The nonce is ${transaction.nonce}, expected below ${nonce + BigInt(perSender)} for ${transaction.from}.`,
      );
    }
    const entry: Entry = {
      transaction,
      authorized: authorizedBy(transaction.signed),
      tip: this.#tip(transaction),
      arrival: this.#arrivals++,
    };
    const replaced = this.#bySender.get(transaction.from)?.entries.get(transaction.nonce);
    const gone = replaced === undefined ? this.#makeRoom(entry) : [checkBump(replaced, transaction)];
    for (const old of gone) this.#delete(old);
    this.#insert(entry, nonce);
    return gone.map((old) => old.transaction);
  }

  remove(hash: Hex): void {
    const entry = this.#byHash.get(hash);
    if (entry !== undefined) this.#delete(entry);
  }

  /**
   * The transactions in the order in which a block takes them: the best tip first, each sender's nonces without a gap.
   * Pass `false` to `next` to leave out the rest of that sender's.
   */
  *best(): Generator<SignedTransaction, void, boolean | undefined> {
    const heads: Entry[] = [];
    for (const { nonce, entries } of this.#bySender.values()) {
      const head = entries.get(nonce);
      if (head !== undefined) heads.push(head);
    }
    const heap = new Heap(heads);
    for (let head = heap.pop(); head !== undefined; head = heap.pop()) {
      if ((yield head.transaction) === false) continue;
      const next = this.#bySender.get(head.transaction.from)?.entries.get(head.transaction.nonce + 1n);
      if (next !== undefined) heap.push(next);
    }
  }

  /** As many transactions as have to go: the cheapest among the last ones of each sender. */
  #makeRoom(entry: Entry): Entry[] {
    const gone = new Set<Entry>();
    let count = this.size + 1;
    let bytes = this.#bytes + entry.transaction.raw.length;
    while (count > this.#limits.count || bytes > this.#limits.bytes) {
      let worst: Entry | undefined;
      for (const [sender, { entries }] of this.#bySender) {
        if (sender === entry.transaction.from) continue;
        const last = lastOf(entries, gone);
        if (last !== undefined && (worst === undefined || before(worst, last))) worst = last;
      }
      if (worst === undefined || worst.tip >= entry.tip) {
        throw new TransactionError(
          "POOL_FULL",
          `The mempool is full and a tip of ${entry.tip} wei too low, expected more than ${worst?.tip ?? 0n}.`,
        );
      }
      gone.add(worst);
      count -= 1;
      bytes -= worst.transaction.raw.length;
    }
    return [...gone];
  }

  #insert(entry: Entry, stateNonce: bigint): void {
    const { hash, from, nonce, raw } = entry.transaction;
    this.#byHash.set(hash, entry);
    const queue = this.#bySender.get(from) ?? { nonce: stateNonce, entries: new Map<bigint, Entry>() };
    queue.entries.set(nonce, entry);
    this.#bySender.set(from, queue);
    this.#bytes += raw.length;
    for (const { account, nonce: signed } of entry.authorized) {
      this.#authorized.set(account, [...(this.#authorized.get(account) ?? []), signed]);
    }
  }

  #delete(entry: Entry): void {
    const { hash, from, nonce, raw } = entry.transaction;
    this.#byHash.delete(hash);
    const queue = this.#bySender.get(from);
    queue?.entries.delete(nonce);
    if (queue?.entries.size === 0) this.#bySender.delete(from);
    this.#bytes -= raw.length;
    for (const { account, nonce: signed } of entry.authorized) {
      const nonces = this.#authorized.get(account) ?? [];
      const left = nonces.toSpliced(nonces.indexOf(signed), 1);
      if (left.length > 0) this.#authorized.set(account, left);
      else this.#authorized.delete(account);
    }
  }
}

/** The entry with the highest nonce. */
function lastOf(entries: ReadonlyMap<bigint, Entry>, without: ReadonlySet<Entry>): Entry | undefined {
  let last: Entry | undefined;
  for (const entry of entries.values()) {
    if (!without.has(entry) && (last === undefined || entry.transaction.nonce > last.transaction.nonce)) last = entry;
  }
  return last;
}

function checkBump(old: Entry, transaction: SignedTransaction): Entry {
  const least = (price: bigint): bigint => price + (price * PRICE_BUMP + 99n) / 100n;
  const [feeCap, tipCap] = [least(old.transaction.feeCap), least(old.transaction.tipCap)];
  if (transaction.feeCap < feeCap || transaction.tipCap < tipCap) {
    throw new TransactionError(
      "UNDERPRICED",
      `The replacement's fee cap ${transaction.feeCap} and tip cap ${transaction.tipCap} are too low, ` +
        `expected at least ${feeCap} and ${tipCap} wei.`,
    );
  }
  return old;
}

/** Whether a block takes `a` before `b`. */
function before(a: Entry, b: Entry): boolean {
  return a.tip === b.tip ? a.arrival < b.arrival : a.tip > b.tip;
}

/** A binary heap with the entry that a block takes first on top. */
class Heap {
  readonly #entries: Entry[] = [];

  constructor(entries: readonly Entry[]) {
    for (const entry of entries) this.push(entry);
  }

  push(entry: Entry): void {
    let at = this.#entries.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#swapIfBefore(at, parent)) break;
      at = parent;
    }
  }

  pop(): Entry | undefined {
    const top = this.#entries[0];
    const last = this.#entries.pop();
    if (last === undefined || this.#entries.length === 0) return top;
    this.#entries[0] = last;
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      const child = this.#isBefore(left + 1, left) ? left + 1 : left;
      if (!this.#swapIfBefore(child, at)) break;
      at = child;
    }
    return top;
  }

  #isBefore(a: number, b: number): boolean {
    const [first, second] = [this.#entries[a], this.#entries[b]];
    return first !== undefined && second !== undefined && before(first, second);
  }

  #swapIfBefore(lower: number, upper: number): boolean {
    const [child, parent] = [this.#entries[lower], this.#entries[upper]];
    if (child === undefined || parent === undefined || !before(child, parent)) return false;
    [this.#entries[lower], this.#entries[upper]] = [parent, child];
    return true;
  }
}
