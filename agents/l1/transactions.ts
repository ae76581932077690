import {
  formatEther,
  getAddress,
  keccak256,
  type AbstractSigner,
  type Provider,
  type TransactionReceipt,
  type TransactionRequest as EthersRequest,
} from "ethers";

import { SerialQueue } from "../../l2/base/serial.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Cursor } from "../runtime/cursor.ts";
import { AgentError, messageOf } from "../runtime/errors.ts";
import { decodeRevert, isRevert, L1Revert } from "./reverts.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Metrics } from "../runtime/metrics.ts";
import { L1_TRANSACTION_GAS } from "./defaults.ts";

export { DEFAULT_TRANSACTION_OPTIONS, L1_TRANSACTION_GAS } from "./defaults.ts";

/** Most bytes of calldata: clients do not relay transactions above 128 KiB, envelope included. */
export const L1_TRANSACTION_BYTES = 131_072 - 512;

/** A replacement has to offer at least 12.5 % more to pass every client's mempool. */
const FEE_BUMP_NUMERATOR = 1125n;
const FEE_BUMP_DENOMINATOR = 1000n;

/** A call to be made on L1. */
export interface L1Call {
  to: string;
  data: string;
  /** Wei; none if absent. */
  value?: bigint;
  /** What it is, for logs and metrics. */
  label: string;
}

/** How transactions are sent; times in milliseconds, fees in wei. */
export interface TransactionOptions {
  /** Blocks a transaction must have, its own included, before it counts as done. */
  confirmations: number;
  /** Time without inclusion after which the fee is raised. */
  resubmitAfter: number;
  pollInterval: number;
  /** Never offer more per gas than this. */
  maxFeePerGas: bigint;
}

/** The transaction that may be under way, as it is kept on disk before it is sent. */
export interface PendingTransaction {
  call: L1Call;
  nonce: number;
  gasLimit: bigint;
  maxFeePerGas: bigint;
  maxPriorityFeePerGas: bigint;
  /** Every hash under which it was sent. */
  hashes: string[];
  /** The last version, signed. */
  signed: string;
}

/** What the cursor of a transaction manager keeps. */
export interface TransactionState {
  pending?: PendingTransaction;
}

export interface TransactionDependencies {
  signer: AbstractSigner;
  provider: Provider;
  clock: Clock;
  log: Logger;
  metrics: Metrics;
  cursor: Cursor<TransactionState>;
}

/**
 * Sends transactions to L1 for one key: nonces, fees, resubmission and confirmation. It sends one at a time and saves
 * each before it is sent, so that a restarted process knows what it may have sent.
 *
 * Assumption: no other process sends with the same key.
 */
export class TransactionManager {
  readonly #options: TransactionOptions;
  readonly #signer: AbstractSigner;
  readonly #provider: Provider;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #metrics: Metrics;
  readonly #cursor: Cursor<TransactionState>;
  readonly #queue = new SerialQueue();
  #address: string | undefined;

  constructor(options: TransactionOptions, dependencies: TransactionDependencies) {
    this.#options = options;
    this.#signer = dependencies.signer;
    this.#provider = dependencies.provider;
    this.#clock = dependencies.clock;
    this.#log = dependencies.log;
    this.#metrics = dependencies.metrics;
    this.#cursor = dependencies.cursor;
  }

