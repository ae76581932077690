import { expect } from "chai";

import { forgedBlock } from "../../scripts/demos/scenarios/forged-block.ts";
import { FIRST_TERM } from "../../testkit/batches.ts";
import { performance } from "./perform.ts";

describe("scenario: forged-block", () => {
  const observed = performance(forgedBlock, async ({ system, local }) => {
    expect(local.consensus.agent.reports.length).to.be.greaterThan(0);
    expect((await system.sequencers.term()).number).to.equal(FIRST_TERM + 1n);
  });

  it("[3] [S3] the peers verify a forged block and refuse it", observed);
  it("[3.1] the L2 gets no block that counts", observed);
  it("[3.3.9] [S2] they rotate the sequencer out", observed);
  it("[3.2] the user learns that her transaction failed", observed);
  it("[3.3.10] [Q8] she sends again, and the chain runs", observed);
});
