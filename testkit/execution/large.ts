import { RLP } from "@ethereumjs/rlp";
import { createAccount } from "@ethereumjs/util";
import { getBytes, keccak256 } from "ethers";

import type { Allocation } from "./reference.ts";

/** A leaf on its way into the trie. */
interface Entry {
  /** The hashed key, as 64 nibbles. */
  path: string;
  value: Uint8Array;
}

/**
 * Builds the state of many accounts without code bottom-up, each node once: two orders faster than account by account.
 *
 * @returns The root, and all nodes by their hashes in hex without prefix, as `@ethereumjs/mpt` keeps them.
 */
export function buildState(accounts: ReadonlyMap<string, Allocation>): {
  root: Uint8Array;
  nodes: Map<string, Uint8Array>;
} {
  const entries = [...accounts].map(([address, { balance, nonce }]): Entry => ({
    path: keccak256(address).slice(2),
    value: createAccount({ balance, nonce: nonce ?? 0n }).serialize(),
  }));
  entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  const nodes = new Map<string, Uint8Array>();
  const root = store(nodes, RLP.encode(node(nodes, entries, 0, entries.length, 0)));
  return { root, nodes };
}

function store(nodes: Map<string, Uint8Array>, encoded: Uint8Array): Uint8Array {
  const hash = getBytes(keccak256(encoded));
  nodes.set(Buffer.from(hash).toString("hex"), encoded);
  return hash;
}

/** Every leaf of an account has more than 32 bytes, so that every child is a hash. */
function node(nodes: Map<string, Uint8Array>, entries: Entry[], from: number, to: number, depth: number): Uint8Array[] {
  const first = entries[from]!;
  if (to - from === 1) return [hexPrefix(first.path.slice(depth), true), first.value];
  const last = entries[to - 1]!;
  let common = depth;
  while (first.path[common] === last.path[common]) common++;
  const children: Uint8Array[] = [];
  let start = from;
  for (const nibble of "0123456789abcdef") {
    let end = start;
    while (end < to && entries[end]!.path[common] === nibble) end++;
    children.push(
      end === start ? new Uint8Array() : store(nodes, RLP.encode(node(nodes, entries, start, end, common + 1))),
    );
    start = end;
  }
  const branch = [...children, new Uint8Array()];
  if (common === depth) return branch;
  return [hexPrefix(first.path.slice(depth, common), false), store(nodes, RLP.encode(branch))];
}

function hexPrefix(nibbles: string, leaf: boolean): Uint8Array {
  const odd = nibbles.length % 2;
  const flag = ((leaf ? 2 : 0) + odd).toString(16);
  return Buffer.from(odd === 1 ? flag + nibbles : `${flag}0${nibbles}`, "hex");
}