  /** The account that sends. */
  async address(): Promise<string> {
    return (this.#address ??= getAddress(await this.#signer.getAddress()));
  }

  /**
   * Simulates a call, sends it and waits until it is confirmed. If the very call is under way already, from before a
   * restart, it is waited for instead.
   *
   * @throws {L1Revert} When the call reverts, in simulation (nothing is sent then) or in its block.
   * @throws {AgentError} `L1_FUNDS` where the account cannot pay; `L1_GAS` above the gas that a transaction may use;
   * `L1_REPLACED` when another transaction took the nonce.
   */
  send(call: L1Call, signal?: AbortSignal): Promise<TransactionReceipt> {
    return this.#queue.run(async () => {
      const recovered = await this.#recover(signal);
      if (recovered !== undefined && sameCall(recovered.call, call))
        return this.#outcome(recovered.call, recovered.receipt);
      return this.#sendNow(call, signal);
    });
  }

  /** Gas that a call would use. Throws like {@link send}. */
  async estimate(call: L1Call): Promise<bigint> {
    try {
      return await this.#provider.estimateGas(await this.#request(call));
    } catch (error) {
      if (isOutOfFunds(error)) throw await this.#outOfFunds(call, error);
      if (isRevert(error)) throw new L1Revert(call.label, decodeRevert(error), error);
      throw error;
    }
  }

  async #outOfFunds({ label }: L1Call, error: unknown): Promise<AgentError> {
    const address = await this.address();
    const balance = formatEther(await this.#provider.getBalance(address));
    return new AgentError("L1_FUNDS", `${address} has ${balance} ETH, too little for ${label}: ${messageOf(error)}`, {
      cause: error,
    });
  }

  /** Waits for the transaction that an earlier process left, if there is one. Call it before deciding what to do. */
  recover(signal?: AbortSignal): Promise<void> {
    return this.#queue.run(async () => {
      await this.#recover(signal);
    });
  }

  async #recover(signal: AbortSignal | undefined): Promise<{ call: L1Call; receipt: TransactionReceipt } | undefined> {
    const pending = (await this.#cursor.load())?.pending;
    if (pending === undefined) return undefined;
    this.#log.info({ label: pending.call.label, nonce: pending.nonce }, "waiting for an earlier transaction");
    try {
      return { call: pending.call, receipt: await this.#confirm(pending, signal) };
    } catch (error) {
      if (error instanceof AgentError && error.code === "L1_REPLACED") return undefined;
      throw error;
    }
  }

  async #sendNow(call: L1Call, signal: AbortSignal | undefined): Promise<TransactionReceipt> {
    const estimate = await this.estimate(call);
    if (estimate > L1_TRANSACTION_GAS) {
      throw new AgentError(
        "L1_GAS",
        `${call.label} needs ${estimate} gas; a transaction may use ${L1_TRANSACTION_GAS}`,
      );
    }
    const margin = estimate + estimate / 5n;
    const address = await this.address();
    const pending: PendingTransaction = {
      call,
      nonce: await this.#provider.getTransactionCount(address, "pending"),
      gasLimit: margin > L1_TRANSACTION_GAS ? L1_TRANSACTION_GAS : margin,
      ...(await this.#fees()),
      hashes: [],
      signed: "",
    };
    await this.#sign(pending);
    await this.#broadcast(pending);
    return this.#outcome(call, await this.#confirm(pending, signal));
  }

  #outcome(call: L1Call, receipt: TransactionReceipt): TransactionReceipt {
    const outcome = receipt.status === 1 ? "confirmed" : "reverted";
    this.#metrics.transactions.inc({ label: call.label, outcome });
    this.#metrics.gasUsed.inc({ label: call.label }, Number(receipt.gasUsed));
    this.#log.info({ label: call.label, hash: receipt.hash, gas: receipt.gasUsed.toString(), outcome }, "transaction");
    if (receipt.status !== 1) throw new L1Revert(call.label, undefined, new Error(`transaction ${receipt.hash}`));
    return receipt;
  }

  /** Waits until one of the versions is deep enough, and raises the fee while none is included. */
  async #confirm(pending: PendingTransaction, signal: AbortSignal | undefined): Promise<TransactionReceipt> {
    let sentAt = this.#clock.now();
    let missing = 0;
    for (;;) {
      const receipt = await this.#receipt(pending);
      if (receipt !== null) {
        missing = 0;
        const depth = (await this.#provider.getBlockNumber()) - receipt.blockNumber + 1;
        if (depth >= this.#options.confirmations) {
          await this.#cursor.save({});
          return receipt;
        }
      } else if ((await this.#provider.getTransactionCount(await this.address(), "latest")) > pending.nonce) {
        // A receipt can lag behind the count on a node behind a load balancer: look twice before giving up.
        if (++missing > 2) {
          await this.#cursor.save({});
          this.#metrics.transactions.inc({ label: pending.call.label, outcome: "replaced" });
          throw new AgentError(
            "L1_REPLACED",
            `nonce ${pending.nonce} of ${pending.call.label} was used by another transaction`,
          );
        }
      } else if (this.#clock.now() - sentAt >= this.#options.resubmitAfter || missing > 0) {
        missing = 0;
        await this.#raise(pending);
        await this.#broadcast(pending);
        sentAt = this.#clock.now();
      }
      signal?.throwIfAborted();
      await this.#clock.sleep(this.#options.pollInterval, signal);
      signal?.throwIfAborted();
    }
  }

  async #receipt({ hashes }: PendingTransaction): Promise<TransactionReceipt | null> {
    for (const hash of hashes) {
      const receipt = await this.#provider.getTransactionReceipt(hash);
      if (receipt !== null) return receipt;
    }
    return null;
  }

  async #fees(): Promise<{ maxFeePerGas: bigint; maxPriorityFeePerGas: bigint }> {
    const { maxFeePerGas, maxPriorityFeePerGas } = await this.#provider.getFeeData();
    if (maxFeePerGas === null || maxPriorityFeePerGas === null) {
      throw new AgentError("CONFIG", "the L1 endpoint gives no EIP-1559 fees; expected a chain with a base fee");
    }
    return this.#capped(maxFeePerGas, maxPriorityFeePerGas);
  }

  #capped(fee: bigint, tip: bigint): { maxFeePerGas: bigint; maxPriorityFeePerGas: bigint } {
    const maxFeePerGas = fee > this.#options.maxFeePerGas ? this.#options.maxFeePerGas : fee;
    return { maxFeePerGas, maxPriorityFeePerGas: tip > maxFeePerGas ? maxFeePerGas : tip };
  }

  async #raise(pending: PendingTransaction): Promise<void> {
    const market = await this.#fees();
    const raised = this.#capped(
      larger(bump(pending.maxFeePerGas), market.maxFeePerGas),
      larger(bump(pending.maxPriorityFeePerGas), market.maxPriorityFeePerGas),
    );
    if (raised.maxFeePerGas < bump(pending.maxFeePerGas)) {
      this.#log.warn(
        { label: pending.call.label, maxFeePerGas: pending.maxFeePerGas.toString() },
        "fee ceiling reached",
      );
      return;
    }
    Object.assign(pending, raised);
    this.#metrics.resubmissions.inc();
    this.#log.warn({ label: pending.call.label, maxFeePerGas: raised.maxFeePerGas.toString() }, "raising the fee");
    await this.#sign(pending);
  }

  async #sign(pending: PendingTransaction): Promise<void> {
    const { chainId } = await this.#provider.getNetwork();
    pending.signed = await this.#signer.signTransaction({
      type: 2,
      chainId,
      to: pending.call.to,
      data: pending.call.data,
      value: pending.call.value ?? 0n,
      nonce: pending.nonce,
      gasLimit: pending.gasLimit,
      maxFeePerGas: pending.maxFeePerGas,
      maxPriorityFeePerGas: pending.maxPriorityFeePerGas,
    });
    pending.hashes.push(keccak256(pending.signed));
    await this.#cursor.save({ pending });
  }

  async #broadcast(pending: PendingTransaction): Promise<void> {
    try {
      await this.#provider.broadcastTransaction(pending.signed);
    } catch (error) {
      if (
        (await this.#receipt(pending)) !== null ||
        /already known|already imported|known transaction/i.test(text(error))
      )
        return;
      if (/underpriced|nonce (is )?too low|nonce has already been used|NONCE_EXPIRED/i.test(text(error))) {
        this.#log.warn({ label: pending.call.label, reason: messageOf(error) }, "not accepted; looking again");
        return;
      }
      if (!isOutOfFunds(error)) throw error;
      await this.#cursor.save({});
      throw await this.#outOfFunds(pending.call, error);
    }
  }

  async #request(call: L1Call): Promise<EthersRequest> {
    return { from: await this.address(), to: call.to, data: call.data, value: call.value ?? 0n };
  }
}

/** Whatever sends calls to L1. */
export type Sender = Pick<TransactionManager, "send" | "estimate">;

function sameCall(first: L1Call, second: L1Call): boolean {
  return first.to === second.to && first.data === second.data && (first.value ?? 0n) === (second.value ?? 0n);
}

function bump(fee: bigint): bigint {
  return (fee * FEE_BUMP_NUMERATOR) / FEE_BUMP_DENOMINATOR + 1n;
}

function larger(first: bigint, second: bigint): bigint {
  return first > second ? first : second;
}

function isOutOfFunds(error: unknown): boolean {
  return /insufficient.funds|have enough funds/i.test(text(error));
}

function text(error: unknown): string {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return `${String(code)} ${String(message)}`;
}
