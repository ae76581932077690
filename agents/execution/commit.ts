import type { MerklePatriciaTrie } from "@ethereumjs/mpt";
import { RLP } from "@ethereumjs/rlp";
import { createAccount, createAccountFromRLP } from "@ethereumjs/util";
import { ZeroHash, stripZerosLeft } from "ethers";

import { chainCommon } from "../../l2/evm/fork.ts";
import { type Hex, fromHex, toHex } from "../../l2/base/hex.ts";
import { Overlay, openTrie } from "../../l2/state/state.ts";
import { EMPTY_ROOT } from "../../l2/state/trie.ts";
import type { PreimageSource } from "./preimages.ts";
import type { AccountChange, Machine } from "./machine.ts";

/** Tries depend on no constant of a chain. */
const COMMON = chainCommon({ chainId: 1n });

/**
 * Repeats what L1 commits in one call, for the sake of the next: that one starts from a state that never was on the L2,
 * and needs nodes that only the calls before led to.
 */
export class CommitReplay {
  readonly #preimages: PreimageSource;
  readonly #overlay: Overlay;
  #root: Hex;
  #done = 0;

  /** @param root The state before the transaction. */
  constructor(root: Hex, preimages: PreimageSource) {
    this.#root = root;
    this.#preimages = preimages;
    this.#overlay = new Overlay({
      node: async (key) => {
        const node = await preimages(`0x${key}`);
        if (node === undefined) throw new Error(`state node ${key} is not known`);
        return node;
      },
    });
  }

  /** Whatever is known, with the nodes of the states that were followed. */
  readonly preimages: PreimageSource = async (hash) => {
    const known = await this.#preimages(hash);
    return known ?? (this.#done === 0 ? undefined : await this.#overlay.get(hash.slice(2)));
  };

  /** Comes to where a machine is. @throws Error where L1 came to another state. */
  async follow(machine: Machine): Promise<void> {
    if (machine.kind !== "commits" || machine.done === this.#done) return;
    const state = await openTrie(COMMON, this.#overlay, this.#root);
    let place = 0;
    for (const change of machine.changes.filter(({ deleted }) => !deleted)) {
      const operations = change.slots.length + 1;
      const from = Math.max(this.#done - place, 0);
      const to = Math.min(machine.done - place, operations);
      if (from < to) await this.#write(state, change, from, to);
      place += operations;
    }
    for (const { address } of machine.changes.filter(({ deleted }) => deleted)) {
      if (place >= this.#done && place < machine.done) await state.del(fromHex(address));
      place++;
    }
    this.#root = toHex(state.root());
    this.#done = machine.done;
    if (this.#root !== machine.stateRoot) throw new Error(`L1 commits to ${machine.stateRoot}; expected ${this.#root}`);
  }

  /** Writes an account with those of its slots that are in turn: first the ones that are set, then the ones that go. */
  async #write(state: MerklePatriciaTrie, change: AccountChange, from: number, to: number): Promise<void> {
    const address = fromHex(change.address);
    const before = await state.get(address);
    const root = before === null ? EMPTY_ROOT : toHex(createAccountFromRLP(before).storageRoot);
    const trie = await openTrie(COMMON, this.#overlay, root);
    const set = change.slots.filter(([, value]) => value !== ZeroHash);
    const gone = change.slots.filter(([, value]) => value === ZeroHash);
    for (const [key, value] of [...set, ...gone].slice(from, to)) {
      if (value === ZeroHash) await trie.del(fromHex(key));
      else await trie.put(fromHex(key), RLP.encode(fromHex(stripZerosLeft(value))));
    }
    const { nonce, balance, codeHash } = change;
    const account = createAccount({ nonce, balance, codeHash: fromHex(codeHash), storageRoot: trie.root() });
    await state.put(address, account.serialize());
  }
}
