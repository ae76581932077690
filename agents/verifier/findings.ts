import type { Hex } from "../../l2/base/hex.ts";
import type { Judgement } from "../execution/judge.ts";
import type { L1Batch } from "../l1/mirror.ts";
import type { Cursor } from "../runtime/cursor.ts";
import type { SignedHeader } from "./signed.ts";

/** What a verifier has found out about a header. */
export interface Finding {
  index: number;
  verdict: Judgement["verdict"] | "unavailable";
  /** Whether the storage had not given the data when the verifier asked L1 for it. */
  withheld: boolean;
  /** Whether a kick was proposed for it. */
  proposed?: boolean;
  /** What it committed to the proof with, before it proved the fault. */
  salt?: Hex;
  /** Whether its own proof is on L1. */
  proved?: boolean;
  /** Whether nothing is to be had any more for the proof. */
  settled?: boolean;
}

/** A fee that was paid for a request. */
export interface Payment {
  readonly headerHash: Hex;
  /** In milliseconds. */
  readonly at: number;
  /** In wei. */
  readonly fee: bigint;
}

/** What the cursor of a verifier keeps. */
export interface VerifierCursor {
  /** By header hash, for batches that are not final. */
  findings: Record<Hex, Finding>;
  payments?: Payment[];
  /** Headers that the peer network certified and L1 may never have seen, by hash. */
  certified?: Record<Hex, SignedHeader>;
}

/** What a verifier remembers, on disk. */
export class Findings {
  readonly #cursor: Cursor<VerifierCursor>;
  #findings: Record<Hex, Finding> = {};
  #payments: Payment[] = [];
  #certified: Record<Hex, SignedHeader> = {};

  constructor({ cursor }: { readonly cursor: Cursor<VerifierCursor> }) {
    this.#cursor = cursor;
  }

  async load(): Promise<void> {
    const saved = await this.#cursor.load();
    this.#findings = saved?.findings ?? {};
    this.#payments = saved?.payments ?? [];
    this.#certified = saved?.certified ?? {};
  }

  /** What is known of a header; undefined before it was looked at. */
  of(headerHash: Hex): Finding | undefined {
    return this.#findings[headerHash];
  }

  /**
   * Notes what a header turned out to be. That its data was withheld once is not forgotten.
   *
   * @param finalised Number of final batches: what is known of older ones goes.
   */
  async note(
    { header, headerHash }: Pick<L1Batch, "header" | "headerHash">,
    { verdict, withheld }: Pick<Finding, "verdict" | "withheld">,
    finalised: number,
  ): Promise<void> {
    const before = this.#findings[headerHash];
    const index = Number(header.index);
    this.#findings[headerHash] = { ...before, index, verdict, withheld: withheld || before?.withheld === true };
    for (const [hash, finding] of Object.entries(this.#findings)) {
      const pending = finding.salt !== undefined && finding.settled !== true;
      const forgotten = finding.index < finalised - 1 && finding.index < index && !pending;
      if (forgotten) Reflect.deleteProperty(this.#findings, hash);
    }
    await this.#save();
  }

  /** Notes more of a header that is known. */
  async add(headerHash: Hex, more: Partial<Pick<Finding, "proposed" | "proved" | "salt" | "settled">>): Promise<void> {
    const finding = this.#findings[headerHash];
    if (finding === undefined) return;
    this.#findings[headerHash] = { ...finding, ...more };
    await this.#save();
  }

  /** Fees that were paid since a time, in milliseconds, and did not come back. */
  paymentsSince(time: number): readonly Payment[] {
    return this.#payments.filter(({ at }) => at >= time);
  }

  /** Notes a fee before it is paid. @param oldest Payments before this time count no more. */
  async pay(payment: Payment, oldest: number): Promise<void> {
    this.#payments = [...this.paymentsSince(oldest), payment];
    await this.#save();
  }

  /** Notes that a fee came back, or was not paid after all. */
  async payBack(headerHash: Hex): Promise<void> {
    const left = this.#payments.filter((payment) => payment.headerHash !== headerHash);
    if (left.length === this.#payments.length) return;
    this.#payments = left;
    await this.#save();
  }

  /** Headers that were certified, as far as they were seen and kept. */
  get certified(): readonly SignedHeader[] {
    return Object.values(this.#certified);
  }

  /** Keeps a certified header. @param oldest Those of lower indices go. */
  async keep(signed: SignedHeader, oldest: number): Promise<void> {
    if (this.#certified[signed.headerHash] !== undefined) return;
    this.#certified[signed.headerHash] = signed;
    for (const [hash, { header }] of Object.entries(this.#certified)) {
      if (Number(header.index) < oldest) Reflect.deleteProperty(this.#certified, hash);
    }
    await this.#save();
  }

  #save(): Promise<void> {
    return this.#cursor.save({ findings: this.#findings, payments: this.#payments, certified: this.#certified });
  }
}
