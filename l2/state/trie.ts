import { RLP } from "@ethereumjs/rlp";

import { type Hex, toHex } from "../base/hex.ts";
import { keccak256 } from "../base/keccak.ts";

/** Receives each new node: its hash and its RLP. */
export type NodeSink = (hash: Uint8Array, node: Uint8Array) => void;

type Item = Uint8Array | Item[];

const EMPTY = new Uint8Array();

/** Hash of no code at all. */
export const NO_CODE: Hex = toHex(keccak256(EMPTY));

/** Root of the trie without entries: the hash of empty RLP. */
export const EMPTY_ROOT: Hex = toHex(keccak256(RLP.encode(EMPTY)));

/**
 * Builds a whole Merkle-Patricia trie at once, which is far faster than inserting entry by entry.
 * @param entries Keys and values. No key is a prefix of another, as with hashes, or the RLP of integers.
 * @returns The root.
 */
export function buildTrie(entries: readonly (readonly [Uint8Array, Uint8Array])[], sink: NodeSink): Uint8Array {
  if (entries.length === 0) return keccak256(RLP.encode(EMPTY));
  const sorted = entries
    .map(([key, value]) => ({ path: Buffer.from(key).toString("hex"), value }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const root = RLP.encode(subtree(sorted, 0, sink));
  const hash = keccak256(root);
  sink(hash, root);
  return hash;
}

interface Entry {
  /** The key's nibbles as hexadecimal digits. */
  readonly path: string;
  readonly value: Uint8Array;
}

function subtree(entries: readonly Entry[], depth: number, sink: NodeSink): Item[] {
  const first = entries[0];
  const last = entries.at(-1);
  if (first === undefined || last === undefined) throw new RangeError("A subtree has no entry, expected at least one.");
  if (entries.length === 1) return [compact(first.path.slice(depth), true), first.value];
  let shared = depth;
  while (first.path[shared] === last.path[shared]) shared++;
  if (shared > depth) {
    return [compact(first.path.slice(depth, shared), false), reference(subtree(entries, shared, sink), sink)];
  }
  const branch: Item[] = [];
  for (let nibble = 0, at = 0; nibble < 16; nibble++) {
    const start = at;
    while (at < entries.length && Number.parseInt(entries[at]?.path[depth] ?? "", 16) === nibble) at++;
    branch.push(start === at ? EMPTY : reference(subtree(entries.slice(start, at), depth + 1, sink), sink));
  }
  return [...branch, EMPTY];
}

/** Nodes of less than 32 bytes are embedded in their parent. */
function reference(node: Item[], sink: NodeSink): Item {
  const rlp = RLP.encode(node);
  if (rlp.length < 32) return node;
  const hash = keccak256(rlp);
  sink(hash, rlp);
  return hash;
}

function compact(path: string, leaf: boolean): Uint8Array {
  const flag = leaf ? 2 : 0;
  const digits = path.length % 2 === 1 ? `${String(flag + 1)}${path}` : `${String(flag)}0${path}`;
  return new Uint8Array(Buffer.from(digits, "hex"));
}

/** Hashes of the nodes that a node points to, and the value that it holds where it is a leaf. */
export function children(node: Uint8Array): { hashes: Uint8Array[]; values: Uint8Array[] } {
  const found = { hashes: [] as Uint8Array[], values: [] as Uint8Array[] };
  collect(RLP.decode(node) as Item[], found);
  return found;
}

/** Code lies among the nodes of a state under its hash, after this prefix of the state manager. */
const CODE_PREFIX = "63";

/** Key of the code with a hash, in hexadecimal without prefix. */
export const codeKey = (hash: string): string => `${CODE_PREFIX}${hash}`;

/** The keys of the storage root and of the code to which an account's leaf refers. */
export function accountReferences(value: Uint8Array): { storage: string | undefined; code: string | undefined } {
  const fields: unknown = RLP.decode(value);
  const [, , storageRoot, codeHash] = Array.isArray(fields) ? (fields as Item[]) : [];
  if (!(storageRoot instanceof Uint8Array) || !(codeHash instanceof Uint8Array)) {
    return { storage: undefined, code: undefined };
  }
  return {
    storage: toHex(storageRoot) === EMPTY_ROOT ? undefined : toHex(storageRoot).slice(2),
    code: toHex(codeHash) === NO_CODE ? undefined : codeKey(toHex(codeHash).slice(2)),
  };
}

function collect(node: Item[], found: { hashes: Uint8Array[]; values: Uint8Array[] }): void {
  const [path, value] = node;
  if (node.length === 2 && path instanceof Uint8Array && ((path[0] ?? 0) & 0x20) !== 0) {
    if (value instanceof Uint8Array) found.values.push(value);
    return;
  }
  for (const item of node.length === 2 ? node.slice(1) : node.slice(0, 16)) {
    if (!(item instanceof Uint8Array)) collect(item, found);
    else if (item.length === 32) found.hashes.push(item);
  }
}
