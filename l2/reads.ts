import type { Common } from "@ethereumjs/common";
import { RLP } from "@ethereumjs/rlp";

import type { BlockContext } from "./batch/encoding.ts";
import { type Hex, fromHex } from "./hex.ts";
import { HASH_DIGITS, type Overlay, openTrie } from "./state.ts";
import { type Touch, untouched } from "./touched.ts";
import type { SignedTransaction } from "./transaction.ts";
import { EMPTY_ROOT, accountReferences } from "./trie.ts";

/** The accounts that a transaction names, and that of its block. */
export function partiesOf({ from, to }: SignedTransaction, { coinbase }: BlockContext): string[] {
  return [from, coinbase, ...(to === undefined ? [] : [to])];
}

/** What a transaction looked at, with its parties, which L1 reads in any case. */
export function touchedBy(
  touched: ReadonlyMap<string, Touch>,
  transaction: SignedTransaction,
  context: BlockContext,
): Map<string, Touch> {
  const all = new Map(touched);
  for (const party of partiesOf(transaction, context)) {
    if (!all.has(party.toLowerCase())) all.set(party.toLowerCase(), untouched());
  }
  return all;
}

/** Reads what a transaction read of the state before it, for an overlay that records it. */
export async function readTouched(
  common: Common,
  overlay: Overlay,
  root: Hex,
  touched: ReadonlyMap<string, Touch>,
): Promise<void> {
  const accounts = await openTrie(common, overlay, root);
  for (const [address, { slots, code }] of touched) {
    const leaf = await accounts.get(fromHex(address));
    if (leaf === null) continue;
    const { storage, code: codeKey } = accountReferences(leaf);
    if (code && codeKey !== undefined) await overlay.node(codeKey);
    const values = await openTrie(common, overlay, rootOf(storage));
    for (const slot of slots) await values.get(fromHex(slot));
  }
}

/** The root of an account's storage, by its key in the store. */
export const rootOf = (storage: string | undefined): Hex => (storage === undefined ? EMPTY_ROOT : `0x${storage}`);

/** What was read as the items of a witness. */
export function encodeWitness(read: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const items = Array.from(read, ([key, item]) => (key.length === HASH_DIGITS ? item : RLP.encode(item)));
  return new Uint8Array(Buffer.concat(items));
}
