import { expect } from "chai";
import { parseEther } from "ethers";

import type { ProposedCall } from "../../../agents/voter/calls.ts";
import { decide, DEFAULT_POLICY, type Observations, type PolicyOptions } from "../../../agents/voter/policy.ts";
import type { Proposal, PublicRecord, RequestRecord } from "../../../agents/voter/record.ts";
import { Parameter } from "../../../ignition/parameters.ts";
import { keccakText } from "../../../l2/base/keccak.ts";

describe("Policy of a voter", () => {
  const ALLOWANCE = parseEther("0.05");
  const ALLOWANCE_METIS = parseEther("200");
  const FEE = parseEther("0.01");
  const BLANK: PublicRecord = {
    proposals: [],
    requests: {},
    headers: {},
    silentTerms: {},
    unattested: {},
    slashed: [],
    parameters: {
      [Parameter.KickSlash]: 1_000n,
      [Parameter.GrantAllowance]: ALLOWANCE,
      [Parameter.GrantAllowanceMetis]: ALLOWANCE_METIS,
    },
  };
  const proposal = (...calls: ProposedCall[]): Proposal => ({
    id: 1n,
    proposer: "somebody",
    targets: [],
    values: [],
    calldatas: [],
    description: "",
    calls,
    grave: false,
  });
  const kick = (sequencer = "sequencer", slashShare = 1_000n): ProposedCall => ({
    kind: "kick",
    sequencer,
    slashShare,
  });
  const BAN: ProposedCall = { kind: "ban", verifier: "verifier" };
  const OTHER: ProposedCall = { kind: "other" };
  const KICK_ALONE = proposal(kick());
  const BAN_ALONE = proposal(BAN);
  const keyOf = (place: number) => keccakText(`batch ${place}`);
  /** What L1 keeps a request under. */
  const commitmentTo = (place: number) => keccakText(`commitment to batch ${place}`);
  const pay = (account: string, { request = commitmentTo(0), metis = 0n, ether = FEE } = {}): ProposedCall => ({
    kind: "compensate",
    account,
    request,
    metis,
    ether,
  });
  const grant = (account: string): ProposedCall => ({ kind: "grant", account, metis: 1n, ether: 0n });

  /** A record of requests with these outcomes, and what was seen of each. */
  const requests = (...all: [RequestRecord["outcome"], Observations[keyof Observations] | undefined][]) => {
    const record: PublicRecord = { ...BLANK, requests: {} };
    const observations: Observations = {};
    for (const [place, [outcome, seen]] of all.entries()) {
      const headerHash = keyOf(place);
      const parties = { sequencer: "sequencer", requester: "verifier" };
      record.requests[headerHash] = {
        headerHash,
        commitment: commitmentTo(place),
        dataHash: headerHash,
        outcome,
        ...parties,
        fee: FEE,
        compensated: false,
      };
      if (seen !== undefined) observations[headerHash] = seen;
    }
    return { record, observations };
  };
  const vote = (
    on: Proposal,
    { record, observations }: ReturnType<typeof requests>,
    options?: Partial<PolicyOptions>,
  ) => decide(on, record, observations, { ...DEFAULT_POLICY, ...options })?.vote;

  const WITHHELD = requests(["answered", "unavailable"]);
  const NEEDLESS = requests(["answered", "available"], ["answered", "available"], ["answered", "available"]);

  it("[11.10.3] kicks a sequencer whose data could not be had, and was there once L1 asked", () => {
    expect(vote(KICK_ALONE, WITHHELD)).to.equal("for");
    expect(vote(KICK_ALONE, requests(["answered", "available"]))).to.equal("against");
    expect(vote(KICK_ALONE, requests(["condemned", "unavailable"]))).to.equal("against");
    expect(vote(KICK_ALONE, WITHHELD, { withheldTolerated: 1 })).to.equal("against");
    expect(vote(proposal(kick("another")), WITHHELD)).to.equal("against");
  });

  it("[3.3.1] [3.3.7] kicks for terms without a batch, and for batches without a certificate", () => {
    const none = requests();
    const silent = { ...none, record: { ...BLANK, silentTerms: { sequencer: 1 } } };
    const unattested = { ...none, record: { ...BLANK, unattested: { sequencer: 1 } } };
    const votes = [none, silent, unattested].map((evidence) => vote(KICK_ALONE, evidence));
    expect(votes).to.deep.equal(["against", "for", "for"]);
    expect(vote(KICK_ALONE, silent, { silentTermsTolerated: 1 })).to.equal("against");
    expect(vote(KICK_ALONE, unattested, { unattestedTolerated: 1 })).to.equal("against");
  });

  it("[11.6.1] bans a verifier most of whose requests were needless", () => {
    const needless = ["answered", "available"] as const;
    const needed = ["condemned", undefined] as const;
    expect(vote(BAN_ALONE, NEEDLESS)).to.equal("for");
    expect(vote(BAN_ALONE, requests([...needless], [...needless]))).to.equal("against");
    const mixed = requests([...needless], [...needless], [...needless], [...needed], [...needed], [...needed]);
    expect(vote(BAN_ALONE, mixed)).to.equal("against");
  });

  it("[H8] opposes a kick that slashes more than KickSlash", () => {
    expect(vote(proposal(kick("sequencer", 1_000n)), WITHHELD)).to.equal("for");
    expect(vote(proposal(kick("sequencer", 1_001n)), WITHHELD)).to.equal("against");
    const unread = { ...WITHHELD, record: { ...WITHHELD.record, parameters: {} } };
    expect(vote(KICK_ALONE, unread)).to.equal(undefined);
  });

  it("[H8] [11.10.3.2] compensates a verifier within the record, beside the kick", () => {
    const most = { ether: FEE + ALLOWANCE, metis: ALLOWANCE_METIS };
    expect(vote(proposal(kick(), pay("verifier", most)), WITHHELD)).to.equal("for");
    expect(vote(proposal(kick(), pay("verifier", { ether: FEE + ALLOWANCE + 1n })), WITHHELD)).to.equal("against");
    expect(vote(proposal(kick(), pay("verifier", { metis: ALLOWANCE_METIS + 1n })), WITHHELD)).to.equal("against");
    expect(vote(proposal(kick(), pay("stranger")), WITHHELD)).to.equal("against");
    expect(vote(proposal(kick(), pay("verifier", { request: commitmentTo(7) })), WITHHELD)).to.equal("against");
    for (const outcome of ["open", "condemned", "gone"] as const) {
      const silent = { ...BLANK, silentTerms: { sequencer: 1 } };
      const { record, observations } = requests([outcome, "unavailable"]);
      const evidence = { record: { ...silent, requests: record.requests }, observations };
      expect(vote(KICK_ALONE, evidence)).to.equal("for");
      expect(vote(proposal(kick(), pay("verifier")), evidence)).to.equal("against");
    }
    const paid = structuredClone(WITHHELD);
    paid.record.requests[keyOf(0)]!.compensated = true;
    expect(vote(proposal(kick(), pay("verifier")), paid)).to.equal("against");
  });

  it("[H8] [11.6.1] compensates the sequencer that answered, beside the ban, and nobody who emptied the treasury so", () => {
    expect(vote(proposal(BAN, pay("sequencer")), NEEDLESS)).to.equal("for");
    expect(vote(proposal(BAN, pay("mallory")), NEEDLESS)).to.equal("against");
    expect(vote(proposal(BAN, pay("sequencer", { ether: parseEther("40") })), NEEDLESS)).to.equal("against");
    expect(vote(proposal(BAN, pay("sequencer", { metis: parseEther("50000") })), NEEDLESS)).to.equal("against");
    // A needless request earns its requester nothing, and a needed one its sequencer.
    expect(vote(proposal(BAN, pay("verifier")), NEEDLESS)).to.equal("against");
    expect(vote(proposal(kick(), pay("sequencer")), WITHHELD)).to.equal("against");
  });

  it("[H8] pays for one request a kick or ban, so that nobody can live on playing requests", () => {
    expect(vote(proposal(pay("sequencer")), NEEDLESS)).to.equal(undefined);
    const twice = proposal(BAN, pay("sequencer"), pay("sequencer", { request: commitmentTo(1) }));
    expect(vote(twice, NEEDLESS)).to.equal(undefined);
    expect(vote(twice, NEEDLESS, { otherwise: "against" })).to.equal("against");
    const silent = { ...NEEDLESS, record: { ...NEEDLESS.record, silentTerms: { another: 1 } } };
    expect(vote(proposal(kick("another"), pay("sequencer")), silent)).to.equal(undefined);
  });

  it("[C2] decides nothing where the verdict depends on what it did not see, or where it has no rule", () => {
    const unseen = requests(["answered", undefined]);
    expect(vote(KICK_ALONE, unseen)).to.equal(undefined);
    const silent = { ...unseen, record: { ...unseen.record, silentTerms: { sequencer: 1 } } };
    expect(vote(KICK_ALONE, silent)).to.equal("for");
    expect(vote(proposal(kick(), pay("verifier")), silent)).to.equal(undefined);
    for (const call of [OTHER, grant("anyone")]) {
      expect(vote(proposal(call), requests())).to.equal(undefined);
      expect(vote(proposal(call), requests(), { otherwise: "abstain" })).to.equal("abstain");
    }
  });

  it("[C2] opposes grants beside an accusation to whom the record does not name", () => {
    expect(vote(proposal(kick(), grant("stranger")), WITHHELD)).to.equal("against");
    expect(vote(proposal(BAN, grant("stranger")), NEEDLESS)).to.equal("against");
    expect(vote(proposal(kick(), grant("verifier")), WITHHELD)).to.equal(undefined);
    expect(vote(proposal(kick(), grant("verifier")), WITHHELD, { otherwise: "for" })).to.equal("for");
  });

  it("[C2] lets one contradiction outweigh all that is founded, told or unknown", () => {
    const mixed = proposal(kick(), kick("another"), OTHER);
    expect(vote(mixed, WITHHELD, { otherwise: "for", grave: "for" })).to.equal("against");
    expect(vote({ ...mixed, grave: true }, WITHHELD, { grave: "for" })).to.equal("against");
    expect(vote(proposal(kick(), OTHER), WITHHELD)).to.equal(undefined);
  });

  it("[C2] opposes what could replace an executor or lengthen an exit, unless told otherwise", () => {
    const grave = { ...proposal(OTHER), grave: true };
    expect(vote(grave, requests())).to.equal("against");
    expect(vote({ ...proposal(kick(), OTHER), grave: true }, WITHHELD)).to.equal("against");
    expect(vote(grave, requests(), { otherwise: "for" })).to.equal("against");
    expect(vote(grave, requests(), { grave: "for" })).to.equal("for");
    expect(vote(grave, requests(), { grave: "none", otherwise: "for" })).to.equal(undefined);
  });
});
