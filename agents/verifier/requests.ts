import { Parameter } from "../../ignition/parameters.ts";
import type { ChainConfig } from "../../l2/protocol/config.ts";
import type { StateStore } from "../../l2/state/state.ts";
import { fetchPosted, type BatchData } from "../data/batch-data.ts";
import { Recomputer } from "../execution/recomputer.ts";
import type { L1 } from "../l1/l1.ts";
import { isOpen, isVoid, type DataRequest, type L1Batch, type L1State } from "../l1/mirror.ts";
import { L1Revert } from "../l1/reverts.ts";
import type { TransactionManager } from "../l1/transactions.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Metrics } from "../runtime/metrics.ts";
import type { Findings } from "./findings.ts";

/** Why data is requested that no source has (9.2). */
export const NO_DATA = "no source has the data";

export interface RequestsOptions {
  /** Highest fee that is paid for a request, in wei; 0 never requests. */
  maxRequestFee: bigint;
  /** Gas that one step of a recomputation aims at. */
  stepGas: bigint;
  /** What to propose against a sequencer that withheld data which it had (11.10.3); nothing if absent. */
  kick?: {
    /** Share of the stake to slash, in basis points; not more than `KickSlash`. */
    slashShare: number;
    /** Compensation asked for, in wei of METIS, on top of the fee in ETH; not more than `GrantAllowanceMetis` (11.10.3.2). */
    compensation: bigint;
  };
}

export interface RequestsDependencies {
  readonly l1: L1;
  readonly transactions: TransactionManager;
  readonly config: ChainConfig;
  readonly states: StateStore;
  readonly findings: Findings;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** Errors that say that there is nothing left to request. */
const SETTLED = ["RequestExists", "InboxUnknownHeader", "InboxAlreadyHeld", "InboxWrongStatus"];

/** Requests data on L1 and does what each request needs next: recompute, expire, refund or accuse. */
export class Requests {
  readonly #options: RequestsOptions;
  readonly #d: RequestsDependencies;
  readonly #recomputer: Recomputer;

  constructor(options: RequestsOptions, dependencies: RequestsDependencies) {
    this.#options = options;
    this.#d = dependencies;
    this.#recomputer = new Recomputer(options, dependencies);
  }

  /** Asks L1 for the data (11.6, 3.3.2), once for a header and never above the fee that the verifier accepts. */
  async request(state: L1State, { header, headerHash }: L1Batch, reason: string, signal?: AbortSignal): Promise<void> {
    const { l1, transactions, log, metrics } = this.#d;
    const batch = Number(header.index);
    if (batch < state.finalised || state.requests[headerHash] !== undefined) return;
    const fee = await l1.disputes.requestFee(header);
    if (fee > this.#options.maxRequestFee) {
      metrics.alarms.inc({ reason: "request too expensive" });
      log.error({ batch, fee: fee.toString(), reason }, "not requested: above the maximum fee");
      return;
    }
    const data = l1.disputes.interface.encodeFunctionData("requestData", [header]);
    try {
      await transactions.send({ to: l1.addresses.disputes, data, value: fee, label: "requestData" }, signal);
      log.warn({ batch, fee: fee.toString(), reason }, "[11.6] requested the data on L1");
    } catch (error) {
      if (!(error instanceof L1Revert) || !SETTLED.some((name) => error.is(name))) throw error;
      log.info({ batch, reason: error.message }, "not requested");
    }
  }

  /** Does what is due for every request. */
  async tend(state: L1State, signal?: AbortSignal): Promise<void> {
    const now = await this.#d.l1.now();
    for (const request of Object.values(state.requests)) {
      signal?.throwIfAborted();
      if (isVoid(state, request)) {
        await this.#settle(request, "refund", signal);
      } else if (isOpen(state, request) && now > request.deadline) {
        await this.#settle(request, "expire", signal);
      } else if (request.phase === "recomputing" && (await this.#d.states.has(request.header.preStateRoot))) {
        await this.#recomputer.advance(state, request.headerHash, () => this.#posted(request), signal);
      } else if (request.phase === "answered") {
        await this.#accuse(request, signal);
      }
    }
  }

  async #posted(request: DataRequest): Promise<BatchData> {
    const data = await fetchPosted(this.#d.l1, request);
    this.#d.log.info({ batch: Number(request.header.index), bytes: data.data?.length }, "[11.10.2] downloaded from L1");
    return data;
  }

  async #settle({ header }: DataRequest, method: "expire" | "refund", signal: AbortSignal | undefined): Promise<void> {
    const { l1, transactions, log } = this.#d;
    const { interface: disputes } = l1.disputes;
    const batch = Number(header.index);
    const data =
      method === "expire"
        ? disputes.encodeFunctionData("expire", [header])
        : disputes.encodeFunctionData("refund", [header]);
    try {
      await transactions.send({ to: l1.addresses.disputes, data, label: method }, signal);
      log.warn({ batch }, method === "expire" ? "[11.D1] closed an unanswered request" : "refunded a void request");
    } catch (error) {
      if (!(error instanceof L1Revert)) throw error;
      log.info({ batch, reason: error.message }, `${method} was not needed`);
    }
  }

  /** Proposes to kick a sequencer that had the data it withheld, once (11.10.3, 11.10.3.2). */
  async #accuse({ header, headerHash, requester, fee }: DataRequest, signal: AbortSignal | undefined): Promise<void> {
    const { l1, transactions, findings, log } = this.#d;
    const { kick } = this.#options;
    const finding = findings.of(headerHash);
    const me = await transactions.address();
    if (kick === undefined || requester !== me || finding?.withheld !== true || finding.proposed === true) return;
    const { sequencer, index } = header;
    const description = `Kick ${sequencer}: it withheld the data of batch ${index} (${headerHash}) until L1 asked`;
    const [mostSlash, mostMetis] = await Promise.all([
      l1.parameters.get(Parameter.KickSlash),
      l1.parameters.get(Parameter.GrantAllowanceMetis),
    ]);
    const slashShare = smaller(BigInt(kick.slashShare), mostSlash);
    const compensation = smaller(kick.compensation, mostMetis);
    const data = l1.governor.interface.encodeFunctionData("proposeKick", [
      sequencer,
      slashShare,
      { account: me, request: headerHash, metis: compensation, ether_: fee },
      description,
    ]);
    try {
      await transactions.send({ to: l1.addresses.governor, data, label: "proposeKick" }, signal);
      log.warn({ sequencer, batch: Number(index) }, "[11.10.3] proposed to kick the sequencer");
    } catch (error) {
      // A proposal with this very text and content is there already: ours, from before a restart.
      if (!(error instanceof L1Revert) || !error.is("GovernorUnexpectedProposalState")) throw error;
    }
    await findings.noteProposal(headerHash);
  }
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
