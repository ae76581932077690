import { Parameter } from "../../ignition/parameters.ts";
import type { Hex } from "../../l2/base/hex.ts";
import type { L1 } from "../l1/l1.ts";
import { isOpen, isVoid, type DataRequest, type L1Batch, type L1State, passed } from "../l1/mirror.ts";
import { L1Revert } from "../l1/reverts.ts";
import type { TransactionManager } from "../l1/transactions.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Metrics } from "../runtime/metrics.ts";
import type { Budget } from "./budget.ts";
import type { Findings } from "./findings.ts";

/** Why data is requested that no source has (9.2). */
export const NO_DATA = "no source has the data";

export interface RequestsOptions {
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
  readonly budget: Budget;
  readonly findings: Findings;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** Errors that say that there is nothing left to request. */
const SETTLED = ["RequestExists", "RequestTooLate", "InboxUnknownCommitment", "InboxWrongStatus", "InboxAlreadyHeld"];

/** Requests data on L1 and does what each request needs next: expire, refund or accuse. */
export class Requests {
  readonly #options: RequestsOptions;
  readonly #d: RequestsDependencies;
  /** Headers for which it was said that the budget does not suffice. */
  readonly #alarmed = new Set<Hex>();

  constructor(options: RequestsOptions, dependencies: RequestsDependencies) {
    this.#options = options;
    this.#d = dependencies;
  }

  /**
   * Asks L1 for the data (11.6, 3.3.2), once for a batch and within the budget of the day. What is above it raises an
   * alarm, and is tried again when the budget allows it.
   */
  async request(state: L1State, batch: L1Batch, reason: string, signal?: AbortSignal): Promise<void> {
    const { l1, transactions, budget, log, metrics } = this.#d;
    const { header, headerHash } = batch;
    const index = Number(header.index);
    const request = state.requests[headerHash];
    if (index < state.finalised || (request !== undefined && !isVoid(state, request))) return;
    const fee = await budget.price(header);
    if (fee > (await budget.left())) {
      if (this.#alarmed.has(headerHash)) return;
      this.#alarmed.add(headerHash);
      metrics.alarms.inc({ reason: "request too expensive" });
      log.error({ batch: index, fee: fee.toString(), reason }, "not requested: more than the budget of the day allows");
      return;
    }
    const data = l1.disputes.interface.encodeFunctionData("requestData", [[passed(batch)]]);
    await budget.spend(headerHash, fee);
    try {
      await transactions.send({ to: l1.addresses.disputes, data, value: fee, label: "requestData" }, signal);
      log.warn({ batch: index, fee: fee.toString(), reason }, "[11.6] requested the data on L1");
    } catch (error) {
      if (!(error instanceof L1Revert)) throw error;
      await budget.giveBack(headerHash);
      if (!SETTLED.some((name) => error.is(name))) throw error;
      log.info({ batch: index, reason: error.message }, "not requested");
    }
  }

  /** Does what is due for every request. */
  async tend(state: L1State, signal?: AbortSignal): Promise<void> {
    const now = await this.#d.l1.now();
    const me = await this.#d.transactions.address();
    for (const request of Object.values(state.requests)) {
      signal?.throwIfAborted();
      const mine = request.requester === me;
      if (mine && isVoid(state, request)) await this.#settle(request, "refund", signal);
      else if (isOpen(state, request) && now > request.deadline) await this.#settle(request, "expire", signal);
      else if (mine && request.phase === "answered") await this.#accuse(request, me, signal);
      if (mine && ["refunded", "condemned"].includes(request.phase)) {
        await this.#d.budget.giveBack(request.headerHash);
      }
    }
  }

  async #settle(request: DataRequest, method: "expire" | "refund", signal: AbortSignal | undefined): Promise<void> {
    const { l1, transactions, log } = this.#d;
    const { interface: disputes } = l1.disputes;
    const batch = Number(request.header.index);
    const data =
      method === "expire"
        ? disputes.encodeFunctionData("expire", [passed(request)])
        : disputes.encodeFunctionData("refund", [passed(request)]);
    try {
      await transactions.send({ to: l1.addresses.disputes, data, label: method }, signal);
      log.warn({ batch }, method === "expire" ? "[11.D1] closed an unanswered request" : "refunded a void request");
    } catch (error) {
      if (!(error instanceof L1Revert)) throw error;
      log.info({ batch, reason: error.message }, `${method} was not needed`);
    }
  }

  /** Proposes to kick a sequencer that had the data it withheld, once (11.10.3, 11.10.3.2). */
  async #accuse(
    { header, headerHash, commitment, fee }: DataRequest,
    me: string,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { l1, transactions, findings, log } = this.#d;
    const { kick } = this.#options;
    const finding = findings.of(headerHash);
    if (kick === undefined || finding?.withheld !== true || finding.proposed === true) return;
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
      { account: me, request: commitment, metis: compensation, ether_: fee },
      description,
    ]);
    try {
      await transactions.send({ to: l1.addresses.governor, data, label: "proposeKick" }, signal);
      log.warn({ sequencer, batch: Number(index) }, "[11.10.3] proposed to kick the sequencer");
    } catch (error) {
      // A proposal with this very text and content is there already: ours, from before a restart.
      if (!(error instanceof L1Revert) || !error.is("GovernorUnexpectedProposalState")) throw error;
    }
    await findings.add(headerHash, { proposed: true });
  }
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
