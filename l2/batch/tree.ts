import { type Hex, asHash, fromHex, toHex } from "../base/hex.ts";
import { keccak256 } from "../base/keccak.ts";
import type { BlockContext } from "../protocol/l2-transaction.ts";

/** The value of a leaf in the MTTBR: it commits to a transaction and to the block it runs in. */
export function mttbrLeafValue(transaction: { context: BlockContext; raw: Uint8Array }): Hex {
  return placementValue(transaction.context, toHex(keccak256(transaction.raw)));
}

/** `mttbrLeafValue` of a transaction whose hash is known. */
export function placementValue(context: BlockContext, txHash: Hex): Hex {
  const bytes = Buffer.alloc(8 + 8 + 20 + 32 + 32);
  bytes.writeBigUInt64BE(context.number, 0);
  bytes.writeBigUInt64BE(context.timestamp, 8);
  bytes.write(context.coinbase.slice(2), 16, "hex");
  bytes.write(context.randomness.slice(2), 36, "hex");
  bytes.write(txHash.slice(2), 68, "hex");
  return toHex(keccak256(bytes));
}

/** The tree over the values of a batch (docs/protocol.md, section 2). */
export interface BatchTree {
  readonly root: Hex;
  /** Number of leaves before padding. */
  readonly count: number;
  /** Merkle proof of leaf `index`, from the leaf upwards. @throws RangeError beyond the last leaf. */
  proof(index: number): Hex[];
  /** Range proof of the leaves `[from, to)`. @throws RangeError where the range is empty or not in the tree. */
  rangeProof(from: number, to: number): Hex[];
}

/**
 * Computes the MTSR from state roots, or the MTTBR from `mttbrLeafValue`s (step 7).
 * @throws RangeError for no values at all.
 */
export function batchTree(values: readonly Hex[]): BatchTree {
  const count = values.length;
  if (count === 0) throw new RangeError("The batch tree has no leaf, expected at least one.");
  const height = treeHeight(count);
  const levels: Uint8Array[] = [leaves(values, 2 ** height)];
  for (let level = 0; level < height; level++) levels.push(parents(at(levels, level)));
  const node = (level: number, place: number): Hex => toHex(at(levels, level).subarray(32 * place, 32 * (place + 1)));

  return {
    root: node(height, 0),
    count,
    proof(index) {
      return this.rangeProof(index, index + 1);
    },
    rangeProof(from, to) {
      checkRange(from, to, count);
      return rangeNeighbours(from, to, height).map(({ level, place }) => node(level, place));
    },
  };
}

/** Whether `value` is leaf `index` of the tree with this root (step Q7). */
export function verifyLeaf(root: Hex, index: number, value: Hex, proof: readonly Hex[]): boolean {
  if (!Number.isInteger(index) || index < 0 || index >= 2 ** proof.length) return false;
  let hash = leafHash(index, fromHex(value));
  for (const sibling of proof) hash = nodeHash(hash, fromHex(sibling));
  return toHex(hash) === root;
}

/**
 * The root that adjacent leaves lead to, with their range proof.
 * @param count Number of leaves of the tree before padding.
 * @throws RangeError where the range is not in the tree or the proof has the wrong length.
 */
export function rangeRoot(count: number, from: number, values: readonly Hex[], proof: readonly Hex[]): Hex {
  checkRange(from, from + values.length, count);
  const height = treeHeight(count);
  const expected = rangeNeighbours(from, from + values.length, height).length;
  if (proof.length !== expected) throw new RangeError(`Range proof has ${proof.length} nodes, expected ${expected}.`);
  let nodes = values.map((value, offset) => leafHash(from + offset, fromHex(value)));
  let taken = 0;
  for (let level = 0, first = from; level < height; level++, first >>= 1) {
    if (first % 2 === 1) nodes.unshift(fromHex(at(proof, taken++)));
    if (nodes.length % 2 === 1) nodes.push(fromHex(at(proof, taken++)));
    const pairs = nodes;
    nodes = Array.from({ length: nodes.length / 2 }, (_, i) => nodeHash(at(pairs, 2 * i), at(pairs, 2 * i + 1)));
  }
  return toHex(at(nodes, 0));
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new RangeError(`The list of ${list.length} has no item ${index}.`);
  return item;
}

/** Height of the tree over `count` leaves, which are padded to a power of two. */
export function treeHeight(count: number): number {
  return Math.ceil(Math.log2(count));
}

function rangeNeighbours(from: number, to: number, height: number): { level: number; place: number }[] {
  const neighbours: { level: number; place: number }[] = [];
  for (let level = 0, first = from, end = to; level < height; level++) {
    if (first % 2 === 1) neighbours.push({ level, place: first - 1 });
    if (end % 2 === 1) neighbours.push({ level, place: end });
    first = Math.floor(first / 2);
    end = Math.ceil(end / 2);
  }
  return neighbours;
}

function checkRange(from: number, to: number, count: number): void {
  if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || to > count || from >= to) {
    throw new RangeError(`Leaves [${from}, ${to}) of a tree of ${count}, expected at least one of its leaves.`);
  }
}

function leaves(values: readonly Hex[], width: number): Uint8Array {
  const nodes = new Uint8Array(32 * width);
  const row = Buffer.alloc(64);
  for (let index = 0; index < width; index++) {
    row.writeUInt32BE(index, 28);
    if (index < values.length) writeHash(row, 32, at(values, index));
    else row.fill(0, 32);
    nodes.set(keccak256(keccak256(row)), 32 * index);
  }
  return nodes;
}

function writeHash(target: Buffer, offset: number, hash: Hex): void {
  if (hash.length !== 66 || target.write(hash.slice(2), offset, "hex") !== 32) asHash(hash, "The leaf");
}

function parents(nodes: Uint8Array): Uint8Array {
  const above = new Uint8Array(nodes.length / 2);
  const pair = new Uint8Array(64);
  for (let at = 0; at < above.length; at += 32) {
    const left = nodes.subarray(2 * at, 2 * at + 32);
    const right = nodes.subarray(2 * at + 32, 2 * at + 64);
    const ordered = Buffer.compare(left, right) <= 0;
    pair.set(ordered ? left : right, 0);
    pair.set(ordered ? right : left, 32);
    above.set(keccak256(pair), at);
  }
  return above;
}

function leafHash(index: number, value: Uint8Array): Uint8Array {
  const row = Buffer.alloc(64);
  row.writeUInt32BE(index, 28);
  row.set(value, 32);
  return keccak256(keccak256(row));
}

function nodeHash(a: Uint8Array, b: Uint8Array): Uint8Array {
  const pair = new Uint8Array(64);
  pair.set(Buffer.compare(a, b) <= 0 ? a : b, 0);
  pair.set(Buffer.compare(a, b) <= 0 ? b : a, 32);
  return keccak256(pair);
}
