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
import { Slots } from "../runtime/slots.ts";
import { FeePolicy } from "./fees.ts";
import { type L1Call, type PendingTransaction, sameCall, type TransactionState } from "./pending.ts";
import { decodeRevert, isRevert, L1Revert } from "./reverts.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Metrics } from "../runtime/metrics.ts";
import { L1_TRANSACTION_GAS } from "./defaults.ts";

export { DEFAULT_TRANSACTION_OPTIONS, L1_TRANSACTION_GAS } from "./defaults.ts";
export type { L1Call, PendingTransaction, TransactionState } from "./pending.ts";

/** Most bytes of calldata: clients do not relay transactions above 128 KiB, envelope included. */
export const L1_TRANSACTION_BYTES = 131_072 - 512;

/** How transactions are sent; times in milliseconds, fees in wei. */
export interface TransactionOptions {
  /** Blocks a transaction must have, its own included, before it counts as done. */
  confirmations: number;
  /** Time without inclusion after which the fee is raised. */
  resubmitAfter: number;
  pollInterval: number;
  /** Never offer more per gas than this. */
  maxFeePerGas: bigint;
  /** Most transactions under way at a time; one where absent. Clients keep at least 16 of an account. */
  underWay?: number;
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
 * Sends transactions to L1 for one key: nonces, fees, resubmission and confirmation. It saves each before it is sent, so
 * that a restarted process knows what it may have sent. What nobody waits for any more, because of a restart or a
 * failure, is settled before anything else is sent.
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
  readonly #fees: FeePolicy;
  readonly #slots: Slots;
  /** Settles what was left, and gives nonces, one after the other. */
  readonly #queue = new SerialQueue();
  readonly #saves = new SerialQueue();
  /** All that may be under way; nothing before the cursor was read. */
  #pending: PendingTransaction[] | undefined;
  /** Those of them that somebody waits for. */
  readonly #watched = new Set<PendingTransaction>();
  #address: string | undefined;

  constructor(options: TransactionOptions, dependencies: TransactionDependencies) {
    this.#options = options;
    this.#signer = dependencies.signer;
    this.#provider = dependencies.provider;
    this.#clock = dependencies.clock;
    this.#log = dependencies.log;
    this.#metrics = dependencies.metrics;
    this.#cursor = dependencies.cursor;
    this.#fees = new FeePolicy(options.maxFeePerGas, dependencies.provider);
    this.#slots = new Slots(options.underWay ?? 1);
  }

  /** Calls that wait for their transaction, or for a place to be sent. */
  get load(): number {
    return this.#slots.taken;
  }

  /** The account that sends. */
  async address(): Promise<string> {
    return (this.#address ??= getAddress(await this.#signer.getAddress()));
  }

  /**
   * Simulates a call, unless it comes with its gas, sends it and waits until it is confirmed. If the very call is under
   * way already and nobody waits for it, it is waited for instead. Calls are sent in the order in which they come.
   *
   * @throws {L1Revert} When the call reverts, in simulation (nothing is sent then) or in its block.
   * @throws {AgentError} `L1_FUNDS` where the account cannot pay; `L1_GAS` above the gas that a transaction may use;
   * `L1_REPLACED` when another transaction took the nonce.
   */
  async send(call: L1Call, signal?: AbortSignal): Promise<TransactionReceipt> {
    const release = await this.#slots.take();
    try {
      const started = await this.#queue.run(async () => {
        signal?.throwIfAborted();
        return (await this.#settle(signal, call)) ?? (await this.#start(call));
      });
      if ("receipt" in started) return this.#outcome(call, started.receipt);
      return this.#outcome(call, await this.#watch(started.pending, signal));
    } finally {
      release();
    }
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

  /** Runs a call without sending it. Throws like {@link send}. @param gas Its gas limit. */
  async simulate(call: L1Call, gas: bigint): Promise<void> {
    try {
      await this.#provider.call({ ...(await this.#request(call)), gasLimit: gas });
    } catch (error) {
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

  /**
   * Waits for the transactions that an earlier process, or a failure, left under way. Call it before deciding what to do.
   */
  recover(signal?: AbortSignal): Promise<void> {
    return this.#queue.run(async () => {
      await this.#settle(signal);
    });
  }

  /** Whether the very call may be under way, from before a restart or a failure. */
  async knows(call: L1Call): Promise<boolean> {
    return (await this.#left()).some((pending) => sameCall(pending.call, call));
  }

  /** What may be under way, and nobody waits for. */
  async #left(): Promise<PendingTransaction[]> {
    this.#pending ??= (await this.#cursor.load())?.pending ?? [];
    return this.#pending.filter((pending) => !this.#watched.has(pending));
  }

  /**
   * Waits for all that was left.
   *
   * @returns The receipt of this call, where it is among them.
   */
  async #settle(signal: AbortSignal | undefined, call?: L1Call): Promise<{ receipt: TransactionReceipt } | undefined> {
    let found: { receipt: TransactionReceipt } | undefined;
    for (const pending of await this.#left()) {
      this.#log.info({ label: pending.call.label, nonce: pending.nonce }, "waiting for an earlier transaction");
      try {
        const receipt = await this.#watch(pending, signal);
        if (call !== undefined && sameCall(pending.call, call)) found = { receipt };
      } catch (error) {
        if (!(error instanceof AgentError) || error.code !== "L1_REPLACED") throw error;
      }
    }
    return found;
  }

