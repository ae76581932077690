import { type Block, createBlock } from "@ethereumjs/block";
import type { Common } from "@ethereumjs/common";
import { createAddressFromString } from "@ethereumjs/util";
import { type VM, createVM, runTx } from "@ethereumjs/vm";

import type { BlockContext } from "../protocol/l2-transaction.ts";
import { Burden, bearableSteps } from "../evm/burden.ts";
import type { ChainConfig } from "../protocol/config.ts";
import { chainCommon, isDelegation } from "../evm/fork.ts";
import { ChainError, TransactionError } from "../protocol/errors.ts";
import { createChainEvm } from "../evm/evm.ts";
import { type Hex, fromHex, toHex } from "../base/hex.ts";
import { type Log, fromVmLog } from "./logs.ts";
import { type Call, type CallResult, simulate } from "./simulation.ts";
import { type AccountState, type Overlay, openTrie } from "../state/state.ts";
import type { Change } from "../base/store.ts";
import { type Touch, TouchedState } from "./touched.ts";
import { type SignedTransaction, decodeTransaction, upfrontCost } from "../protocol/transaction.ts";
import { EMPTY_ROOT, NO_CODE } from "../state/trie.ts";

/** What a transaction did. */
export interface Outcome {
  readonly gasUsed: bigint;
  readonly success: boolean;
  readonly logs: readonly Log[];
  /** The state root afterwards. */
  readonly stateRoot: Hex;
}

/** Executes transactions one by one, starting from a state, by Ethereum's rules (docs/protocol.md, section 1). */
export class Executor {
  readonly config: ChainConfig;
  /** What the execution read and added. */
  readonly overlay: Overlay;
  readonly #common: Common;
  readonly #state: TouchedState;
  readonly #vm: VM;
  readonly #burden: Burden | undefined;
  readonly #roots: Hex[] = [];
  #root: Hex;

  private constructor(
    config: ChainConfig,
    overlay: Overlay,
    root: Hex,
    { vm, state, burden }: { vm: VM; state: TouchedState; burden: Burden | undefined },
  ) {
    this.config = config;
    this.overlay = overlay;
    this.#common = vm.common;
    this.#vm = vm;
    this.#state = state;
    this.#burden = burden;
    this.#root = root;
  }

  /**
   * Starts at a state whose nodes the overlay's source has.
   *
   * @param options.defensible Whether to refuse transactions that a sequencer could not defend on L1 in time. L1 itself
   * executes them.
   */
  static async at(
    config: ChainConfig,
    overlay: Overlay,
    root: Hex,
    { defensible = false }: { defensible?: boolean } = {},
  ): Promise<Executor> {
    const common = chainCommon(config);
    const burden = defensible ? new Burden() : undefined;
    const stateManager = new TouchedState(common, await openTrie(common, overlay, root), burden);
    const evm = await createChainEvm(common, stateManager, burden);
    stateManager.watch(evm);
    const vm = await createVM({ common, stateManager, evm });
    if (burden !== undefined) {
      // An error thrown here undoes the transaction.
      vm.events.on("afterTx", ({ totalGasSpent }) => {
        const reason = excess(burden, totalGasSpent);
        if (reason !== undefined) throw new TransactionError("TOO_HEAVY", reason);
      });
    }
    return new Executor(config, overlay, root, { vm, state: stateManager, burden });
  }

  /** Root of the current state. */
  get stateRoot(): Hex {
    return this.#root;
  }

  /** What the last transaction or call touched, by address. */
  get touched(): ReadonlyMap<string, Touch> {
    return this.#state.touched;
  }

