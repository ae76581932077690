import type { Hex } from "../../l2/base/hex.ts";
import type { L1Batch } from "../l1/mirror.ts";
import type { Cursor } from "../runtime/cursor.ts";
import type { Judgement } from "./judge.ts";

/** What a verifier has found out about a batch. */
export interface Finding {
  index: number;
  verdict: Judgement["verdict"] | "unavailable";
  /** Whether the storage had not given the data when the verifier asked L1 for it. */
  withheld: boolean;
  /** Whether a kick was proposed for it. */
  proposed?: boolean;
}

/** What the cursor of a verifier keeps: findings by header hash, for batches that are not final. */
export interface VerifierCursor {
  findings: Record<Hex, Finding>;
}

/** What a verifier remembers of batches that are not final, on disk. */
export class Findings {
  readonly #cursor: Cursor<VerifierCursor>;
  #findings: Record<Hex, Finding> = {};

  constructor({ cursor }: { readonly cursor: Cursor<VerifierCursor> }) {
    this.#cursor = cursor;
  }

  async load(): Promise<void> {
    this.#findings = (await this.#cursor.load())?.findings ?? {};
  }

  /** What is known of a batch; undefined before it was looked at. */
  of(headerHash: Hex): Finding | undefined {
    return this.#findings[headerHash];
  }

  /**
   * Notes what a batch turned out to be. That its data was withheld once is not forgotten.
   *
   * @param finalised Number of final batches: what is known of older ones goes.
   */
  async note(
    { header, headerHash }: L1Batch,
    { verdict, withheld }: Pick<Finding, "verdict" | "withheld">,
    finalised: number,
  ): Promise<void> {
    const before = this.#findings[headerHash];
    const index = Number(header.index);
    this.#findings[headerHash] = { ...before, index, verdict, withheld: withheld || before?.withheld === true };
    for (const [hash, finding] of Object.entries(this.#findings)) {
      const forgotten = finding.index < finalised - 1 && finding.index < index;
      if (forgotten) Reflect.deleteProperty(this.#findings, hash);
    }
    await this.#save();
  }

  /** Notes that a kick was proposed for a batch. */
  async noteProposal(headerHash: Hex): Promise<void> {
    const finding = this.#findings[headerHash];
    if (finding !== undefined) this.#findings[headerHash] = { ...finding, proposed: true };
    await this.#save();
  }

  #save(): Promise<void> {
    return this.#cursor.save({ findings: this.#findings });
  }
}
