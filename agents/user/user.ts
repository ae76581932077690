import type { HDNodeWallet, JsonRpcApiProvider, TransactionReceipt, Wallet } from "ethers";
import { keccak256 } from "ethers";

import { keccakHex } from "../../l2/base/keccak.ts";
import { toHeader, type BatchHeader } from "../../l2/batch/header.ts";
import { checkInclusion, type InclusionProof } from "../../l2/batch/inclusion.ts";
import { type Hex, asHex } from "../../l2/base/hex.ts";
import type { Clock } from "../runtime/clock.ts";
import { AgentError, messageOf } from "../runtime/errors.ts";
import type { L1 } from "../l1/l1.ts";
import { lookUp } from "../l1/look-up.ts";
import type { Logger } from "../runtime/logger.ts";
import { retry, type RetryOptions } from "../runtime/retry.ts";

export interface UserOptions {
  /** How often to look for a confirmation, in milliseconds. */
  pollInterval: number;
  /** How long to wait for a confirmation, in milliseconds, before the transaction is sent again. */
  patience: number;
  /** How often a transaction that failed is sent again. */
  resends: number;
  /** For calls to a node that does not answer. */
  retry: RetryOptions;
}

export const DEFAULT_USER_OPTIONS: UserOptions = {
  pollInterval: 1_000,
  patience: 120_000,
  resends: 10,
  retry: { attempts: 5, delay: 500, maxDelay: 8_000 },
};

export interface UserDependencies {
  wallet: Wallet | HDNodeWallet;
  /** A node of the L2, over Ethereum's JSON-RPC. */
  l2: JsonRpcApiProvider;
  /** Needed to check proofs, not to pay. */
  l1?: L1;
  clock: Clock;
  log: Logger;
}

/** A payment, or whatever else a transaction does. */
export interface Payment {
  /** Nobody to create a contract. */
  to?: string | undefined;
  /** In wei. */
  value: bigint;
  /** What a contract is called with, or created from. */
  data?: Hex;
  /** 0 (EIP-155), 1 or 2. */
  type?: 0 | 1 | 2;
}

/** What became of a transaction that is not confirmed. */
export type Failure = { state: "failed"; reason: string } | { state: "unknown" | "pending" };

/** A transaction whose place in a batch was checked against L1 (Q7). */
export interface ProvenInclusion {
  header: BatchHeader;
  proof: InclusionProof;
  /** Whether the batch is final. */
  final: boolean;
}

/** Someone who pays on the L2: signs, submits, waits, sends again, and checks (steps 1, 4, 3.2, Q7, Q8). */
export class User {
  readonly #options: UserOptions;
  readonly #d: UserDependencies;

  constructor(options: Partial<UserOptions>, dependencies: UserDependencies) {
    this.#options = { ...DEFAULT_USER_OPTIONS, ...options };
    this.#d = dependencies;
  }

  /**
   * Pays, and sends the same signed transaction again whenever it failed: it has one nonce, so it is paid once at most
   * (Q8).
   *
   * @returns The receipt.
   * @throws {AgentError} `L2_UNAVAILABLE` when it is not confirmed after every attempt.
   */
  async pay(payment: Payment, signal?: AbortSignal): Promise<TransactionReceipt> {
    const raw = await this.sign(payment);
    let last: Failure = { state: "unknown" };
    for (let attempt = 0; attempt <= this.#options.resends; attempt++) {
      const hash = await this.submit(raw, signal);
      const outcome = await this.confirmation(hash, signal);
      if ("hash" in outcome) return outcome;
      last = outcome;
      this.#d.log.warn({ hash, ...last }, "[3.2] not confirmed, sending it again");
      await this.#d.clock.sleep(this.#options.pollInterval, signal);
      signal?.throwIfAborted();
    }
    const reason = last.state === "failed" ? last.reason : last.state;
    throw new AgentError("L2_UNAVAILABLE", `transaction ${keccak256(raw)} is not confirmed: ${reason}`);
  }

