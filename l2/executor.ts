import { type Block, createBlock } from "@ethereumjs/block";
import type { Common } from "@ethereumjs/common";
import type { MerkleStateManager } from "@ethereumjs/statemanager";
import { KECCAK256_NULL_S, createAddressFromString } from "@ethereumjs/util";
import { type VM, createVM, runTx } from "@ethereumjs/vm";

import type { BlockContext } from "./batch/encoding.ts";
import { type ChainConfig, chainCommon } from "./config.ts";
import { ChainError, TransactionError } from "./errors.ts";
import { type Hex, fromHex, toHex } from "./hex.ts";
import { type AccountState, type Overlay, createStateManager } from "./state.ts";
import type { Change } from "./store.ts";
import { type Transfer, decodeTransfer, upfrontCost } from "./transaction.ts";

/** What a transaction did. */
export interface Outcome {
  readonly gasUsed: bigint;
  readonly success: boolean;
  /** The state root afterwards. */
  readonly stateRoot: Hex;
}

/** A call without a transaction. */
export interface Call {
  readonly from: string;
  readonly to: string;
  /** In wei. */
  readonly value: bigint;
  readonly data: Hex;
  readonly gas: bigint;
}

/** Executes transactions one after the other, from a state on, with Ethereum's rules (docs/protocol.md, section 1). */
export class Executor {
  readonly config: ChainConfig;
  /** What the execution read and added. */
  readonly overlay: Overlay;
  readonly #common: Common;
  readonly #state: MerkleStateManager;
  readonly #vm: VM;
  readonly #roots: Hex[] = [];
  #root: Hex;

  private constructor(config: ChainConfig, overlay: Overlay, root: Hex, vm: VM, state: MerkleStateManager) {
    this.config = config;
    this.overlay = overlay;
    this.#common = vm.common;
    this.#vm = vm;
    this.#state = state;
    this.#root = root;
  }

  /** An executor that starts at a state of which the overlay's source has the nodes. */
  static async at(config: ChainConfig, overlay: Overlay, root: Hex): Promise<Executor> {
    const common = chainCommon(config);
    const stateManager = await createStateManager(common, overlay, root);
    return new Executor(config, overlay, root, await createVM({ common, stateManager }), stateManager);
  }

  /** Root of the state where the execution stands. */
  get stateRoot(): Hex {
    return this.#root;
  }

  /** What the states after each transaction added to the one before, for a store that holds states. */
  changes(): Change[] {
    return this.overlay.changes(this.#roots);
  }

  /** @throws TransactionError where the bytes are no transaction that this chain executes. */
  decode(raw: Uint8Array): Transfer {
    return decodeTransfer(this.config, this.#common, raw);
  }

  /** An account of the state where the execution stands. */
  async account(address: string): Promise<AccountState | undefined> {
    const account = await this.#state.getAccount(createAddressFromString(address));
    if (account === undefined) return undefined;
    const { nonce, balance, codeHash, storageRoot } = account;
    return { nonce, balance, codeHash: toHex(codeHash), storageRoot: toHex(storageRoot) };
  }

  /** @throws TransactionError where it cannot be executed; the state is left as it was. */
  async execute(context: BlockContext, transfer: Transfer): Promise<Outcome> {
    checkState(transfer, await this.account(transfer.from), await this.account(transfer.to));
    const block = this.#block(context);
    let result: Awaited<ReturnType<typeof runTx>>;
    try {
      result = await runTx(this.#vm, { tx: transfer.signed, block, skipHardForkValidation: true });
    } catch (error) {
      if (error instanceof ChainError) throw error;
      throw new TransactionError("MALFORMED", `The transaction cannot be executed (${(error as Error).message}).`);
    }
    this.#root = toHex(await this.#state.getStateRoot());
    this.#roots.push(this.#root);
    const success = result.execResult.exceptionError === undefined;
    return { gasUsed: result.totalGasSpent, success, stateRoot: this.#root };
  }

  /**
   * Calls an account without a transaction, as `eth_call` does; the state is not kept.
   * @returns What it returned, and whether it was reverted.
   */
  async call(context: BlockContext, call: Call): Promise<{ data: Hex; reverted: boolean; reason: string }> {
    const { execResult } = await this.#vm.evm.runCall({
      block: this.#block(context),
      caller: createAddressFromString(call.from),
      origin: createAddressFromString(call.from),
      to: createAddressFromString(call.to),
      value: call.value,
      data: fromHex(call.data),
      gasLimit: call.gas,
      gasPrice: this.config.baseFee,
    });
    const reason = execResult.exceptionError?.error ?? "";
    return { data: toHex(execResult.returnValue), reverted: reason !== "", reason };
  }

  #block(context: BlockContext): Block {
    const { baseFee, gasLimit } = this.config;
    const header = {
      number: context.number,
      timestamp: context.timestamp,
      coinbase: createAddressFromString(context.coinbase),
      baseFeePerGas: baseFee,
      gasLimit,
    };
    return createBlock({ header }, { common: this.#common });
  }
}

/**
 * Checks what depends on the state.
 * @throws TransactionError
 */
export function checkState(
  transfer: Transfer,
  sender: AccountState | undefined,
  recipient: AccountState | undefined,
  { laterNonce = false } = {},
): void {
  const { from, to, nonce } = transfer;
  const { nonce: expected, balance, codeHash } = sender ?? { nonce: 0n, balance: 0n, codeHash: KECCAK256_NULL_S };
  if (codeHash !== KECCAK256_NULL_S) {
    throw new TransactionError("SENDER_HAS_CODE", `Sender ${from} has code, expected a plain account (EIP-3607).`);
  }
  if (recipient !== undefined && recipient.codeHash !== KECCAK256_NULL_S) {
    throw new TransactionError("CALL_TO_CODE", `Recipient ${to} has code, expected a plain account.`);
  }
  if (nonce < expected) {
    throw new TransactionError("NONCE_TOO_LOW", `The nonce is ${nonce}, expected ${expected} for ${from}.`);
  }
  if (nonce > expected && !laterNonce) {
    throw new TransactionError("NONCE_TOO_HIGH", `The nonce is ${nonce}, expected ${expected} for ${from}.`);
  }
  const cost = upfrontCost(transfer);
  if (balance < cost) {
    throw new TransactionError(
      "INSUFFICIENT_FUNDS",
      `Sender ${from} has ${balance} wei, expected at least ${cost} for value and gas.`,
    );
  }
}
