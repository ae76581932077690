import { expect } from "chai";

import { honest } from "../../scripts/demos/scenarios/honest.ts";
import { performance } from "./perform.ts";

describe("scenario: honest", () => {
  const observed = performance(honest, async ({ system, local }) => {
    expect(await system.inbox.finalised()).to.equal(2n);
    expect(local.l1State.condemned).to.deep.equal([]);
    expect(local.l1State.requests).to.deep.equal({});
    expect(await system.sequencers.owed(local.l1State.batches[1]?.header.sequencer ?? "")).to.be.greaterThan(0n);
  });

  it("[1] users sign transfers and submit them", observed);
  it("[2a] [5.1] the consensus layer hands them to the current sequencer", observed);
  it("[5] every sequencer looks whose term it is", observed);
  it("[2b] the current one makes blocks", observed);
  it("[3] its peers hold the blocks with its signature", observed);
  it("[5.2] they re-execute them and come to the same state", observed);
  it("[4] every user gets a receipt", observed);
  it("[7] the consensus layer computes the batch's roots and has them signed", observed);
  it("[6] the submitter stores the transactions in Memolabs", observed);
  it("[8a] it submits the roots to L1", observed);
  it("[8b] [8c] [8d] [8e] [8.3] it reads them back and computes them itself from the blockchain", observed);
  it("[9] [10] [11] [11.1] [11.2] [11.3] [11.3.1] the verifier computes them from Memolabs' data", observed);
  it("[Q5] L1 carries no transaction of the L2", observed);
  it("[Q7] a user proves that her transaction is in the batch", observed);
  it("[Q4] the sequencers are rewarded for a final batch", observed);
});