  /** Signs a payment with the next nonce, and fees as the node proposes them (step 1). */
  async sign({ to, value, data = "0x", type = 2 }: Payment): Promise<Hex> {
    const request = { ...(to === undefined ? {} : { to }), data };
    const { wallet } = this.#d;
    const [chainId, nonce, price, tip, gasLimit] = (await Promise.all(
      [
        ["eth_chainId"],
        ["eth_getTransactionCount", wallet.address, "pending"],
        ["eth_gasPrice"],
        ["eth_maxPriorityFeePerGas"],
        ["eth_estimateGas", { from: wallet.address, ...request, value: `0x${value.toString(16)}` }],
      ].map(async ([method, ...params]) => BigInt(await this.#ask<string>(method as string, params))),
    )) as [bigint, bigint, bigint, bigint, bigint];
    const fees = type === 2 ? { maxFeePerGas: 2n * price, maxPriorityFeePerGas: tip } : { gasPrice: price };
    return asHex(
      await wallet.signTransaction({ type, chainId, nonce: Number(nonce), ...request, value, gasLimit, ...fees }),
    );
  }

  /** Submits a signed transaction; one that the chain has already is no failure. */
  async submit(raw: Hex, signal?: AbortSignal): Promise<Hex> {
    const hash = keccakHex(raw);
    try {
      await this.#ask("eth_sendRawTransaction", [raw], signal);
      this.#d.log.info({ hash }, "[1] submitted");
    } catch (error) {
      const known = (await this.#receipt(hash)) !== undefined || /already known|ALREADY_KNOWN/i.test(messageOf(error));
      if (!known && !isTemporary(error)) throw error;
      this.#d.log.info({ hash, reason: messageOf(error) }, known ? "submitted before" : "not taken now");
    }
    return hash;
  }

  /** Waits for the receipt (step 4), or for the news that the transaction failed (step 3.2). */
  async confirmation(hash: Hex, signal?: AbortSignal): Promise<TransactionReceipt | Failure> {
    const { clock, log } = this.#d;
    const until = clock.now() + this.#options.patience;
    let failure: Failure;
    do {
      const receipt = await this.#receipt(hash);
      if (receipt !== undefined) {
        log.info({ hash, block: receipt.blockNumber }, "[4] confirmed");
        return receipt;
      }
      failure = await this.status(hash);
      if (failure.state === "failed") return failure;
      await clock.sleep(this.#options.pollInterval, signal);
      signal?.throwIfAborted();
    } while (clock.now() < until);
    return failure;
  }

  /** What the node knows of a transaction without a receipt (step 3.2). */
  async status(hash: Hex): Promise<Failure> {
    const found = await this.#ask<{ status: string; reason?: string }>("metis_transactionStatus", [hash]);
    if (found.status === "dropped") return { state: "failed", reason: found.reason ?? "it was dropped" };
    return { state: found.status === "unknown" ? "unknown" : "pending" };
  }

  /**
   * Asks the node for the proof that a transaction is in a batch, and checks it: the header against L1, the transaction
   * and the state root after it against the header (Q7).
   *
   * @returns Nothing while no batch on L1 holds the transaction.
   * @throws {AgentError} `ROOTS_DIFFER` when the proof does not hold.
   */
  async prove(hash: Hex): Promise<ProvenInclusion | undefined> {
    const { l1 } = this.#d;
    if (l1 === undefined) throw new AgentError("CONFIG", "a proof is checked against L1, of which nothing is known");
    const answer = await this.#ask<RpcProof | null>("metis_getBatchProof", [hash]);
    if (answer === null) return undefined;
    const { header, proof } = readProof(answer);
    const found = await lookUp(l1, header);
    if (found === undefined) {
      throw new AgentError("ROOTS_DIFFER", `L1 has another batch ${header.index} than the node`);
    }
    const wrong = proof.txHash === hash ? checkInclusion(header, proof) : `it is about transaction ${proof.txHash}`;
    if (wrong !== undefined) throw new AgentError("ROOTS_DIFFER", `the proof does not hold: ${wrong}`);
    this.#d.log.info({ hash, batch: Number(header.index), place: proof.index }, "[Q7] the transaction is in the batch");
    return { header, proof, final: found.final };
  }

  async #receipt(hash: Hex): Promise<TransactionReceipt | undefined> {
    const { l2 } = this.#d;
    return (await this.#retry(() => l2.getTransactionReceipt(hash))) ?? undefined;
  }

  #ask<T>(method: string, params: unknown[], signal?: AbortSignal): Promise<T> {
    return this.#retry(() => this.#d.l2.send(method, params) as Promise<T>, signal);
  }

  #retry<T>(action: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { clock } = this.#d;
    return retry(action, this.#options.retry, {
      clock,
      ...(signal === undefined ? {} : { signal }),
      retryable: isUnreachable,
    });
  }
}

/** The answer of `metis_getBatchProof`. */
interface RpcProof {
  header: Record<string, unknown>;
  index: string;
  context: { number: string; timestamp: string; coinbase: string; randomness: Hex };
  txHash: Hex;
  transactionProof: Hex[];
  stateRoot: Hex;
  stateProof: Hex[];
}

function readProof(answer: RpcProof): { header: BatchHeader; proof: InclusionProof } {
  try {
    const { header, index, context, ...rest } = answer;
    const { number, timestamp, coinbase, randomness } = context;
    return {
      header: toHeader(header),
      proof: {
        ...rest,
        index: Number(index),
        context: { number: BigInt(number), timestamp: BigInt(timestamp), coinbase, randomness },
      },
    };
  } catch (error) {
    throw new AgentError("ROOTS_DIFFER", `the node gave no proof: ${messageOf(error)}`, { cause: error });
  }
}

/** Whether the node cannot be reached, in contrast to an answer that says no. */
function isUnreachable(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return ["ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "TIMEOUT", "NETWORK_ERROR", "SERVER_ERROR"].includes(String(code));
}

/** Whether a later attempt may succeed: the chain is stopped, or its mempool is full (steps 3.1, 3.2). */
function isTemporary(error: unknown): boolean {
  return isUnreachable(error) || /stopped|halted|unavailable|full/i.test(text(error));
}

function text(error: unknown): string {
  const { info, message } = (error ?? {}) as { info?: unknown; message?: unknown };
  return `${String(message)} ${JSON.stringify(info ?? "")}`;
}
