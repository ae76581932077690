import { expect } from "chai";

import { isAnswered } from "../../agents/l1/mirror.ts";
import { dataRequest } from "../../scripts/demos/scenarios/data-request.ts";
import { performance } from "./perform.ts";

describe("scenario: data-request", () => {
  const observed = performance(dataRequest, async ({ system, local }) => {
    const offender = local.l1State.batches[1]?.header.sequencer ?? "";
    expect((await system.sequencers.sequencerOf(offender)).status).to.equal(2n);
    expect((await system.sequencers.term()).sequencer).not.to.equal(offender);
    expect(isAnswered(local.l1State, local.l1State.batches[1]!)).to.equal(true);
    expect(await system.inbox.insecure()).to.equal(false);
  });

  it("[9.2] [11.6] the verifier asks L1 for data that it gets nowhere", observed);
  it("[11.7] [S1] the system is insecure while the request is open", observed);
  it("[11.8] the sequencer posts the data", observed);
  it("[9.3] [11.10.2] the verifier downloads it from L1", observed);
  it("[11.9] [11.10] L1 recomputes the batch and compares", observed);
  it("[11.10.1] the roots are equal: the system is secure again", observed);
  it("[11.10.3] the verifier proposes to kick the sequencer", observed);
  it("[11.10.3.4] it may still submit a fraud proof", observed);
  it(
    "[11.10.3.1] [11.10.3.2] [11.10.3.3] the vote kicks the sequencer, compensates the verifier and rotates",
    observed,
  );
});
