import { type Block, parseBlock, stringifyBlock } from "../protocol/block.ts";
import { ChainError } from "../protocol/errors.ts";
import { type Hex, toHex } from "../base/hex.ts";
import { keccakHex } from "../base/keccak.ts";
import { type NodeSource, stateChange } from "../state/state.ts";
import type { Change } from "../base/store.ts";
import { EMPTY_ROOT, accountReferences, children } from "../state/trie.ts";

/** What a snapshot holds: a block, without its transactions, and every node of the state after it. */
export interface Snapshot {
  readonly block: Block;
  readonly changes: readonly Change[];
}

/** Copies the state after a block: first the block, then the nodes, each preceded by its length in 4 bytes. */
export async function encodeSnapshot(block: Block, source: NodeSource): Promise<Uint8Array> {
  const bare: Block = { ...block, transactions: [], transactionHashes: [], stateRoots: [] };
  const pieces: Uint8Array[] = [new TextEncoder().encode(stringifyBlock(bare))];
  await walkState(block.stateRoot, source, (_key, node) => pieces.push(node));
  return new Uint8Array(Buffer.concat(pieces.flatMap((piece) => [lengthOf(piece), piece])));
}

/**
 * Reads a snapshot. Every node is checked by its hash; the block only by the state root.
 * @throws ChainError where the bytes are not a snapshot of the state with this root.
 */
export async function decodeSnapshot(data: Uint8Array, stateRoot: Hex): Promise<Snapshot> {
  const [first, ...nodes] = splitPieces(data);
  if (first === undefined) throw bad("it is empty");
  let block: Block;
  try {
    block = parseBlock(new TextDecoder().decode(first));
  } catch (error) {
    throw bad("its block is malformed", error);
  }
  if (block.stateRoot !== stateRoot) throw bad(`its state root is ${block.stateRoot}, expected ${stateRoot}`);
  const byHash = new Map(nodes.map((node) => [keccakHex(node).slice(2), node]));
  const source: NodeSource = {
    node: (key) => {
      const node = byHash.get(key.slice(-64));
      return node === undefined ? Promise.reject(bad(`node ${key} is missing`)) : Promise.resolve(node);
    },
  };
  const changes: Change[] = [];
  await walkState(stateRoot, source, (key, node) => changes.push(stateChange(key, node)));
  return { block, changes };
}

/** Visits every node and every piece of code of a state. */
async function walkState(root: Hex, source: NodeSource, visit: (key: string, node: Uint8Array) => void): Promise<void> {
  await walkTrie(root.slice(2), source, visit, async (account) => {
    const { storage, code } = accountReferences(account);
    if (storage !== undefined) await walkTrie(storage, source, visit, () => Promise.resolve());
    if (code !== undefined) visit(code, await source.node(code));
  });
}

async function walkTrie(
  root: string,
  source: NodeSource,
  visit: (key: string, node: Uint8Array) => void,
  leaf: (value: Uint8Array) => Promise<void>,
): Promise<void> {
  const open = root === EMPTY_ROOT.slice(2) ? [] : [root];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    const node = await source.node(key);
    visit(key, node);
    const { hashes, values } = children(node);
    for (const hash of hashes) open.push(toHex(hash).slice(2));
    for (const value of values) await leaf(value);
  }
}

function lengthOf(piece: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(piece.length);
  return length;
}

function splitPieces(data: Uint8Array): Uint8Array[] {
  const view = Buffer.from(data.buffer, data.byteOffset, data.length);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < view.length;) {
    const end = at + 4 <= view.length ? at + 4 + view.readUInt32BE(at) : Infinity;
    if (end > view.length) throw bad(`it ends inside the piece at byte ${at}`);
    pieces.push(data.slice(at + 4, end));
    at = end;
  }
  return pieces;
}

function bad(why: string, cause?: unknown): ChainError {
  return new ChainError("BAD_SNAPSHOT", `The snapshot cannot be used: ${why}.`, { cause });
}
