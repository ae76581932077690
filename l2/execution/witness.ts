import type { Common } from "@ethereumjs/common";
import type { MerklePatriciaTrie } from "@ethereumjs/mpt";
import { RLP } from "@ethereumjs/rlp";

import type { L2Transaction } from "../protocol/l2-transaction.ts";
import type { ChainConfig } from "../protocol/config.ts";
import { chainCommon, isPrecompile } from "../evm/fork.ts";
import { TransactionError } from "../protocol/errors.ts";
import { Executor } from "./executor.ts";
import { type Hex, fromHex, toHex } from "../base/hex.ts";
import { HASH_DIGITS, Overlay, type StateStore, openTrie } from "../state/state.ts";
import type { Touch } from "./touched.ts";
import type { SignedTransaction } from "../protocol/transaction.ts";
import { EMPTY_ROOT, NO_CODE, accountReferences } from "../state/trie.ts";

/**
 * The witness for executing these transactions on L1 (steps 11.5, 11.9): a sequence of RLP items, lists for trie nodes
 * and strings for code. L1 starts anew from the state root for a transaction that runs code and for each one after it.
 * For those the witness also has what earlier transactions of the list created. An invalid transaction ends the
 * execution; what its verdict needs is included.
 * @throws ChainError if the store does not have `preStateRoot`.
 */
export async function transitionWitness(
  config: ChainConfig,
  states: StateStore,
  preStateRoot: Hex,
  transactions: readonly L2Transaction[],
): Promise<Uint8Array> {
  await states.expect(preStateRoot);
  const common = chainCommon(config);
  const read = new Map<string, Uint8Array>();
  const executor = await Executor.at(config, new Overlay(states, read), preStateRoot);
  let anew = false;
  for (const { context, raw } of transactions) {
    try {
      const transaction = executor.decode(raw);
      const before = executor.stateRoot;
      anew ||= await runsCode(executor, transaction);
      const parties = [transaction.from, context.coinbase, ...(transaction.to === undefined ? [] : [transaction.to])];
      for (const party of parties) await executor.account(party);
      await executor.execute(context, transaction);
      const touched = new Map(executor.touched);
      for (const party of parties) {
        if (!touched.has(party.toLowerCase())) touched.set(party.toLowerCase(), { slots: new Set(), code: false });
      }
      await retrace(common, new Overlay(executor.overlay, anew ? read : undefined), before, executor, touched);
    } catch (error) {
      if (error instanceof TransactionError) break;
      throw error;
    }
  }
  return encodeWitness(read);
}

/** Whether a transaction does more than move value. */
async function runsCode(executor: Executor, { to, type, signed }: SignedTransaction): Promise<boolean> {
  if (to === undefined || type === 4 || signed.data.length > 0) return true;
  if (isPrecompile(BigInt(to))) return true;
  return ((await executor.account(to))?.codeHash ?? NO_CODE) !== NO_CODE;
}

/**
 * Reads what a transaction read of the state before it, and repeats its changes in L1's order, on which it depends
 * which nodes a deletion needs: slots are set before others are deleted, and accounts are written before others are
 * deleted.
 * @param executor Its state is the one after the transaction.
 */
async function retrace(
  common: Common,
  overlay: Overlay,
  root: Hex,
  executor: Executor,
  touched: ReadonlyMap<string, Touch>,
): Promise<void> {
  const unrecorded = new Overlay(executor.overlay);
  const accounts = await openTrie(common, overlay, root);
  const accountsAfter = await openTrie(common, unrecorded, executor.stateRoot);
  const changes: Change[] = [];
  for (const [address, { slots, code }] of touched) {
    const key = fromHex(address);
    const [leaf, leafAfter] = [await accounts.get(key), await accountsAfter.get(key)];
    changes.push({ key, value: leafAfter });
    const { storage, code: codeOf } = leaf === null ? NOTHING : accountReferences(leaf);
    if (code && codeOf !== undefined) await overlay.node(codeOf);
    const storageAfter = leafAfter === null ? undefined : accountReferences(leafAfter).storage;
    const values = await openTrie(common, overlay, rootOf(storage));
    const valuesAfter = await openTrie(common, unrecorded, rootOf(storageAfter));
    const slotChanges: Change[] = [];
    for (const slot of slots) {
      await values.get(fromHex(slot));
      slotChanges.push({ key: fromHex(slot), value: await valuesAfter.get(fromHex(slot)) });
    }
    if (leafAfter === null) continue;
    await write(values, slotChanges);
    expectRoot(`storage of ${address}`, values, rootOf(storageAfter));
  }
  await write(accounts, changes);
  expectRoot("state", accounts, executor.stateRoot);
}

interface Change {
  readonly key: Uint8Array;
  /** Nothing for a deletion. */
  readonly value: Uint8Array | null;
}

const NOTHING = { storage: undefined, code: undefined };

const rootOf = (storage: string | undefined): Hex => (storage === undefined ? EMPTY_ROOT : `0x${storage}`);

async function write(trie: MerklePatriciaTrie, changes: readonly Change[]): Promise<void> {
  for (const { key, value } of changes) if (value !== null) await trie.put(key, value);
  for (const { key, value } of changes) if (value === null) await trie.del(key);
}

/** @throws Error if something changed that was not touched: the witness would be incomplete. */
function expectRoot(what: string, trie: MerklePatriciaTrie, root: Hex): void {
  const found = toHex(trie.root());
  if (found !== root) throw new Error(`The changes of the ${what} lead to root ${found}, expected ${root}.`);
}

function encodeWitness(read: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const items = Array.from(read, ([key, item]) => (key.length === HASH_DIGITS ? item : RLP.encode(item)));
  return new Uint8Array(Buffer.concat(items));
}
