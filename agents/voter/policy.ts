import { Parameter, type ParameterName } from "../../ignition/parameters.ts";
import type { Hex } from "../../l2/base/hex.ts";
import type { ProposedCall } from "./calls.ts";
import type { Proposal, PublicRecord, RequestRecord } from "./record.ts";
import { requestUnder } from "./requests.ts";

/** A vote, as the governor counts it. */
export type Vote = "against" | "for" | "abstain";

/** What a voter saw itself when a request was made: whether anyone could have had the data without it. */
export type Observations = Record<Hex, "available" | "unavailable">;

/** A vote and why. */
export interface Decision {
  vote: Vote;
  reason: string;
}

export interface PolicyOptions {
  /** Requests for withheld data that a sequencer may have to answer before it is kicked. */
  withheldTolerated: number;
  /** Terms without a batch before a sequencer is kicked (3.3.7). */
  silentTermsTolerated: number;
  /** Batches without a certificate before a sequencer is kicked (3.3.1). */
  unattestedTolerated: number;
  /** Needless requests before a verifier is banned (11.6.1). */
  spamTolerated: number;
  /** How to vote on what could replace an executor, lengthen an exit, or change the rules of votes. */
  grave: Vote | "none";
  /** How to vote on everything else; not at all if absent. */
  otherwise?: Vote | undefined;
}

export const DEFAULT_POLICY: PolicyOptions = {
  withheldTolerated: 0,
  silentTermsTolerated: 0,
  unattestedTolerated: 0,
  spamTolerated: 2,
  grave: "against",
};

/** What one judges by. */
interface Evidence {
  readonly record: PublicRecord;
  readonly observations: Observations;
  readonly options: PolicyOptions;
  /** All calls of the proposal. */
  readonly calls: readonly ProposedCall[];
}

/** What the record says of one call of a proposal. */
interface Judgement {
  /**
   * `undecided`: the record is about this, but the voter did not see what it depends on. `unknown`: the record says
   * nothing about such calls.
   */
  readonly verdict: "founded" | "contradicted" | "undecided" | "unknown";
  readonly reason: string;
}

/**
 * Decides by what L1 shows and by what the voter saw itself. Accusations alone count for nothing.
 *
 * A sequencer *withheld* a batch when data could not be had, and was there once L1 asked (11.10.3). A verifier's request
 * was *needless* when the data could be had, and the batch was right (11.6.1).
 *
 * A proposal is opposed where the record contradicts one of its calls, and supported where it supports them all. A
 * compensation is supported only beside the kick or ban that it belongs to, which can happen once: otherwise a sequencer
 * and a verifier of one owner could be paid for each request that they play.
 *
 * @returns Nothing where it cannot judge.
 */
export function decide(
  { calls, grave }: Proposal,
  record: PublicRecord,
  observations: Observations,
  options: PolicyOptions,
): Decision | undefined {
  const judgements = calls.map((call) => judge(call, { record, observations, options, calls }));
  const reasons = (verdict: Judgement["verdict"]): string | undefined => {
    const found = judgements.filter((judgement) => judgement.verdict === verdict);
    return found.length === 0 ? undefined : found.map(({ reason }) => reason).join("; ");
  };
  const contradicted = reasons("contradicted");
  if (contradicted !== undefined) return { vote: "against", reason: contradicted };
  if (grave) {
    const reason = "it could replace an executor, lengthen an exit, or change the rules of votes";
    return options.grave === "none" ? undefined : { vote: options.grave, reason };
  }
  if (reasons("undecided") !== undefined) return undefined;
  const unknown = reasons("unknown");
  if (unknown !== undefined) return options.otherwise && { vote: options.otherwise, reason: unknown };
  return { vote: "for", reason: reasons("founded") ?? "" };
}

function judge(call: ProposedCall, evidence: Evidence): Judgement {
  switch (call.kind) {
    case "kick":
      return judgeKick(call, evidence);
    case "ban":
      return judgeBan(call.verifier, evidence);
    case "compensate":
      return judgeCompensation(call, evidence);
    case "grant":
      return judgeGrant(call.account, evidence);
    case "other":
      return { verdict: "unknown", reason: "no rule for this kind of call" };
  }
}

