import { L1_TRANSACTION_BYTES } from "../l1/transactions.ts";

/** A transaction as far as it matters for how many fit into a call. */
export interface Weight {
  /** L2 gas that it uses. */
  readonly gas: bigint;
  /** Bytes of the signed transaction. */
  readonly size: number;
}

/**
 * What a range costs, in L1 gas and bytes of calldata, before anything was measured. Only the proportions matter for
 * long: the first call that is measured corrects them.
 */
const BASE = { gas: 150_000, bytes: 4_096 };
const TRANSFER = { gas: 65_000, bytes: 500 };
const PER_BYTE = 40;
const PER_GAS = 90;
const TRANSFER_GAS = 21_000n;

/** How far one measurement may move the estimate: a call that met with much that was checked already says little. */
const MOVE = { least: 1 / 4, most: 4 };

/** Cuts transitions into ranges that fill L1 transactions, and learns from what they turn out to take. */
export class RangePlanner {
  readonly #weights: readonly Weight[];
  readonly #gas: bigint;
  readonly #bytes: number;
  /** By how much the calls take more than expected; zero without a measurement. */
  readonly #factor = { gas: 1, bytes: 1 };

  /**
   * @param limits Gas and bytes of calldata that a call aims at.
   * @param weights Those of all transitions, in order.
   */
  constructor(
    { gas, bytes = L1_TRANSACTION_BYTES }: { readonly gas: bigint; readonly bytes?: number },
    weights: readonly Weight[],
  ) {
    this.#gas = gas;
    this.#bytes = bytes;
    this.#weights = weights;
  }

  /** Where the range ends that begins at `from` and fills a call; one transition at least, at most up to `limit`. */
  end(from: number, limit: number): number {
    let to = from + 1;
    while (to < limit && this.#isWithin(from, to + 1)) to++;
    return to;
  }

  /** Takes what a range turned out to take. */
  note(from: number, to: number, measured: { readonly gas?: bigint; readonly bytes?: number }): void {
    const expected = this.#expected(from, to);
    if (measured.gas !== undefined) this.#factor.gas *= within(Number(measured.gas) / expected.gas);
    if (measured.bytes !== undefined) this.#factor.bytes *= within(measured.bytes / expected.bytes);
  }

  #isWithin(from: number, to: number): boolean {
    const { gas, bytes } = this.#expected(from, to);
    return gas <= Number(this.#gas) && bytes <= this.#bytes;
  }

  #expected(from: number, to: number): { gas: number; bytes: number } {
    let [gas, bytes] = [BASE.gas, BASE.bytes];
    for (const weight of this.#weights.slice(from, to)) {
      const more = weight.gas > TRANSFER_GAS ? Number(weight.gas - TRANSFER_GAS) : 0;
      gas += TRANSFER.gas + PER_BYTE * weight.size + PER_GAS * more;
      bytes += TRANSFER.bytes + weight.size;
    }
    return { gas: gas * this.#factor.gas, bytes: bytes * this.#factor.bytes };
  }
}

function within(factor: number): number {
  return Math.min(Math.max(factor, MOVE.least), MOVE.most);
}

/** The transitions of `[from, to)` that are in none of these ranges, in order. */
export function gaps(
  ranges: readonly { readonly from: number; readonly count: number }[],
  from: number,
  to: number,
): [from: number, to: number][] {
  const missing: [number, number][] = [];
  let next = from;
  for (const range of ranges.toSorted((first, second) => first.from - second.from)) {
    if (range.from >= to) break;
    if (range.from > next) missing.push([next, range.from]);
    next = Math.max(next, range.from + range.count);
  }
  if (next < to) missing.push([next, to]);
  return missing;
}
