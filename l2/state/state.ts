import type { Common } from "@ethereumjs/common";
import { type MerklePatriciaTrie, createMPT } from "@ethereumjs/mpt";
import { RLP } from "@ethereumjs/rlp";
import { Caches, MerkleStateManager, getMerkleStateProof } from "@ethereumjs/statemanager";
import {
  type BatchDBOp,
  type DB,
  ValueEncoding,
  bigIntToBytes,
  bigIntToHex,
  createAccount,
  createAddressFromString,
  setLengthLeft,
} from "@ethereumjs/util";

import type { ChainConfig } from "../protocol/config.ts";
import { chainCommon } from "../evm/fork.ts";
import { ChainError } from "../protocol/errors.ts";
import { type Hex, fromHex, toHex } from "../base/hex.ts";
import { keccak256 } from "../base/keccak.ts";
import { isDelegation } from "../evm/fork.ts";
import { type Change, type KeyValueStore, openStore } from "../base/store.ts";
import { EMPTY_ROOT, accountReferences, buildTrie, children, codeKey } from "./trie.ts";

/** An account of the state. */
export interface AccountState {
  readonly nonce: bigint;
  /** In wei. */
  readonly balance: bigint;
  readonly codeHash: Hex;
  readonly storageRoot: Hex;
  /** Whether its code lets it run the code of another account (EIP-7702); absent where nobody looked. */
  readonly delegates?: boolean;
}

/** An account with its proof and those of some of its storage slots, as EIP-1186 has them. */
export type AccountProof = Awaited<ReturnType<typeof getMerkleStateProof>>;

/** One state. */
export interface StateReader {
  readonly root: Hex;
  /** The account, or nothing where there is none. */
  account(address: string): Promise<AccountState | undefined>;
  code(address: string): Promise<Hex>;
  /** The 32 bytes of a storage slot. */
  storage(address: string, slot: bigint): Promise<Hex>;
  /** Proof of the account and of the storage slots given. */
  proof(address: string, slots?: readonly bigint[]): Promise<AccountProof>;
}

/** A source of trie nodes and code. Keys are hashes in hexadecimal without 0x; those of code have a prefix. */
export interface NodeSource {
  /** @throws ChainError if the node is missing: a gap is never read as an empty state. */
  node(key: string): Promise<Uint8Array>;
}

/** Trie nodes and code of any number of states, by hash. Nothing is ever removed. */
export class StateStore implements NodeSource {
  readonly #store: KeyValueStore;

  constructor(store: KeyValueStore) {
    this.#store = store;
  }

