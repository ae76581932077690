import type { Chain } from "../../l2/chain/chain.ts";
import type { DroppedTransaction } from "../../l2/chain/types.ts";
import { TransactionError } from "../../l2/protocol/errors.ts";
import { fromHex } from "../../l2/base/hex.ts";
import { upfrontCost } from "../../l2/protocol/transaction.ts";
import type { SignedTransaction } from "../../l2/protocol/transaction.ts";
import { SilenceWatch } from "./watch.ts";
import type { Overdue } from "./watch.ts";

/** The kind of a duty, and what it is about. */
export type Duty =
  | { readonly kind: "status" }
  | { readonly kind: "transaction"; readonly hash: string }
  | { readonly kind: "batch"; readonly hash: string };

/** Transactions that are watched at the same time, at most. */
const LIMIT = 10_000;
/** Transactions that are executed in a review, at most, and after how many seconds of waiting. */
const TRIED = 4;
const TRIED_AFTER = 5;

/** A transaction that waits for a block. */
interface Waiting {
  readonly raw: string;
  readonly transaction: SignedTransaction;
  /** Since when, in seconds. */
  readonly since: number;
}

/**
 * What the current sequencer owes the network, as one peer sees it: to answer, to put executable transactions into
 * blocks, to sign the batches that its peers signed (S2).
 */
export class Duties {
  readonly watch: SilenceWatch;
  readonly #chain: Chain;
  readonly #waiting = new Map<string, Waiting>();

  constructor(timeout: number, chain: Chain) {
    this.watch = new SilenceWatch(timeout);
    this.#chain = chain;
  }

  /** It has to answer from now on, until {@link heard}. */
  expectAnswer(now: number): void {
    this.watch.expect("status", now);
  }

  heard(): void {
    this.watch.settle("status");
  }

  /** A transaction waits for a block. What the L2 could never execute is left out. */
  expectTransaction(raw: string, now: number): void {
    if (this.#waiting.size >= LIMIT) return;
    try {
      const transaction = this.#chain.decode(fromHex(raw));
      if (!this.#waiting.has(transaction.hash)) this.#waiting.set(transaction.hash, { raw, transaction, since: now });
      this.watch.expect(`transaction:${transaction.hash}`, now);
    } catch (error) {
      if (!(error instanceof TransactionError) && !(error instanceof TypeError)) throw error;
    }
  }

  expectSignature(headerHash: string, now: number): void {
    this.watch.expect(`batch:${headerHash}`, now);
  }

  signed(headerHash: string): void {
    this.watch.settle(`batch:${headerHash}`);
  }

  /** A block arrived: it works, and what still waits begins to wait anew. */
  renew(now: number): void {
    this.heard();
    for (const hash of this.#waiting.keys()) this.watch.renew(`transaction:${hash}`, now);
  }

  /**
   * Leaves out what is done, and does not count what no sequencer could execute now.
   *
   * @returns What was dropped because it is too heavy for any block.
   */
  async review(now: number): Promise<readonly DroppedTransaction[]> {
    if (this.#waiting.size === 0) return [];
    const heavy: DroppedTransaction[] = [];
    const state = await this.#chain.stateAt();
    let tried = 0;
    for (const { transaction, since } of [...this.#waiting.values()]) {
      const { hash, from, nonce } = transaction;
      const account = await state.account(from);
      const expected = account?.nonce ?? 0n;
      if (nonce < expected) {
        this.#forget(hash);
      } else if (nonce > expected || (account?.balance ?? 0n) < upfrontCost(transaction)) {
        this.watch.renew(`transaction:${hash}`, now);
      } else if (now - since >= TRIED_AFTER) {
        // The oldest suffice to call a sequencer silent; what was not tried must not.
        if (tried++ >= TRIED) this.watch.renew(`transaction:${hash}`, now);
        else heavy.push(...(await this.#dropHeavy(transaction, now)));
      }
    }
    return heavy;
  }

  async #dropHeavy(transaction: SignedTransaction, now: number): Promise<readonly DroppedTransaction[]> {
    try {
      await this.#chain.checkBurden(transaction, now);
      return [];
    } catch (error) {
      if (!(error instanceof TransactionError)) throw error;
      this.#forget(transaction.hash);
      return [await this.#chain.drop(transaction, error.message)];
    }
  }

  #forget(hash: string): void {
    this.#waiting.delete(hash);
    this.watch.settle(`transaction:${hash}`);
  }

  raw(hash: string): string | undefined {
    return this.#waiting.get(hash)?.raw;
  }

  /** What this peer should ask for itself now. */
  toAsk(now: number): readonly Duty[] {
    return this.watch.toAsk(now).map(dutyOf);
  }

  asked(duty: Duty, now: number): void {
    this.watch.asked(duty.kind === "status" ? "status" : `${duty.kind}:${duty.hash}`, now);
  }
}

/** In words. */
export function describeDuty(overdue: Overdue): string {
  const duty = dutyOf(overdue);
  if (duty.kind === "status") return "it does not answer";
  if (duty.kind === "transaction") return `transaction ${duty.hash} waits for a block`;
  return `it does not sign batch ${duty.hash}`;
}

function dutyOf({ id }: Overdue): Duty {
  const [kind, hash = ""] = id.split(":");
  return kind === "transaction" || kind === "batch" ? { kind, hash } : { kind: "status" };
}
