import type { Hex } from "../../l2/base/hex.ts";
import type { Proposal, PublicRecord, RequestRecord } from "./record.ts";

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
  /** How to vote on everything else; not at all if absent. */
  otherwise?: Vote | undefined;
}

export const DEFAULT_POLICY: PolicyOptions = {
  withheldTolerated: 0,
  silentTermsTolerated: 0,
  unattestedTolerated: 0,
  spamTolerated: 2,
};

/**
 * Decides by what L1 shows and by what the voter saw itself. Accusations alone count for nothing.
 *
 * A sequencer *withheld* a batch when data could not be had, and was posted once L1 asked (11.10.3). A verifier's
 * request was *needless* when the data could be had, and the batch was right (11.6.1).
 *
 * Only proposals that the governor's helpers composed have a subject: with any other call in it, a proposal is unknown
 * as a whole.
 *
 * @returns Nothing where it cannot judge. Even an abstention would count towards the quorum.
 */
export function decide(
  { subject }: Proposal,
  record: PublicRecord,
  observations: Observations,
  options: PolicyOptions,
): Decision | undefined {
  const answered = Object.values(record.requests).filter(({ outcome }) => outcome === "answered");
  switch (subject.kind) {
    case "kick": {
      const requests = answered.filter(({ sequencer }) => sequencer === subject.sequencer);
      const withheld = count(requests, observations, "unavailable");
      const silent = record.silentTerms[subject.sequencer] ?? 0;
      const unattested = record.unattested[subject.sequencer] ?? 0;
      const guilty = (offences: number): boolean =>
        offences > options.withheldTolerated ||
        silent > options.silentTermsTolerated ||
        unattested > options.unattestedTolerated;
      const reason = `withheld ${withheld}, silent terms ${silent}, uncertified batches ${unattested}`;
      return verdict(guilty, withheld, count(requests, observations, undefined), reason);
    }
    case "ban": {
      const requests = Object.values(record.requests).filter(({ requester }) => requester === subject.verifier);
      const settled = requests.filter(({ outcome }) => outcome === "answered");
      const needless = count(settled, observations, "available");
      const guilty = (offences: number): boolean => offences > options.spamTolerated && offences * 2 > requests.length;
      const reason = `${needless} of ${requests.length} requests were needless`;
      return verdict(guilty, needless, count(settled, observations, undefined), reason);
    }
    case "parameter":
    case "other":
      return options.otherwise && { vote: options.otherwise, reason: "no rule for this kind of proposal" };
  }
}

/** Counts the requests of which this was seen; `undefined` counts those at which the voter did not look in time. */
function count(requests: RequestRecord[], observations: Observations, seen: Observations[Hex] | undefined): number {
  return requests.filter(({ headerHash }) => observations[headerHash] === seen).length;
}

/** Guilty by the offences seen, innocent even if every unseen one was an offence, or undecidable. */
function verdict(
  guilty: (offences: number) => boolean,
  seen: number,
  unseen: number,
  reason: string,
): Decision | undefined {
  if (guilty(seen)) return { vote: "for", reason };
  return guilty(seen + unseen) ? undefined : { vote: "against", reason };
}