  async #start(call: L1Call): Promise<{ pending: PendingTransaction }> {
    const gasLimit = call.gas ?? (await this.#estimateWithMargin(call));
    const pending: PendingTransaction = {
      call,
      nonce: await this.#nextNonce(),
      gasLimit,
      ...(await this.#fees.market()),
      hashes: [],
      signed: "",
    };
    this.#pending = [...(this.#pending ?? []), pending];
    // Before it is saved, so that nobody takes it for one that was left.
    this.#watched.add(pending);
    try {
      await this.#sign(pending);
      await this.#broadcast(pending);
    } catch (error) {
      this.#watched.delete(pending);
      // What was never signed was never sent.
      if (pending.hashes.length === 0) await this.#save(pending);
      throw error;
    }
    return { pending };
  }

  async #estimateWithMargin(call: L1Call): Promise<bigint> {
    const estimate = await this.estimate(call);
    if (estimate > L1_TRANSACTION_GAS) {
      throw new AgentError(
        "L1_GAS",
        `${call.label} needs ${estimate} gas; a transaction may use ${L1_TRANSACTION_GAS}`,
      );
    }
    const margin = estimate + estimate / 5n;
    return margin > L1_TRANSACTION_GAS ? L1_TRANSACTION_GAS : margin;
  }

  /** The first nonce that neither L1 nor its pool nor this process has: a gap would hold up all that lies above. */
  async #nextNonce(): Promise<number> {
    const taken = new Set(this.#pending?.map(({ nonce }) => nonce));
    let nonce = await this.#provider.getTransactionCount(await this.address(), "pending");
    while (taken.has(nonce)) nonce++;
    return nonce;
  }

  async #watch(pending: PendingTransaction, signal: AbortSignal | undefined): Promise<TransactionReceipt> {
    this.#watched.add(pending);
    try {
      return await this.#confirm(pending, signal);
    } finally {
      this.#watched.delete(pending);
    }
  }

  /** Saves all that may be under way, without one that no longer is. */
  async #save(gone?: PendingTransaction): Promise<void> {
    this.#pending = (this.#pending ?? []).filter((pending) => pending !== gone);
    await this.#saves.run(() => {
      const pending = this.#pending ?? [];
      return this.#cursor.save(pending.length === 0 ? {} : { pending });
    });
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
    let since = this.#clock.now();
    let lookedAfter = since;
    let missing = 0;
    for (;;) {
      const receipt = await this.#receipt(pending);
      const now = this.#clock.now();
      const count = receipt === null ? await this.#provider.getTransactionCount(await this.address(), "latest") : 0;
      if (receipt !== null) {
        missing = 0;
        const depth = (await this.#provider.getBlockNumber()) - receipt.blockNumber + 1;
        if (depth >= this.#options.confirmations) {
          await this.#save(pending);
          return receipt;
        }
      } else if (count > pending.nonce) {
        // A receipt can lag behind the count on a node behind a load balancer: look twice before giving up.
        if (++missing > 2) {
          await this.#save(pending);
          this.#metrics.transactions.inc({ label: pending.call.label, outcome: "replaced" });
          throw new AgentError(
            "L1_REPLACED",
            `nonce ${pending.nonce} of ${pending.call.label} was used by another transaction`,
          );
        }
      } else if (count < pending.nonce && missing === 0) {
        // It cannot be included before those in front of it: a higher fee would change nothing.
        since = now;
        if (now - lookedAfter >= this.#options.resubmitAfter) {
          lookedAfter = now;
          // Where nobody waits for one of these, nobody sends it again, and the pool may have lost it.
          for (const left of await this.#left()) if (left.nonce < pending.nonce) await this.#broadcast(left);
        }
      } else if (now - since >= this.#options.resubmitAfter || missing > 0) {
        missing = 0;
        await this.#raise(pending);
        await this.#broadcast(pending);
        since = this.#clock.now();
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

  /** Raises the fee, unless that would be above the ceiling. */
  async #raise(pending: PendingTransaction): Promise<void> {
    const raised = await this.#fees.raised(pending);
    const { label } = pending.call;
    if (raised === undefined) {
      this.#log.warn({ label, maxFeePerGas: pending.maxFeePerGas.toString() }, "fee ceiling reached");
      return;
    }
    Object.assign(pending, raised);
    this.#metrics.resubmissions.inc();
    this.#log.warn({ label, maxFeePerGas: raised.maxFeePerGas.toString() }, "raising the fee");
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
    await this.#save();
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
      // Nobody has it then, unless it was sent before; and nothing above it waits for its nonce.
      const last = (this.#pending ?? []).every(({ nonce }) => nonce <= pending.nonce);
      if (last && pending.hashes.length === 1) await this.#save(pending);
      throw await this.#outOfFunds(pending.call, error);
    }
  }

  async #request(call: L1Call): Promise<EthersRequest> {
    return { from: await this.address(), to: call.to, data: call.data, value: call.value ?? 0n };
  }
}

/** Whatever sends calls to L1. */
export type Sender = Pick<TransactionManager, "send" | "estimate" | "simulate">;

function isOutOfFunds(error: unknown): boolean {
  return /insufficient.funds|have enough funds/i.test(text(error));
}

function text(error: unknown): string {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return `${String(code)} ${String(message)}`;
}
