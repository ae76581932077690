import { getCreateAddress } from "ethers";

import { type Block, parseBlock, stringifyBlock } from "../protocol/block.ts";
import type { ChainConfig } from "../protocol/config.ts";
import { chainCommon } from "../evm/fork.ts";
import { ChainError } from "../protocol/errors.ts";
import type { Hex } from "../base/hex.ts";
import { keccakHex } from "../base/keccak.ts";
import type { Log } from "../execution/logs.ts";
import { type Executed, blockHash, genesisBlock } from "./seal.ts";
import { decodeSnapshot } from "./snapshot.ts";
import { StateStore } from "../state/state.ts";
import { type Change, type KeyValueStore, openStore } from "../base/store.ts";
import { effectiveTip } from "../protocol/transaction.ts";

/** A block to store, with what its transactions did. */
export interface Addition {
  readonly block: Block;
  readonly executed: readonly Executed[];
}

/** A transaction and its result, stored beside the block. */
export interface StoredOutcome {
  readonly from: string;
  /** Nothing where it created a contract. */
  readonly to: string | undefined;
  /** The contract that it created, or would have where it failed. */
  readonly created: string | undefined;
  readonly type: number;
  readonly success: boolean;
  readonly gasUsed: bigint;
  readonly logs: readonly Log[];
  /** What it paid the coinbase, in wei per gas. */
  readonly tip: bigint;
}

/** The place of a transaction, or why it lost it. */
export type TransactionPlace =
  { readonly block: number; readonly index: number } | { readonly block: number; readonly reason: string };

/** One change of the chain: other blocks replace those after `ancestor`. */
export interface Replacement {
  readonly ancestor: Block;
  readonly removed: readonly Block[];
  readonly added: readonly Addition[];
  readonly dropped: readonly { readonly hash: Hex; readonly block?: number; readonly reason: string }[];
  readonly states: readonly Change[];
}

/** Version of the records' layout; directories of other versions are refused. */
const VERSION = 2;

const HEAD = "head";
const META = "meta";
const blockKey = (number: number): string => `b${number.toString(16).padStart(14, "0")}`;
const outcomesKey = (number: number): string => `o${number.toString(16).padStart(14, "0")}`;
const numberKey = (hash: Hex): string => `h${hash.slice(2)}`;
const placeKey = (hash: Hex): string => `t${hash.slice(2)}`;

const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const decode = (value: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(value));

/** The chain's records: blocks, the results of transactions, states. Every change is one atomic write. */
export class ChainStore {
  readonly states: StateStore;
  readonly base: Block;
  /** The last block when the store was opened. */
  readonly head: Block;
  readonly #config: ChainConfig;
  readonly #store: KeyValueStore;

  private constructor(config: ChainConfig, store: KeyValueStore, base: Block, head: Block) {
    this.#config = config;
    this.#store = store;
    this.states = new StateStore(store);
    this.base = base;
    this.head = head;
  }

