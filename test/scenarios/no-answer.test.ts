import { expect } from "chai";

import { noAnswer } from "../../scripts/demos/scenarios/no-answer.ts";
import { Fault } from "../../testkit/disputes.ts";
import { performance } from "./perform.ts";

describe("scenario: no-answer", () => {
  const observed = performance(noAnswer, async ({ system, local }) => {
    expect(local.l1State.condemned.map(({ header, head }) => [header.index, head])).to.deep.equal([[1n, 3]]);
    const { headerHash } = local.l1State.condemned[0]!;
    expect(local.l1State.verdicts[headerHash]).to.deep.include({ fault: Number(Fault.Unanswered), signers: 0b1111n });
    expect(local.l1State.requests[headerHash]?.phase).to.equal("condemned");
    expect(await system.inbox.insecure()).to.equal(false);
  });

  it("[9.2] [11.6] [11.7] the verifier asks L1 for the data", observed);
  it("[S1] nothing of it becomes final while the request is open", observed);
  it("[11.D1] the verifier closes the request after the window", observed);
  it(
    "[11.11] [11.12] [11.13] L1 slashes all who signed and kicks the sequencer, and compensates the verifier",
    observed,
  );
  it("[11.14] the batch is void; the one after it goes with it, without blame", observed);
  it("[11.15] [11.16] L1 rotates and is secure again", observed);
  it("[3.2] [Q8] users learn that their transactions failed and send them again", observed);
  it("[9.1] Memolabs is still down: the verifier takes the next batch from the blockchain", observed);
});
