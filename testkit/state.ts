import { createBlock } from "@ethereumjs/block";
import { type Common, Hardfork, Mainnet, createCustomCommon } from "@ethereumjs/common";
import { type MerklePatriciaTrie, createMPT, createMerkleProof } from "@ethereumjs/mpt";
import { MerkleStateManager } from "@ethereumjs/statemanager";
import { createTxFromRLP } from "@ethereumjs/tx";
import { createAccount, createAddressFromString } from "@ethereumjs/util";
import { type VM, createVM, runTx } from "@ethereumjs/vm";

import type { L2Transaction } from "../l2/protocol/l2-transaction.ts";
import type { ChainConfig } from "../l2/protocol/config.ts";
import { type Hex, fromHex, toHex } from "../l2/base/hex.ts";
import { keccakHex } from "../l2/base/keccak.ts";

/** What executing a transaction led to; an invalid one leaves the state as it was. */
export interface TestOutcome {
  readonly valid: boolean;
  /** False where it is valid, and fails. */
  readonly success: boolean;
  readonly gasUsed: bigint;
  readonly stateRoot: Hex;
}

/**
 * The state of an L2 by `@ethereumjs/vm` alone, so that what L1 computes is compared with an implementation that is not
 * this project's. It keeps every state it has been in.
 */
export class TestState {
  readonly config: ChainConfig;
  readonly genesis: Hex;
  readonly #vm: VM;
  readonly #trie: MerklePatriciaTrie;
  readonly #common: Common;

  private constructor(config: ChainConfig, genesis: Hex, vm: VM, trie: MerklePatriciaTrie, common: Common) {
    this.config = config;
    this.genesis = genesis;
    this.#vm = vm;
    this.#trie = trie;
    this.#common = common;
  }

  static async open(config: ChainConfig): Promise<TestState> {
    const common = createCustomCommon({ chainId: Number(config.chainId) }, Mainnet, { hardfork: Hardfork.Osaka });
    const trie = await createMPT({ useKeyHashing: true, common });
    const states = new MerkleStateManager({ trie, common });
    for (const [address, balance] of Object.entries(config.alloc)) {
      await states.putAccount(createAddressFromString(address.toLowerCase()), createAccount({ balance }));
    }
    const genesis = toHex(await states.getStateRoot());
    return new TestState(config, genesis, await createVM({ common, stateManager: states }), trie, common);
  }

  /** Executes one transaction on a state. */
  async execute(stateRoot: Hex, { context, raw }: L2Transaction): Promise<TestOutcome> {
    const states = this.#vm.stateManager;
    await states.setStateRoot(fromHex(stateRoot));
    const header = {
      number: context.number,
      timestamp: context.timestamp,
      coinbase: createAddressFromString(context.coinbase.toLowerCase()),
      mixHash: fromHex(context.randomness),
      gasLimit: this.config.gasLimit,
      baseFeePerGas: this.config.baseFee,
    };
    try {
      const tx = createTxFromRLP(raw, { common: this.#common });
      const block = createBlock({ header }, { common: this.#common, skipConsensusFormatValidation: true });
      const { totalGasSpent, execResult } = await runTx(this.#vm, { tx, block });
      const success = execResult.exceptionError === undefined;
      return { valid: true, success, gasUsed: totalGasSpent, stateRoot: toHex(await states.getStateRoot()) };
    } catch {
      return { valid: false, success: false, gasUsed: 0n, stateRoot };
    }
  }

  /** Nonce and balance of an account in a state. */
  async account(stateRoot: Hex, address: string): Promise<{ nonce: bigint; balance: bigint }> {
    await this.#vm.stateManager.setStateRoot(fromHex(stateRoot));
    const account = await this.#vm.stateManager.getAccount(createAddressFromString(address.toLowerCase()));
    return { nonce: account?.nonce ?? 0n, balance: account?.balance ?? 0n };
  }

  /** What a call returns in a state. */
  async call(stateRoot: Hex, to: string, data: Hex): Promise<Hex> {
    await this.#vm.stateManager.setStateRoot(fromHex(stateRoot));
    const { execResult } = await this.#vm.evm.runCall({
      to: createAddressFromString(to.toLowerCase()),
      data: fromHex(data),
    });
    return toHex(execResult.returnValue);
  }

  /** Trie nodes of a state that lead to what transactions touch, one behind the other. */
  async witness(stateRoot: Hex, transactions: readonly L2Transaction[]): Promise<Uint8Array> {
    const touched = new Set(transactions.flatMap((transaction) => this.#touches(transaction)));
    this.#trie.root(fromHex(stateRoot));
    const nodes = new Map<Hex, Uint8Array>();
    for (const address of touched) {
      for (const node of await createMerkleProof(this.#trie, fromHex(address))) nodes.set(keccakHex(node), node);
    }
    return new Uint8Array(Buffer.concat([...nodes.values()]));
  }

  #touches({ context, raw }: L2Transaction): string[] {
    try {
      const tx = createTxFromRLP(raw, { common: this.#common });
      return [tx.getSenderAddress().toString(), tx.to?.toString() ?? "", context.coinbase.toLowerCase()].filter(
        Boolean,
      );
    } catch {
      return [];
    }
  }
}