function judgeKick({ sequencer, slashShare }: Extract<ProposedCall, { kind: "kick" }>, evidence: Evidence): Judgement {
  const { record, observations, options } = evidence;
  const limit = parameter(record, "KickSlash");
  if (limit === undefined) return { verdict: "undecided", reason: "KickSlash is not known" };
  if (slashShare > limit) {
    return { verdict: "contradicted", reason: `slashes ${slashShare} basis points, more than ${limit}` };
  }
  const requests = Object.values(record.requests).filter(
    (request) => request.outcome === "answered" && request.sequencer === sequencer,
  );
  const withheld = count(requests, observations, "unavailable");
  const silent = record.silentTerms[sequencer] ?? 0;
  const unattested = record.unattested[sequencer] ?? 0;
  const guilty = (offences: number): boolean =>
    offences > options.withheldTolerated ||
    silent > options.silentTermsTolerated ||
    unattested > options.unattestedTolerated;
  const reason = `withheld ${withheld}, silent terms ${silent}, uncertified batches ${unattested}`;
  return verdict(guilty, withheld, count(requests, observations, undefined), reason);
}

function judgeBan(verifier: string, { record, observations, options }: Evidence): Judgement {
  const requests = Object.values(record.requests).filter(({ requester }) => requester === verifier);
  const settled = requests.filter(({ outcome }) => outcome === "answered");
  const needless = count(settled, observations, "available");
  const guilty = (offences: number): boolean => offences > options.spamTolerated && offences * 2 > requests.length;
  const reason = `${needless} of ${requests.length} requests were needless`;
  return verdict(guilty, needless, count(settled, observations, undefined), reason);
}

/** Judges by the record of the request, by what the voter saw of it, and by who is punished beside. */
function judgeCompensation(
  call: Extract<ProposedCall, { kind: "compensate" }>,
  { record, observations, calls }: Evidence,
): Judgement {
  const contradicted = (reason: string): Judgement => ({ verdict: "contradicted", reason });
  const request = requestUnder(record, call.request);
  if (request?.outcome !== "answered") return contradicted("compensates for what is no answered request");
  if (request.compensated) return contradicted("compensates a second time");
  const [allowance, metis] = [parameter(record, "GrantAllowance"), parameter(record, "GrantAllowanceMetis")];
  if (allowance === undefined || metis === undefined) {
    return { verdict: "undecided", reason: "the allowances are not known" };
  }
  if (call.ether > request.fee + allowance || call.metis > metis) {
    return contradicted("compensates with more than the request's fee and the allowances");
  }
  const requester = call.account === request.requester;
  if (!requester && call.account !== request.sequencer) return contradicted("compensates somebody else");
  const seen = observations[request.headerHash];
  if (seen === (requester ? "available" : "unavailable")) {
    return contradicted(requester ? "the request was needless" : "the data could not be had otherwise");
  }
  const beside = calls.some((other) =>
    requester
      ? other.kind === "kick" && other.sequencer === request.sequencer
      : other.kind === "ban" && other.verifier === request.requester,
  );
  const alone = calls.filter(({ kind }) => kind === "compensate").length === 1;
  if (!beside || !alone) return { verdict: "unknown", reason: "a compensation without a kick or ban of its own" };
  if (seen === undefined) return { verdict: "undecided", reason: "the request was not seen while it was open" };
  return { verdict: "founded", reason: "compensates within the record" };
}

/** A grant beside an accusation may go only to whom the record names. By itself it is for people to judge. */
function judgeGrant(account: string, { record, calls }: Evidence): Judgement {
  const accused = calls.flatMap((call) =>
    call.kind === "kick" ? [call.sequencer] : call.kind === "ban" ? [call.verifier] : [],
  );
  const named = Object.values(record.requests)
    .map(({ sequencer, requester }) => [sequencer, requester])
    .filter((parties) => parties.some((party) => accused.includes(party)))
    .flat();
  return accused.length > 0 && !named.includes(account)
    ? { verdict: "contradicted", reason: "pays somebody whom the record does not name" }
    : { verdict: "unknown", reason: "no rule for grants" };
}

function parameter(record: PublicRecord, name: ParameterName): bigint | undefined {
  return record.parameters[Parameter[name]];
}

/** Counts the requests of which this was seen; `undefined` counts those at which the voter did not look in time. */
function count(requests: RequestRecord[], observations: Observations, seen: Observations[Hex] | undefined): number {
  return requests.filter(({ headerHash }) => observations[headerHash] === seen).length;
}

/** Guilty by the offences seen, innocent even if every unseen one was an offence, or undecidable. */
function verdict(guilty: (offences: number) => boolean, seen: number, unseen: number, reason: string): Judgement {
  if (guilty(seen)) return { verdict: "founded", reason };
  return { verdict: guilty(seen + unseen) ? "undecided" : "contradicted", reason };
}
