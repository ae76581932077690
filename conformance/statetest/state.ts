/** The state that a case starts from. */
import { RLP } from "@ethereumjs/rlp";
import { createAccount } from "@ethereumjs/util";
import { toBeArray } from "ethers";

import { asHex, fromHex, type Hex, toHex } from "../../l2/base/hex.ts";
import { codeItem } from "../../agents/execution/preimages.ts";
import { keccak256, keccakHex } from "../../l2/base/keccak.ts";
import { buildTrie, codeKey } from "../../l2/state/trie.ts";
import { type Allocation, quantity } from "./format.ts";

/** A whole state. */
export interface State {
  readonly root: Hex;
  /** All its trie nodes and codes, by their hashes, as a witness has them. */
  readonly items: ReadonlyMap<Hex, Uint8Array>;
  /** The same as a trie's database has them, by their keys in it. */
  readonly nodes: ReadonlyMap<string, Uint8Array>;
}

/** Builds the state of some accounts; also of empty ones, which a state before EIP-161 could have. */
export function buildState(pre: Readonly<Record<string, Allocation>>): State {
  const items = new Map<Hex, Uint8Array>();
  const nodes = new Map<string, Uint8Array>();
  const keep = (hash: Uint8Array, node: Uint8Array): void => {
    items.set(toHex(hash), node);
    nodes.set(toHex(hash).slice(2), node);
  };
  const accounts = Object.entries(pre).map(([address, { balance, nonce, code, storage }]) => {
    const slots = Object.entries(storage ?? {})
      .map(([slot, value]) => [quantity(slot), quantity(value)] as const)
      // A slot of value zero is one that is not there.
      .filter(([, value]) => value !== 0n)
      .map(([slot, value]) => [keccak256(toBeArray(slot, 32)), RLP.encode(toBeArray(value))] as const);
    const bytes = fromHex(code === undefined || code === "" ? "0x" : code);
    if (bytes.length > 0) {
      items.set(keccakHex(bytes), codeItem(bytes));
      nodes.set(codeKey(keccakHex(bytes).slice(2)), bytes);
    }
    const account = createAccount({
      balance: quantity(balance ?? 0),
      nonce: quantity(nonce ?? 0),
      storageRoot: buildTrie(slots, keep),
      codeHash: keccak256(bytes),
    });
    return [keccak256(fromHex(withPrefix(address))), account.serialize()] as const;
  });
  return { root: toHex(buildTrie(accounts, keep)), items, nodes };
}

const withPrefix = (address: string): Hex => asHex(address.startsWith("0x") ? address : `0x${address}`);
