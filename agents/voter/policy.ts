import type { Hex } from "../../l2/hex.ts";
import type { Proposal, PublicRecord } from "./record.ts";

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
  /** How to vote on everything else. */
  otherwise: Vote;
}

export const DEFAULT_POLICY: PolicyOptions = {
  withheldTolerated: 0,
  silentTermsTolerated: 0,
  unattestedTolerated: 0,
  spamTolerated: 2,
  otherwise: "abstain",
};

/**
 * Decides by what L1 shows and by what the voter saw itself. Accusations alone count for nothing.
 *
 * A sequencer *withheld* a batch when data could not be had, and was posted once L1 asked (11.10.3). A verifier's
 * request was *needless* when the data could be had, and the batch was right (11.6.1).
 */
export function decide(
  { subject }: Proposal,
  record: PublicRecord,
  observations: Observations,
  options: PolicyOptions,
): Decision {
  const answered = Object.values(record.requests).filter(({ outcome }) => outcome === "answered");
  switch (subject.kind) {
    case "kick": {
      const withheld = answered.filter(
        ({ sequencer, headerHash }) => sequencer === subject.sequencer && observations[headerHash] === "unavailable",
      ).length;
      const silent = record.silentTerms[subject.sequencer] ?? 0;
      const unattested = record.unattested[subject.sequencer] ?? 0;
      const guilty =
        withheld > options.withheldTolerated ||
        silent > options.silentTermsTolerated ||
        unattested > options.unattestedTolerated;
      const reason = `withheld ${withheld}, silent terms ${silent}, uncertified batches ${unattested}`;
      return { vote: guilty ? "for" : "against", reason };
    }
    case "ban": {
      const requests = Object.values(record.requests).filter(({ requester }) => requester === subject.verifier);
      const needless = answered.filter(
        ({ requester, headerHash }) => requester === subject.verifier && observations[headerHash] === "available",
      ).length;
      const guilty = needless > options.spamTolerated && needless * 2 > requests.length;
      return { vote: guilty ? "for" : "against", reason: `${needless} of ${requests.length} requests were needless` };
    }
    case "parameter":
    case "other":
      return { vote: options.otherwise, reason: "no rule for this kind of proposal" };
  }
}
