import { expect } from "chai";
import { type LogDescription, Result, ZeroAddress } from "ethers";

import { BATCH_STATUS } from "../../../agents/l1/standing.ts";
import { Docket, kindOf } from "../../../scripts/demos/meanings.ts";

type Event = Pick<LogDescription, "name" | "args">;

function event(name: string, args: Record<string, unknown>): Event {
  return { name, args: Result.fromItems(Object.values(args), Object.keys(args)) };
}

const submitted = (headerHash: string, certified: boolean): Event => {
  const standing = { status: certified ? BATCH_STATUS.certified : BATCH_STATUS.unattested };
  return event("BatchSubmitted", { headerHash, standing, header: { sequencer: "alice" } });
};
const kickProposed = event("KickProposed", { proposalId: 7n, sequencer: "alice" });
const kicked = [event("SequencerKicked", { sequencer: "alice" }), event("ProposalExecuted", { proposalId: 7n })];
const rotated = event("SequencerRotated", { term: 2n, sequencer: "bob", previous: "alice" });

describe("Docket", () => {
  it("tells a batch that one posts alone from a certified one, in all that concerns it", () => {
    const docket = new Docket();
    expect(docket.read("submit", [submitted("0x1", true)])["BatchSubmitted"]).to.deep.equal(["8a"]);
    expect(docket.read("submitUnattested", [submitted("0x2", false)])["BatchSubmitted"]).to.deep.equal(["3.3"]);
    const requested = (headerHash: string) => docket.read("requestData", [event("DataRequested", { headerHash })]);
    expect(requested("0x1")["DataRequested"]).to.deep.equal(["11.6"]);
    expect(requested("0x2")["DataRequested"]).to.deep.equal(["3.3.2"]);
  });

  it("takes a kick for what L1 has seen of the sequencer", () => {
    const withheld = new Docket();
    withheld.read("submit", [submitted("0x1", true)]);
    withheld.read("check", [event("RequestAnswered", { headerHash: "0x1" })]);
    expect(withheld.read("proposeKick", [kickProposed])["KickProposed"]).to.deep.equal(["11.10.3"]);
    expect(withheld.read("execute", kicked)["SequencerKicked"]).to.deep.equal(["11.10.3.1"]);

    const alone = new Docket();
    alone.read("submitUnattested", [submitted("0x1", false)]);
    alone.read("proposeKick", [kickProposed]);
    expect(alone.read("execute", kicked)["SequencerKicked"]).to.deep.equal(["3.3.1"]);

    const silent = new Docket();
    silent.read("rotateSilent", [rotated]);
    silent.read("proposeKick", [kickProposed]);
    expect(silent.read("execute", kicked)["SequencerKicked"]).to.deep.equal(["3.3.8"]);
  });

  it("gives a kick no step where L1 has seen nothing", () => {
    const docket = new Docket();
    expect(docket.read("proposeKick", [kickProposed])).to.deep.equal({});
    expect(docket.read("execute", kicked)).to.deep.equal({});
  });

  it("tells rotations apart: silence, silence after a batch alone, a term that is over", () => {
    const docket = new Docket();
    expect(docket.read("rotateSilent", [rotated])["SequencerRotated"]).to.deep.equal(["3.3.9", "S2"]);
    docket.read("submitUnattested", [submitted("0x1", false)]);
    expect(docket.read("rotateSilent", [rotated])["SequencerRotated"]).to.deep.equal(["3.3.6b.2"]);
    expect(docket.read("rotate", [rotated])).to.deep.equal({});
  });

  it("forgets a batch that one posted alone once it is condemned", () => {
    const docket = new Docket();
    docket.read("submitUnattested", [submitted("0x1", false)]);
    const condemned = [event("BatchCondemned", { headerHash: "0x1" }), rotated];
    expect(docket.read("check", condemned)["SequencerRotated"]).to.deep.equal(["3.3.6a.3"]);
    expect(docket.read("rotateSilent", [rotated])["SequencerRotated"]).to.deep.equal(["3.3.9", "S2"]);
  });
});

describe("kindOf", () => {
  const secure = event("SecurityChanged", { insecure: false });

  it("shows every return to security, by what brought it", () => {
    expect(kindOf(event("SecurityChanged", { insecure: true }), [])).to.equal("Insecure");
    expect(kindOf(secure, [event("RequestAnswered", {})])).to.equal("SecureByAnswer");
    expect(kindOf(secure, [event("BatchCondemned", {})])).to.equal("SecureByVerdict");
    expect(kindOf(secure, [])).to.equal("Secure");
  });

  it("tells what was proven from what nobody answered, and what was asked for from what counts as that", () => {
    expect(kindOf(event("BatchCondemned", { fault: 1n }), [])).to.equal("BatchCondemned");
    expect(kindOf(event("BatchCondemned", { fault: 6n }), [])).to.equal("Unanswered");
    expect(kindOf(event("DataRequested", { requester: "0x1" }), [])).to.equal("DataRequested");
    expect(kindOf(event("DataRequested", { requester: ZeroAddress }), [])).to.equal("Counted");
  });
});
