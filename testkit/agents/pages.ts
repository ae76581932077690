/** Trees of pages as the interpreter returns them (`PageTree.sol`). */
import { concat, encodeRlp, toBeHex } from "ethers";

import { fromHex, type Hex } from "../../l2/base/hex.ts";
import { keccakHex } from "../../l2/base/keccak.ts";

/** A node of a tree, or a page: its hash, and its bytes with those of everything below it. */
export interface PageNode {
  readonly hash: Hex;
  readonly items: readonly Hex[];
}

function node(payload: string, below: readonly PageNode[]): PageNode {
  const items = [...below.flatMap(({ items: each }) => each), encodeRlp(payload) as Hex];
  return { hash: keccakHex(fromHex(payload)), items };
}

/** A leaf, with a page that is full of one byte. */
export function leafOf(page: bigint, byte: number): PageNode & { readonly page: PageNode } {
  const content = node(`0x${byte.toString(16).padStart(2, "0").repeat(1024)}`, []);
  return { ...node(concat([toBeHex(page, 32), content.hash]), [content]), page: content };
}

/** A fork over two sides, whose page numbers agree above `bits` bits and differ in the first bit below. */
export function forkOf(bits: bigint, prefix: bigint, left: PageNode, right: PageNode): PageNode {
  return node(concat([toBeHex(bits, 32), toBeHex(prefix, 32), left.hash, right.hash]), [left, right]);
}

/** What a step returns: all items one after the other. */
export function itemsOf({ items }: PageNode): Uint8Array {
  return fromHex(concat(items));
}
