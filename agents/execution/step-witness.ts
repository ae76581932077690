import { type Hex, toHex } from "../../l2/base/hex.ts";
import type { PreimageSource } from "./preimages.ts";
import type { MachinePages } from "./pages.ts";

/** How much is guessed with each thing that was missed, as a part of all that is there. */
const GUESSED = 0.25;

/** A witness that grows by what L1 reports as missing. */
export class GrowingWitness {
  readonly #first: Hex;
  readonly #preimages: PreimageSource;
  /** Items in the order in which they were added, without their prefixes, by their hashes. */
  #items = new Map<Hex, string>();
  /** Hashes of what L1 missed. */
  readonly missed: Hex[] = [];

  /** @param first Items to begin with. */
  constructor(first: Uint8Array, preimages: PreimageSource) {
    this.#first = toHex(first);
    this.#preimages = preimages;
  }

  /** All items, concatenated. */
  get encoded(): Hex {
    return `${this.#first}${[...this.#items.values()].join("")}`;
  }

  /** Adds what L1 is expected to miss. */
  async expect(hashes: Iterable<Hex>): Promise<void> {
    for (const hash of hashes) await this.#add(hash);
  }

  /**
   * Adds what L1 may miss next, the likeliest first, up to a part of what there is already: so few questions are enough,
   * and what is not needed stays small beside what is.
   */
  async guess(hashes: Iterable<Hex>): Promise<void> {
    let left = GUESSED * [...this.#items.values()].reduce((sum, item) => sum + item.length / 2, 0);
    for (const hash of hashes) {
      if (left <= 0) return;
      left -= await this.#add(hash);
    }
  }

  /**
   * Adds what L1 misses. What it misses although it is there will not be found by adding it again.
   *
   * @returns Whether there was something to add.
   */
  async add(hash: Hex): Promise<boolean> {
    const added = await this.#add(hash);
    if (added > 0) this.missed.push(hash);
    return added > 0;
  }

  /** Leaves out the half that was added last: a smaller step does not get to where it is needed. */
  halve(): void {
    this.#items = new Map([...this.#items].slice(0, this.#items.size >> 1));
  }

  /** @returns How many bytes were added. */
  async #add(hash: Hex): Promise<number> {
    if (this.#items.has(hash)) return 0;
    const item = await this.#preimages(hash);
    if (item === undefined) return 0;
    this.#items.set(hash, toHex(item).slice(2));
    return item.length;
  }
}

/** Steps for which something that was needed is expected to be needed again. */
const MEMORY = 1;

/** Pages that were missed last, among which a regular distance is looked for, and how many are taken ahead then. */
const RECENT = 8;
const AHEAD = 64;

/** Pages of a machine of which a step may well need most. */
const SMALL = 160;

/** Nodes below the root that every step begins with. */
const FORKS = 48;

/**
 * What a session needs of its machine. A step needs much of what the one before needed, though its pages have other
 * contents then, and goes through some pages one after the other; to have them at hand saves asking L1 item by item.
 */
export class WorkingSet {
  readonly #pages: MachinePages;
  /** Numbers of pages, and hashes of all else, with the steps since they were needed. */
  readonly #ages = new Map<bigint | Hex, number>();
  #recent: bigint[] = [];
  #distance = 0n;
  #ahead = 0;

  constructor(pages: MachinePages) {
    this.#pages = pages;
  }

  /** Takes what a step missed. */
  note(missed: Iterable<Hex>): void {
    for (const [key, age] of this.#ages) {
      if (age === MEMORY) this.#ages.delete(key);
      else this.#ages.set(key, age + 1);
    }
    for (const hash of missed) {
      const kind = this.#pages.kindOf(hash);
      if (kind === "leaf") this.#ages.set(this.#pages.readLeaf(hash).page, 0);
      if (kind === "other") this.#ages.set(hash, 0);
    }
  }

  /** What the next step is expected to need. */
  *expected(root: Hex): Generator<Hex> {
    yield* this.#pages.forksBelow(root, FORKS);
    for (const key of this.#ages.keys()) {
      if (typeof key === "bigint") yield* this.#pages.pathTo(root, key);
      else yield key;
    }
  }

  /** What may be missed next, too: all that lies around it, in a machine that is small. */
  around(root: Hex, missed: Hex): Iterable<Hex> {
    const page = this.#pages.pageBelow(missed);
    return page === undefined || this.#pages.hasMore(root, SMALL) ? [] : this.#pages.around(root, page);
  }

  /** What is expected to be missed next where a step just missed something: pages that follow at the same distance. */
  *ahead(root: Hex, missed: Hex): Generator<Hex> {
    if (this.#pages.kindOf(missed) !== "leaf") return;
    const { page } = this.#pages.readLeaf(missed);
    const distance = this.#distanceTo(page);
    let last = page;
    if (distance !== 0n) {
      this.#ahead = distance === this.#distance ? Math.min(2 * this.#ahead, AHEAD) : 8;
      for (let count = 0; count < this.#ahead; count++) yield* this.#pages.pathTo(root, (last += distance));
      this.#distance = distance;
    }
    this.#recent = [...this.#recent, ...(distance === 0n ? [] : [last - distance]), last].slice(-RECENT);
  }

  /** The smallest distance at which a page follows two of the last ones; zero where it follows none. */
  #distanceTo(page: bigint): bigint {
    let smallest = 0n;
    for (const other of this.#recent) {
      const distance = page - other;
      const smaller = smallest === 0n || abs(distance) < abs(smallest);
      if (distance !== 0n && smaller && this.#recent.includes(other - distance)) smallest = distance;
    }
    return smallest;
  }
}

const abs = (value: bigint): bigint => (value < 0n ? -value : value);
