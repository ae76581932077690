import { toHeader } from "../../l2/batch/header.ts";
import { TransactionError, type TransactionErrorCode } from "../../l2/protocol/errors.ts";
import { type Hex, asHash, fromHex, toHex } from "../../l2/base/hex.ts";
import { AgentError, messageOf } from "../runtime/errors.ts";
import { fromJson } from "../runtime/json.ts";
import type { CertifiedBatch, Consensus, ConsensusStatus, SubmissionStatus } from "../node/consensus.ts";
import type { ErrorBody } from "./server.ts";

/** A consensus layer behind HTTP. */
export class HttpConsensus implements Consensus {
  readonly #url: string;
  readonly #timeout: number;

  /** @param timeout Milliseconds after which the consensus layer counts as unavailable. */
  constructor(url: string, timeout = 10_000) {
    this.#url = url.replace(/\/+$/, "");
    this.#timeout = timeout;
  }

  async submitTransaction(raw: Uint8Array): Promise<Hex> {
    const body = JSON.stringify({ raw: toHex(raw) });
    const { hash } = await this.#ask<{ hash: string }>("/transactions", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    return asHash(hash, "The hash");
  }

  async pendingTransactions(): Promise<readonly Uint8Array[]> {
    const { pending } = await this.#ask<{ pending: string[] }>("/transactions");
    return pending.map(fromHex);
  }

  transactionStatus(hash: Hex): Promise<SubmissionStatus> {
    return this.#ask<SubmissionStatus>(`/transactions/${encodeURIComponent(hash)}`);
  }

  async certifiedBatch(index: bigint): Promise<CertifiedBatch | undefined> {
    const { batch } = await this.#ask<{ batch: CertifiedBatch | null }>(`/batches/${index}`);
    return batch === null ? undefined : { ...batch, header: toHeader(batch.header) };
  }

  status(): Promise<ConsensusStatus> {
    return this.#ask<ConsensusStatus>("/status");
  }

  async #ask<T>(path: string, init: RequestInit = {}): Promise<T> {
    let status: number;
    let body: unknown;
    try {
      const response = await fetch(`${this.#url}${path}`, { ...init, signal: AbortSignal.timeout(this.#timeout) });
      status = response.status;
      body = fromJson(await response.text());
    } catch (error) {
      throw new AgentError("L2_UNAVAILABLE", `consensus layer ${this.#url}: ${messageOf(error)}`, { cause: error });
    }
    if (status === 200) return body as T;
    const { code, error } = body as ErrorBody;
    if (status === 422) throw new TransactionError(code as TransactionErrorCode, error);
    // Why the chain takes nothing now goes to users as it is; anything else is for the operator.
    const reason = status === 503 ? error : `consensus layer ${this.#url} answered ${status}: ${error}`;
    throw new AgentError("L2_UNAVAILABLE", reason);
  }
}