  /** Opens a store of its own; in memory where no directory is given. */
  static async open(directory?: string): Promise<StateStore> {
    return new StateStore(await openStore(directory));
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  /** Writes the genesis state and gives its root. */
  async genesis(config: ChainConfig): Promise<Hex> {
    const changes: Change[] = [];
    const predeploys = new Map(
      Object.entries(config.predeploys ?? {}).map(([address, code]) => [address.toLowerCase(), fromHex(code)]),
    );
    const balances = new Map(
      Object.entries(config.alloc).map(([address, balance]) => [address.toLowerCase(), balance]),
    );
    const entries = [...new Set([...balances.keys(), ...predeploys.keys()])].map((address) => {
      const [balance, code] = [balances.get(address) ?? 0n, predeploys.get(address)];
      const codeHash = code && keccak256(code);
      const account = createAccount(codeHash ? { balance, nonce: 1n, codeHash } : { balance });
      if (code && codeHash) changes.push(stateChange(codeKey(toHex(codeHash).slice(2)), code));
      return [keccak256(fromHex(address)), account.serialize()] as const;
    });
    const root = buildTrie(entries, (hash, node) => changes.push(stateChange(toHex(hash).slice(2), node)));
    await this.#store.write(changes);
    return toHex(root);
  }

  /** Whether the root of this state is here. */
  async has(root: Hex): Promise<boolean> {
    return root === EMPTY_ROOT || (await this.#store.get(stateKey(root.slice(2)))) !== undefined;
  }

  /** The state with a root. @throws ChainError where it is not here. */
  async at(root: Hex): Promise<StateReader> {
    await this.expect(root);
    return readState(READING, this, root);
  }

  /** @throws ChainError where the state with this root is not here. */
  async expect(root: Hex): Promise<void> {
    if (!(await this.has(root))) throw new ChainError("UNKNOWN_STATE", `State ${root} is not in the store.`);
  }

  async node(key: string): Promise<Uint8Array> {
    const node = await this.#store.get(stateKey(key));
    if (node === undefined) throw new ChainError("UNKNOWN_STATE", `State node ${key} is not in the store.`);
    return node;
  }

  /** The preimage of a hash as a witness has it: a trie node as it is, code as an RLP string. */
  async witnessItem(hash: Hex): Promise<Uint8Array | undefined> {
    const key = hash.slice(2);
    const node = await this.#store.get(stateKey(key));
    if (node !== undefined) return node;
    const code = await this.#store.get(stateKey(codeKey(key)));
    return code === undefined ? undefined : RLP.encode(code);
  }

  /** Keeps what an execution added. */
  async keep(changes: readonly Change[]): Promise<void> {
    await this.#store.write(changes);
  }
}

/** Length of a trie node's key; that of code is longer. */
export const HASH_DIGITS = 64;

/** Reading a state does not depend on the chain's constants. */
const READING = chainCommon({ chainId: 1n });

const stateKey = (key: string): string => `s${key}`;

/** The change that puts a node into a store that holds states. */
export function stateChange(key: string, node: Uint8Array): Change {
  return { key: stateKey(key), value: node };
}

/** The database that the EVM works on: new nodes on top of a source, which it does not change. */
export class Overlay implements DB<string>, NodeSource {
  readonly #source: NodeSource;
  readonly #added = new Map<string, Uint8Array>();
  readonly #known = new Set<string>();
  readonly #read: Map<string, Uint8Array> | undefined;

  /** @param read Collects the nodes that were read from the source. */
  constructor(source: NodeSource, read?: Map<string, Uint8Array>) {
    this.#source = source;
    this.#read = read;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const added = this.#added.get(key);
    if (added !== undefined) return added;
    if (key === EMPTY_ROOT.slice(2)) return undefined;
    const node = await this.#source.node(key);
    this.#known.add(key);
    this.#read?.set(key, node);
    return node;
  }

  async node(key: string): Promise<Uint8Array> {
    return (await this.get(key)) ?? new Uint8Array([0x80]);
  }

  put(key: string, value: Uint8Array): Promise<void> {
    // The trie also writes nodes that it only read.
    if (!this.#known.has(key)) this.#added.set(key, value);
    return Promise.resolve();
  }

  /** Other states may have the same node, so none is removed. */
  del(): Promise<void> {
    return Promise.resolve();
  }

  async batch(operations: BatchDBOp<string>[]): Promise<void> {
    for (const operation of operations) {
      if (operation.type === "put") await this.put(operation.key, operation.value);
    }
  }

  shallowCopy(): this {
    return this;
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  /**
   * The nodes and code of the states with these roots that the source does not have. Nodes that existed only between
   * two writes of one transaction are left out.
   */
  changes(roots: readonly Hex[]): Change[] {
    const kept = new Map<string, Change>();
    const open = roots.map((root) => root.slice(2));
    for (let key = open.pop(); key !== undefined; key = open.pop()) {
      const node = this.#added.get(key);
      if (node === undefined || kept.has(key)) continue;
      kept.set(key, stateChange(key, node));
      // Code refers to nothing.
      if (key.length !== HASH_DIGITS) continue;
      const { hashes, values } = children(node);
      for (const hash of hashes) open.push(toHex(hash).slice(2));
      for (const { storage, code } of values.map(accountReferences)) {
        if (storage !== undefined) open.push(storage);
        if (code !== undefined) open.push(code);
      }
    }
    return [...kept.values()];
  }
}

/** A trie over a database, from a root on; its keys are hashed. */
export async function openTrie(common: Common, database: Overlay, root: Hex): Promise<MerklePatriciaTrie> {
  return createMPT({
    db: database,
    root: fromHex(root),
    common,
    useKeyHashing: true,
    valueEncoding: ValueEncoding.Bytes,
  });
}

function readState(common: Common, source: NodeSource, root: Hex): StateReader {
  const manager = async (): Promise<MerkleStateManager> => {
    const trie = await openTrie(common, new Overlay(source), root);
    return new MerkleStateManager({ common, trie, caches: new Caches() });
  };
  return {
    root,
    async account(address) {
      const state = await manager();
      const account = await state.getAccount(createAddressFromString(address));
      if (account === undefined) return undefined;
      const { nonce, balance, codeHash, storageRoot } = account;
      const delegates =
        account.isContract() && isDelegation(toHex(await state.getCode(createAddressFromString(address))));
      return { nonce, balance, codeHash: toHex(codeHash), storageRoot: toHex(storageRoot), delegates };
    },
    async code(address) {
      return toHex(await (await manager()).getCode(createAddressFromString(address)));
    },
    async storage(address, slot) {
      const value = await (await manager()).getStorage(createAddressFromString(address), slotKey(slot));
      return toHex(setLengthLeft(value, 32));
    },
    async proof(address, slots = []) {
      const keys = slots.map(slotKey);
      const { storageProof, ...account } = await getMerkleStateProof(
        await manager(),
        createAddressFromString(address),
        keys,
      );
      // Values are quantities, without zeros in front.
      const values = storageProof.map((slot) => ({ ...slot, value: bigIntToHex(BigInt(`${slot.value}0`) >> 4n) }));
      return { ...account, storageProof: values };
    },
  };
}

const slotKey = (slot: bigint): Uint8Array => setLengthLeft(bigIntToBytes(slot), 32);
