import { expect } from "chai";

import { decide, DEFAULT_POLICY, type Observations, type PolicyOptions } from "../../../agents/voter/policy.ts";
import type { Proposal, PublicRecord, RequestRecord } from "../../../agents/voter/record.ts";
import { keccakText } from "../../../l2/base/keccak.ts";

describe("Policy of a voter", () => {
  const BLANK: PublicRecord = {
    proposals: [],
    requests: {},
    headers: {},
    term: { sequencer: "", batches: 0 },
    silentTerms: {},
    unattested: {},
    slashed: [],
  };
  const proposal = (subject: Proposal["subject"]): Proposal => ({
    id: 1n,
    proposer: "somebody",
    targets: [],
    values: [],
    calldatas: [],
    description: "",
    subject,
  });
  const KICK = proposal({ kind: "kick", sequencer: "sequencer", verifier: "verifier" });
  const BAN = proposal({ kind: "ban", verifier: "verifier", sequencer: "sequencer" });

  /** A record of requests with these outcomes, and what was seen of each. */
  const requests = (...all: [RequestRecord["outcome"], Observations[keyof Observations] | undefined][]) => {
    const record: PublicRecord = { ...BLANK, requests: {} };
    const observations: Observations = {};
    for (const [place, [outcome, seen]] of all.entries()) {
      const headerHash = keccakText(`batch ${place}`);
      const parties = { sequencer: "sequencer", requester: "verifier" };
      record.requests[headerHash] = { headerHash, dataHash: headerHash, outcome, ...parties };
      if (seen !== undefined) observations[headerHash] = seen;
    }
    return { record, observations };
  };
  const vote = (
    on: Proposal,
    { record, observations }: ReturnType<typeof requests>,
    options?: Partial<PolicyOptions>,
  ) => decide(on, record, observations, { ...DEFAULT_POLICY, ...options })?.vote;

  it("[11.10.3] kicks a sequencer whose data could not be had, and was there once L1 asked", () => {
    expect(vote(KICK, requests(["answered", "unavailable"]))).to.equal("for");
    expect(vote(KICK, requests(["answered", "available"]))).to.equal("against");
    expect(vote(KICK, requests(["condemned", "unavailable"]))).to.equal("against");
    expect(vote(KICK, requests(["answered", "unavailable"]), { withheldTolerated: 1 })).to.equal("against");
    const other = proposal({ kind: "kick", sequencer: "another", verifier: "verifier" });
    expect(vote(other, requests(["answered", "unavailable"]))).to.equal("against");
  });

  it("[3.3.1] [3.3.7] kicks for terms without a batch, and for batches without a certificate", () => {
    const none = requests();
    const silent = { ...none, record: { ...BLANK, silentTerms: { sequencer: 1 } } };
    const unattested = { ...none, record: { ...BLANK, unattested: { sequencer: 1 } } };
    expect([vote(KICK, none), vote(KICK, silent), vote(KICK, unattested)]).to.deep.equal(["against", "for", "for"]);
    expect(vote(KICK, silent, { silentTermsTolerated: 1 })).to.equal("against");
    expect(vote(KICK, unattested, { unattestedTolerated: 1 })).to.equal("against");
  });

  it("[11.6.1] bans a verifier most of whose requests were needless", () => {
    const needless = ["answered", "available"] as const;
    const needed = ["condemned", undefined] as const;
    expect(vote(BAN, requests([...needless], [...needless], [...needless]))).to.equal("for");
    expect(vote(BAN, requests([...needless], [...needless]))).to.equal("against");
    const mixed = requests([...needless], [...needless], [...needless], [...needed], [...needed], [...needed]);
    expect(vote(BAN, mixed)).to.equal("against");
  });

  it("[C2] decides nothing where the verdict depends on what it did not see, or where it has no rule", () => {
    expect(vote(KICK, requests(["answered", undefined]))).to.equal(undefined);
    for (const subject of [{ kind: "other" }, { kind: "parameter", parameter: 0, value: 1n }] as const) {
      expect(vote(proposal(subject), requests())).to.equal(undefined);
      expect(vote(proposal(subject), requests(), { otherwise: "abstain" })).to.equal("abstain");
    }
  });
});
