import { Transaction } from "ethers";

import type { Chain } from "../../l2/chain.ts";
import { SilenceWatch } from "./watch.ts";
import type { Overdue } from "./watch.ts";

interface Waiting {
  readonly hash: string;
  readonly raw: string;
  readonly from: string;
  readonly nonce: number;
  /** Most that it can cost its sender, in wei. */
  readonly cost: bigint;
}

/** The kind of a duty, and what it is about. */
export type Duty =
  | { readonly kind: "status" }
  | { readonly kind: "transaction"; readonly hash: string }
  | { readonly kind: "batch"; readonly hash: string };

/** Transactions that are watched at the same time, at most. */
const LIMIT = 10_000;

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

  /** A transaction waits for a block. What is no transaction is left out. */
  expectTransaction(raw: string, now: number): void {
    if (this.#waiting.size >= LIMIT) return;
    const waiting = read(raw);
    if (waiting === undefined) return;
    this.#waiting.set(waiting.hash, waiting);
    this.watch.expect(`transaction:${waiting.hash}`, now);
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

  /** Leaves out what is done, and does not count what no sequencer could execute now. */
  async review(now: number): Promise<void> {
    if (this.#waiting.size === 0) return;
    const state = await this.#chain.stateAt();
    for (const { hash, from, nonce, cost } of [...this.#waiting.values()]) {
      const account = await state.account(from);
      const expected = account?.nonce ?? 0n;
      if (BigInt(nonce) < expected) {
        this.#waiting.delete(hash);
        this.watch.settle(`transaction:${hash}`);
      } else if (BigInt(nonce) > expected || (account?.balance ?? 0n) < cost) {
        this.watch.renew(`transaction:${hash}`, now);
      }
    }
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

function read(raw: string): Waiting | undefined {
  try {
    const transaction = Transaction.from(raw);
    const { hash, from, nonce, value, gasLimit } = transaction;
    if (hash === null || from === null) return undefined;
    const price = transaction.maxFeePerGas ?? transaction.gasPrice ?? 0n;
    return { hash, raw, from, nonce, cost: value + gasLimit * price };
  } catch {
    return undefined;
  }
}
