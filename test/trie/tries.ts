/** Tries on L1, and the same tries by `@ethereumjs/mpt`. */
import { type BytesLike, getBytes, hexlify } from "ethers";
import { network } from "hardhat";

import { deployHarness } from "../../testkit/harness.ts";
import { RecordingStore, trieOver } from "../../testkit/execution/reference.ts";
import { EMPTY_ROOT } from "./nodes.ts";

/** A key with its new value; empty to delete the key. */
export type Step = [key: string, value: string];

const { ethers } = await network.create();
export const harness = await deployHarness({ ethers }, "test/trie/harness/TrieHarness.sol");

/** The root after each step. */
export async function update(root: string, witness: BytesLike, steps: Step[], secure: boolean): Promise<string[]> {
  const [keys, values] = [steps.map(([key]) => key), steps.map(([, value]) => value)];
  return [...((await harness["update"]!(root, witness, keys, values, secure)) as string[])];
}

/** The root after the last step. */
export async function updateAll(root: string, witness: BytesLike, steps: Step[], secure: boolean): Promise<string> {
  const [keys, values] = [steps.map(([key]) => key), steps.map(([, value]) => value)];
  return (await harness["updateAll"]!(root, witness, keys, values, secure)) as string;
}

/** The values of plain keys, empty if absent. */
export async function get(root: string, witness: BytesLike, keys: readonly string[]): Promise<string[]> {
  return [...((await harness["get"]!(root, witness, keys, false)) as string[])];
}

/** The trie of a set of pairs, with `@ethereumjs/mpt`. */
export async function trieOf(
  pairs: ReadonlyMap<string, string>,
  secure: boolean,
): Promise<{ root: string; nodes: Map<string, Uint8Array> }> {
  const store = new RecordingStore(new Map());
  const trie = await trieOver(store, { secure });
  for (const [key, value] of pairs) await trie.put(getBytes(key), getBytes(value));
  return { root: hexlify(trie.root()), nodes: store.nodes() };
}

/** Applies steps to a set of pairs. */
export function take(pairs: Map<string, string>, steps: readonly Step[]): Map<string, string> {
  for (const [key, value] of steps) {
    if (value === "0x") pairs.delete(key);
    else pairs.set(key, value);
  }
  return pairs;
}

/**
 * The roots after each step. Each trie is built anew: deletion in `@ethereumjs/mpt` 10.1.3 leaves branches that
 * should have collapsed, if keys end inside of the trie.
 */
export async function rootsOf(
  pairs: ReadonlyMap<string, string>,
  steps: readonly Step[],
  secure: boolean,
): Promise<string[]> {
  const current = new Map(pairs);
  const roots: string[] = [];
  for (const step of steps) roots.push((await trieOf(take(current, [step]), secure)).root);
  return roots;
}

/** The nodes that `@ethereumjs/mpt` reads for the steps. */
export async function nodesRead(
  { root, nodes }: { root: string; nodes: ReadonlyMap<string, Uint8Array> },
  steps: readonly Step[],
  secure: boolean,
): Promise<Uint8Array[]> {
  const store = new RecordingStore(nodes);
  const trie = await trieOver(store, { secure, ...(root === EMPTY_ROOT ? {} : { root: getBytes(root) }) });
  for (const [key, value] of steps) {
    if (value === "0x") await trie.del(getBytes(key));
    else await trie.put(getBytes(key), getBytes(value));
  }
  return [...store.read.values()];
}