  /** The nodes and code that the states after each transaction added. */
  changes(): Change[] {
    return this.overlay.changes(this.#roots);
  }

  /** @throws TransactionError where the bytes are no transaction that this chain executes. */
  decode(raw: Uint8Array): SignedTransaction {
    return decodeTransaction(this.config, this.#common, raw);
  }

  /** An account of the current state. */
  async account(address: string): Promise<AccountState | undefined> {
    const account = await this.#state.getAccount(createAddressFromString(address));
    if (account === undefined) return undefined;
    const { nonce, balance, codeHash, storageRoot } = account;
    return { nonce, balance, codeHash: toHex(codeHash), storageRoot: toHex(storageRoot) };
  }

  /** The account of a sender, who may have code only to run that of another account. */
  async #sender(address: string): Promise<AccountState | undefined> {
    const account = await this.account(address);
    if (account === undefined || account.codeHash === NO_CODE) return account;
    const code = await this.#state.getCode(createAddressFromString(address));
    return { ...account, delegates: isDelegation(toHex(code)) };
  }

  /** @throws TransactionError where it cannot be executed; the state is left as it was. */
  async execute(context: BlockContext, transaction: SignedTransaction): Promise<Outcome> {
    this.#state.touched.clear();
    this.#burden?.begin();
    checkState(transaction, await this.#sender(transaction.from));
    const block = this.#block(context);
    let result: Awaited<ReturnType<typeof runTx>>;
    try {
      result = await runTx(this.#vm, { tx: transaction.signed, block, skipHardForkValidation: true });
    } catch (error) {
      if (error instanceof ChainError || error instanceof TransactionError) throw error;
      throw new TransactionError("MALFORMED", `The transaction cannot be executed (${(error as Error).message}).`);
    }
    this.#root = toHex(await this.#state.getStateRoot());
    this.#roots.push(this.#root);
    const { exceptionError, logs = [] } = result.execResult;
    const success = exceptionError === undefined;
    return { gasUsed: result.totalGasSpent, success, logs: logs.map(fromVmLog), stateRoot: this.#root };
  }

  /** Simulates a transaction as `eth_call` does; the state does not change. */
  async call(context: BlockContext, call: Call): Promise<CallResult> {
    this.#state.touched.clear();
    this.#burden?.begin();
    const result = await simulate(this.#vm, this.#block(context), call);
    const reason = this.#burden && excess(this.#burden, result.gasUsed);
    return reason === undefined ? result : { ...result, error: reason };
  }

  /** All other fields of the header are zero; a zero excess of blobs makes their base fee 1. */
  #block(context: BlockContext): Block {
    const { baseFee, gasLimit } = this.config;
    const header = {
      number: context.number,
      timestamp: context.timestamp,
      coinbase: createAddressFromString(context.coinbase),
      mixHash: fromHex(context.randomness),
      baseFeePerGas: baseFee,
      gasLimit,
    };
    return createBlock({ header }, { common: this.#common });
  }
}

/** Why a transaction is too heavy; nothing if it is not. */
function excess({ steps }: Burden, gasUsed: bigint): string | undefined {
  const limit = bearableSteps(gasUsed);
  if (steps <= limit) return undefined;
  return `What it touches would fill ${steps} calls of L1, expected at most ${limit} for ${gasUsed} gas.`;
}

const NOBODY: AccountState = { nonce: 0n, balance: 0n, codeHash: NO_CODE, storageRoot: EMPTY_ROOT };

/**
 * Checks what depends on the state.
 * @throws TransactionError
 */
export function checkState(
  transaction: SignedTransaction,
  sender: AccountState | undefined,
  { laterNonce = false } = {},
): void {
  const { from, nonce } = transaction;
  const { nonce: expected, balance, codeHash, delegates } = sender ?? NOBODY;
  if (codeHash !== NO_CODE && delegates !== true) {
    throw new TransactionError(
      "SENDER_HAS_CODE",
      `Sender ${from} has code, expected none, or a delegation (EIP-3607, EIP-7702).`,
    );
  }
  if (nonce < expected) {
    throw new TransactionError("NONCE_TOO_LOW", `The nonce is ${nonce}, expected ${expected} for ${from}.`);
  }
  if (nonce > expected && !laterNonce) {
    throw new TransactionError("NONCE_TOO_HIGH", `The nonce is ${nonce}, expected ${expected} for ${from}.`);
  }
  const cost = upfrontCost(transaction);
  if (balance < cost) {
    throw new TransactionError(
      "INSUFFICIENT_FUNDS",
      `Sender ${from} has ${balance} wei, expected at least ${cost} for value and gas.`,
    );
  }
}
