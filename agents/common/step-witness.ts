import { type Hex, toHex } from "../../l2/hex.ts";
import type { PreimageSource } from "./execution.ts";
import type { MachinePages } from "./pages.ts";

/** A witness that gets what L1 says that it lacks. */
export class GrowingWitness {
  readonly #preimages: PreimageSource;
  readonly #had = new Set<Hex>();
  /** Hashes of what L1 missed. */
  readonly missed: Hex[] = [];
  encoded: Hex;

  /** @param first Items to begin with. */
  constructor(first: Uint8Array, preimages: PreimageSource) {
    this.#preimages = preimages;
    this.encoded = toHex(first);
  }

  /** Adds what L1 is expected to miss. */
  async expect(hash: Hex): Promise<void> {
    await this.#add(hash);
  }

  /**
   * Adds what L1 misses. What it misses although it is there will not be found by adding it again.
   *
   * @returns Whether there was something to add.
   */
  async add(hash: Hex): Promise<boolean> {
    const added = await this.#add(hash);
    if (added) this.missed.push(hash);
    return added;
  }

  async #add(hash: Hex): Promise<boolean> {
    if (this.#had.has(hash)) return false;
    const item = await this.#preimages(hash);
    if (item === undefined) return false;
    this.#had.add(hash);
    this.encoded += toHex(item).slice(2);
    return true;
  }
}

/** Steps for which something that was needed is expected to be needed again. */
const MEMORY = 3;

/**
 * What the last steps of a session needed. A step needs most of it again, though its pages have other contents then; to
 * have it at hand saves asking L1 for it item by item.
 */
export class WorkingSet {
  readonly #pages: MachinePages;
  /** Numbers of pages, and hashes of all else, with the steps since they were needed. */
  readonly #ages = new Map<bigint | Hex, number>();

  constructor(pages: MachinePages) {
    this.#pages = pages;
  }

  /** Takes what a step missed. */
  note(missed: Iterable<Hex>): void {
    for (const [key, age] of this.#ages) {
      if (age === MEMORY) this.#ages.delete(key);
      else this.#ages.set(key, age + 1);
    }
    const leaves = new Map<Hex, bigint>();
    for (const hash of missed) {
      const kind = this.#pages.kindOf(hash);
      if (kind === "leaf") {
        const { page, content } = this.#pages.readLeaf(hash);
        leaves.set(content, page);
      }
      const page = leaves.get(hash);
      if (kind === "page" && page !== undefined) this.#ages.set(page, 0);
      if (kind === "other") this.#ages.set(hash, 0);
    }
  }

  /** What the next step is expected to need. */
  *expected(root: Hex): Generator<Hex> {
    for (const key of this.#ages.keys()) {
      if (typeof key === "bigint") yield* this.#pages.pathTo(root, key);
      else yield key;
    }
  }
}
