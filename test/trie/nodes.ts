/** Nodes of tries, by hand. */
import { type RlpStructuredDataish, concat, decodeRlp, encodeRlp, getBytes, keccak256 } from "ethers";

/** The root of the empty trie. */
export const EMPTY_ROOT = keccak256("0x80");

/** A value that makes any node too long to be inlined. */
export const LONG = `0x${"ab".repeat(40)}`;

/** A node in RLP. */
export type Encoded = string;

export function hash(node: Encoded): string {
  return keccak256(node);
}

export function witnessOf(...nodes: Encoded[]): string {
  return concat(nodes);
}

/** A node as an item of its parent: itself if it is shorter than 32 bytes, else its hash. */
export function item(node: Encoded): RlpStructuredDataish {
  return getBytes(node).length < 32 ? decodeRlp(node) : hash(node);
}

export function hexPrefix(nibbles: string, leaf: boolean): string {
  const flag = (leaf ? 2 : 0) + (nibbles.length % 2);
  return nibbles.length % 2 === 1 ? `0x${flag}${nibbles}` : `0x${flag}0${nibbles}`;
}

export function leaf(nibbles: string, value: string): Encoded {
  return encodeRlp([hexPrefix(nibbles, true), value]);
}

export function extension(nibbles: string, child: Encoded): Encoded {
  return encodeRlp([hexPrefix(nibbles, false), item(child)]);
}

export function branch(children: Record<number, Encoded>, value = "0x"): Encoded {
  return encodeRlp([
    ...Array.from({ length: 16 }, (_, i) => (children[i] === undefined ? "0x" : item(children[i]))),
    value,
  ]);
}