  static async open(
    config: ChainConfig,
    directory?: string,
    snapshot?: { readonly data: Uint8Array; readonly stateRoot: Hex },
  ): Promise<ChainStore> {
    const store = await openStore(directory);
    try {
      const meta = await store.get(META);
      if (meta === undefined) await initialise(store, config, snapshot);
      else checkMeta(config, decode(meta));
      const { base } = decode((await store.get(META)) ?? new Uint8Array()) as Meta;
      const head = Number(decode((await store.get(HEAD)) ?? new Uint8Array()));
      return new ChainStore(config, store, await readBlock(store, base), await readBlock(store, head));
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  async block(id: number | Hex): Promise<Block | undefined> {
    if (typeof id === "number") {
      const block = await this.#store.get(blockKey(id));
      return block === undefined ? undefined : parseBlock(new TextDecoder().decode(block));
    }
    const number = await this.#store.get(numberKey(id));
    return number === undefined ? undefined : await this.block(decode(number) as number);
  }

  async outcomes(number: number): Promise<StoredOutcome[]> {
    const stored = await this.#store.get(outcomesKey(number));
    if (stored === undefined) return [];
    const rows = decode(stored) as OutcomeRecord[];
    return rows.map(({ gasUsed, tip, to, created, ...same }) => {
      return { ...same, to, created, gasUsed: BigInt(gasUsed), tip: BigInt(tip) };
    });
  }

  async place(hash: Hex): Promise<TransactionPlace | undefined> {
    const place = await this.#store.get(placeKey(hash));
    return place === undefined ? undefined : (decode(place) as TransactionPlace);
  }

  async replace({ ancestor, removed, added, dropped, states }: Replacement): Promise<void> {
    const changes: Change[] = [...states];
    for (const block of removed) {
      changes.push({ key: blockKey(block.number) }, { key: outcomesKey(block.number) }, { key: numberKey(block.hash) });
    }
    for (const { hash, block, reason } of dropped) {
      changes.push({ key: placeKey(hash), value: encode({ block, reason }) });
    }
    for (const { block, executed } of added) changes.push(...recordsOf(this.#config, block, executed));
    const head = added.at(-1)?.block ?? ancestor;
    changes.push({ key: HEAD, value: encode(head.number) });
    await this.#store.write(changes);
  }
}

/** A stored outcome as JSON has it. */
interface OutcomeRecord extends Omit<StoredOutcome, "gasUsed" | "tip"> {
  readonly gasUsed: string;
  readonly tip: string;
}

interface Meta {
  readonly version: number;
  readonly config: Hex;
  readonly base: number;
}

async function initialise(
  store: KeyValueStore,
  config: ChainConfig,
  snapshot?: { readonly data: Uint8Array; readonly stateRoot: Hex },
): Promise<void> {
  const common = chainCommon(config);
  let base: Block;
  const changes: Change[] = [];
  if (snapshot === undefined) {
    base = genesisBlock(config, common, await new StateStore(store).genesis(config));
  } else {
    const restored = await decodeSnapshot(snapshot.data, snapshot.stateRoot);
    base = restored.block;
    if (blockHash(config, common, base) !== base.hash) {
      throw new ChainError("BAD_SNAPSHOT", `The snapshot's block ${base.number} does not have the hash ${base.hash}.`);
    }
    changes.push(...restored.changes);
  }
  changes.push(...recordsOf(config, base, []));
  changes.push({ key: HEAD, value: encode(base.number) });
  changes.push({ key: META, value: encode({ version: VERSION, config: fingerprint(config), base: base.number }) });
  await store.write(changes);
}

function checkMeta(config: ChainConfig, found: unknown): void {
  const { version, config: stored } = found as Meta;
  if (version !== VERSION) {
    throw new ChainError("WRONG_CHAIN", `The directory has layout ${version}, expected ${VERSION}.`);
  }
  if (stored !== fingerprint(config)) {
    throw new ChainError("WRONG_CHAIN", "The directory holds a chain of other constants or another genesis.");
  }
}

function fingerprint(config: ChainConfig): Hex {
  const { chainId, baseFee, gasLimit, genesisTimestamp, alloc } = config;
  const accounts = Object.entries(alloc).map(([address, balance]) => `${address.toLowerCase()} ${balance}`);
  const constants = [chainId, baseFee, gasLimit, genesisTimestamp].map(String);
  return keccakHex(encode([...constants, ...accounts.sort()]));
}

function recordsOf(config: ChainConfig, block: Block, executed: readonly Executed[]): Change[] {
  const outcomes = executed.map(({ transaction, outcome: { success, gasUsed, logs } }): OutcomeRecord => {
    const { from, to, nonce, type } = transaction;
    const created = to === undefined ? getCreateAddress({ from, nonce }) : undefined;
    const tip = effectiveTip(config, transaction).toString();
    return { from, to, created, type, success, gasUsed: gasUsed.toString(), tip, logs };
  });
  return [
    { key: blockKey(block.number), value: new TextEncoder().encode(stringifyBlock(block)) },
    { key: outcomesKey(block.number), value: encode(outcomes) },
    { key: numberKey(block.hash), value: encode(block.number) },
    ...block.transactionHashes.map((hash, index) => ({
      key: placeKey(hash),
      value: encode({ block: block.number, index }),
    })),
  ];
}

async function readBlock(store: KeyValueStore, number: number): Promise<Block> {
  const block = await store.get(blockKey(number));
  if (block === undefined) throw new ChainError("UNKNOWN_BLOCK", `The store has lost block ${number}.`);
  return parseBlock(new TextDecoder().decode(block));
}
