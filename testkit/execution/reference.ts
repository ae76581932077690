import { createBlock } from "@ethereumjs/block";
import type { Common } from "@ethereumjs/common";
import { Hardfork, Mainnet, createCustomCommon } from "@ethereumjs/common";
import type { MerklePatriciaTrie } from "@ethereumjs/mpt";
import { createMPT } from "@ethereumjs/mpt";
import { MerkleStateManager } from "@ethereumjs/statemanager";
import { createTxFromRLP } from "@ethereumjs/tx";
import type { Account } from "@ethereumjs/util";
import {
  type BatchDBOp,
  type DB,
  bytesToHex,
  concatBytes,
  createAccount,
  createAddressFromString,
} from "@ethereumjs/util";
import { type VM, createVM, runTx } from "@ethereumjs/vm";
import { encodeRlp, getBytes, keccak256, stripZerosLeft } from "ethers";

import { type Hex, fromHex, toHex } from "../../l2/base/hex.ts";
import type { BlockContext } from "../../l2/protocol/l2-transaction.ts";

/** Constants of the chain, as the executor's constructor takes them. */
export interface ChainConstants {
  chainId: bigint;
  /** Wei per unit of gas, burned. */
  baseFee: bigint;
  gasLimit: bigint;
}

/** An account of the state that a test starts from. */
export interface Allocation {
  balance: bigint;
  nonce?: bigint;
  code?: Uint8Array;
  /** Slots and their values, 32 bytes each; none of them zero. */
  storage?: ReadonlyMap<string, string>;
}

/** A transaction with its block, as the executor takes it. */
export interface Input {
  context: BlockContext;
  /** Signed bytes in hex. */
  raw: string;
}

/** What the executor is expected to return for one transaction. */
export interface Expected {
  valid: boolean;
  gasUsed: bigint;
  stateRoot: Hex;
}

/** A node store that remembers which nodes of the layer below were read. */
export class RecordingStore implements DB<string, string | Uint8Array> {
  readonly read = new Map<string, Uint8Array>();
  readonly #own = new Map<string, Uint8Array>();
  readonly #below: ReadonlyMap<string, Uint8Array>;

  constructor(below: ReadonlyMap<string, Uint8Array>) {
    this.#below = below;
  }

