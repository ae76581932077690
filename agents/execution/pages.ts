import { ZeroHash, toBigInt } from "ethers";

import { type Hex, toHex } from "../../l2/base/hex.ts";
import { keccakHex } from "../../l2/base/keccak.ts";

/** Bytes of the nodes of a tree of pages, as items of a witness (`PageTree.sol`). */
const FORK = 2 + 128;
const PAGE = 3 + 1024;
const LEAF = 2 + 64;

/**
 * What the paused machines of a session are made of: pages, the nodes of their trees, and code, by their hashes. L1 keeps
 * nothing of it, so that a session needs all that the steps before returned.
 */
export class MachinePages {
  readonly #items = new Map<Hex, Uint8Array>();

  /** Adds what a step returned: concatenated RLP byte strings. */
  add(items: Uint8Array): void {
    for (let at = 0; at < items.length;) {
      const start = at + headerOf(items, at);
      const size = Number(toBigInt(items.subarray(at + 1, start)));
      this.#items.set(keccakHex(items.subarray(start, start + size)), items.subarray(at, start + size));
      at = start + size;
    }
  }

  /** An item of a witness. */
  get(hash: Hex): Uint8Array | undefined {
    return this.#items.get(hash);
  }

  /** What an item is. Code that happens to be as long as a page is taken for one. */
  kindOf(hash: Hex): "page" | "leaf" | "fork" | "other" {
    const size = this.#items.get(hash)?.length;
    return size === PAGE ? "page" : size === LEAF ? "leaf" : size === FORK ? "fork" : "other";
  }

  /** What a leaf says: the number of a page, and the hash of its content. */
  readLeaf(hash: Hex): { page: bigint; content: Hex } {
    const item = this.#item(hash);
    return { page: toBigInt(item.subarray(2, 34)), content: toHex(item.subarray(34)) };
  }

  /** The hashes of the nodes from a root to a page, and of the page; as far as the tree has it. */
  pathTo(root: Hex, page: bigint): Hex[] {
    const path: Hex[] = [];
    let hash = root;
    while (hash !== ZeroHash) {
      path.push(hash);
      if (this.kindOf(hash) !== "fork") {
        const leaf = this.readLeaf(hash);
        return leaf.page === page ? [...path, leaf.content] : path;
      }
      const item = this.#item(hash);
      const bits = toBigInt(item.subarray(2, 34));
      if ((toBigInt(item.subarray(34, 66)) ^ page) >> bits !== 0n) return path;
      const side = 66 + 32 * Number((page >> (bits - 1n)) & 1n);
      hash = toHex(item.subarray(side, side + 32));
    }
    return path;
  }

  /** The number of the first page below a node of a tree of pages; nothing where it is none. */
  pageBelow(hash: Hex): bigint | undefined {
    const kind = this.kindOf(hash);
    if (kind === "leaf") return this.readLeaf(hash).page;
    return kind === "fork" ? this.pageBelow(this.#sidesOf(hash)[0]) : undefined;
  }

  /** Whether there are more pages than so many below a node. */
  hasMore(hash: Hex, count: number): boolean {
    let found = 0;
    for (const item of this.#below(hash)) if (this.kindOf(item) === "page" && ++found > count) return true;
    return false;
  }

  /** The hashes of a page, of all others, beginning with those next to it in the tree, and of the nodes above them. */
  *around(root: Hex, page: bigint): Generator<Hex> {
    let inside: Hex | undefined;
    for (const node of this.pathTo(root, page).reverse()) {
      const sides = this.kindOf(node) === "fork" ? this.#sidesOf(node) : [node];
      for (const side of sides) if (side !== inside) yield* this.#below(side);
      inside = node;
    }
  }

  /** The hashes of the forks next to a root, level by level. */
  forksBelow(root: Hex, count: number): Hex[] {
    const forks = [root].filter((hash) => this.kindOf(hash) === "fork");
    for (let at = 0; at < forks.length && forks.length < count; at++) {
      forks.push(...this.#sidesOf(forks[at]!).filter((hash) => this.kindOf(hash) === "fork"));
    }
    return forks;
  }

  /** The hashes of a node, of those below it, and of their pages. */
  *#below(hash: Hex): Generator<Hex> {
    yield hash;
    const kind = this.kindOf(hash);
    if (kind === "fork") for (const side of this.#sidesOf(hash)) yield* this.#below(side);
    if (kind === "leaf") yield this.readLeaf(hash).content;
  }

  #sidesOf(fork: Hex): [Hex, Hex] {
    const item = this.#item(fork);
    return [toHex(item.subarray(66, 98)), toHex(item.subarray(98))];
  }

  #item(hash: Hex): Uint8Array {
    const item = this.#items.get(hash);
    if (item === undefined) throw new Error(`node ${hash} of a machine is not known`);
    return item;
  }
}

/** Bytes in front of a byte string of more than 55 bytes. */
function headerOf(items: Uint8Array, at: number): number {
  const first = items[at] ?? 0;
  if (first < 0xb8 || first > 0xbf) throw new Error(`item with prefix ${first}; expected one from 184 to 191`);
  return first - 0xb6;
}