  /** All nodes, of this layer and of the one below. */
  nodes(): Map<string, Uint8Array> {
    return new Map([...this.#below, ...this.#own]);
  }

  get(key: string): Promise<Uint8Array | undefined> {
    const own = this.#own.get(key);
    if (own !== undefined) return Promise.resolve(own);
    const below = this.#below.get(key);
    if (below !== undefined) this.read.set(key, below);
    return Promise.resolve(below);
  }

  put(key: string, value: string | Uint8Array): Promise<void> {
    if (typeof value === "string") throw new Error("expected bytes");
    this.#own.set(key, value);
    return Promise.resolve();
  }

  del(key: string): Promise<void> {
    this.#own.delete(key);
    return Promise.resolve();
  }

  async batch(operations: BatchDBOp<string, string | Uint8Array>[]): Promise<void> {
    for (const operation of operations) {
      if (operation.type === "put") await this.put(operation.key, operation.value);
      else await this.del(operation.key);
    }
  }

  shallowCopy(): DB<string, string | Uint8Array> {
    return this;
  }

  open(): Promise<void> {
    return Promise.resolve();
  }
}

/** A trie over a store whose values are the nodes themselves. */
export function trieOver(
  store: DB<string, string | Uint8Array>,
  options: { root?: Uint8Array; secure: boolean },
): Promise<MerklePatriciaTrie> {
  return createMPT({
    db: store,
    valueEncoding: "view",
    useKeyHashing: options.secure,
    ...(options.root === undefined ? {} : { root: options.root }),
  });
}

/** The chain's rules in the terms of EthereumJS: fork Osaka. */
export function commonOf(chain: ChainConstants): Common {
  return createCustomCommon({ chainId: Number(chain.chainId) }, Mainnet, { hardfork: Hardfork.Osaka });
}

/** A state that `@ethereumjs/vm` executes on: the truth that the executor is compared with. */
export class Reference {
  readonly chain: ChainConstants;
  #nodes: Map<string, Uint8Array>;
  #root: Uint8Array;

  private constructor(chain: ChainConstants, nodes: Map<string, Uint8Array>, root: Uint8Array) {
    this.chain = chain;
    this.#nodes = nodes;
    this.#root = root;
  }

  /** A state of the given accounts. Accounts with neither nonce nor balance nor code are written as well. */
  static async create(chain: ChainConstants, accounts: ReadonlyMap<string, Allocation>): Promise<Reference> {
    const store = new RecordingStore(new Map());
    const trie = await trieOver(store, { secure: true });
    for (const [address, { balance, nonce, code, storage }] of accounts) {
      const slots = await trieOver(store, { secure: true });
      for (const [slot, value] of storage ?? [])
        await slots.put(getBytes(slot), getBytes(encodeRlp(stripZerosLeft(value))));
      const account = createAccount({
        balance,
        nonce: nonce ?? 0n,
        storageRoot: slots.root(),
        ...(code === undefined || code.length === 0 ? {} : { codeHash: getBytes(keccak256(code)) }),
      });
      await trie.put(getBytes(address), account.serialize());
    }
    return new Reference(chain, store.nodes(), trie.root());
  }

  /** A state that was built elsewhere. */
  static of(chain: ChainConstants, state: { nodes: Map<string, Uint8Array>; root: Uint8Array }): Reference {
    return new Reference(chain, state.nodes, state.root);
  }

  /** Every node of the state. */
  nodes(): Uint8Array[] {
    return [...this.#nodes.values()];
  }

  get root(): Hex {
    return toHex(this.#root);
  }

  /** An account of the state; undefined where the state does not have it. */
  async account(address: string): Promise<Account | undefined> {
    const trie = await trieOver(new RecordingStore(this.#nodes), { secure: true, root: this.#root });
    return new MerkleStateManager({ trie }).getAccount(createAddressFromString(address));
  }

  /**
   * Executes transactions up to the first invalid one, and moves to the state behind the last valid one.
   *
   * @returns What the executor is expected to return, and a witness of all nodes that were read, in RLP.
   */
  async run(inputs: readonly Input[]): Promise<{ outcomes: Expected[]; nodes: Uint8Array[] }> {
    const store = new RecordingStore(this.#nodes);
    const trie = await trieOver(store, { secure: true, root: this.#root });
    const common = commonOf(this.chain);
    const stateManager = new MerkleStateManager({ trie, common });
    const vm = await createVM({ common, stateManager });
    const outcomes: Expected[] = [];
    for (const input of inputs) {
      const gasUsed = await this.#runOne(vm, common, input);
      if (gasUsed !== undefined) this.#root = await stateManager.getStateRoot();
      outcomes.push({ valid: gasUsed !== undefined, gasUsed: gasUsed ?? 0n, stateRoot: this.root });
      if (gasUsed === undefined) break;
    }
    const nodes = [...store.read.values()];
    this.#nodes = store.nodes();
    return { outcomes, nodes };
  }

  /** @returns The gas used; undefined where the transaction is invalid by the rules of `docs/protocol.md`. */
  async #runOne(vm: VM, common: Common, { context, raw }: Input): Promise<bigint | undefined> {
    try {
      const tx = createTxFromRLP(fromHex(raw), { common });
      if (tx.type === 3 || (tx.type === 0 && tx.v !== undefined && tx.v < 35n)) return undefined;
      // Reads both even where the transaction is refused: the executor may look at them first.
      if (tx.to !== undefined) await vm.stateManager.getAccount(tx.to);
      await vm.stateManager.getAccount(tx.getSenderAddress());
      const block = createBlock(
        {
          header: {
            number: context.number,
            timestamp: context.timestamp,
            coinbase: createAddressFromString(context.coinbase),
            mixHash: fromHex(context.randomness),
            baseFeePerGas: this.chain.baseFee,
            gasLimit: this.chain.gasLimit,
          },
        },
        { common, skipConsensusFormatValidation: true },
      );
      const result = await runTx(vm, { tx, block });
      if (result.execResult.exceptionError !== undefined) {
        throw new Error(`a transfer failed: ${result.execResult.exceptionError.error}`);
      }
      return result.totalGasSpent;
    } catch (error) {
      if (error instanceof Error && error.message.startsWith("a transfer failed")) throw error;
      return undefined;
    }
  }
}

/** Trie nodes as the executor takes them. */
export function encodeWitness(nodes: readonly Uint8Array[]): string {
  return bytesToHex(concatBytes(...nodes));
}
