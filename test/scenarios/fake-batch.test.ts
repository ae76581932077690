import { expect } from "chai";

import { BATCH_STATUS } from "../../agents/l1/standing.ts";
import { fakeBatch } from "../../scripts/demos/scenarios/fake-batch.ts";
import { performance } from "./perform.ts";

describe("scenario: fake-batch", () => {
  const observed = performance(fakeBatch, async ({ system, local }) => {
    expect(local.l1State.condemned.length).to.equal(1);
    expect(local.l1State.batches[1]?.standing.status).to.equal(BATCH_STATUS.recomputed);
    expect(await system.inbox.insecure()).to.equal(false);
  });

  it("[3.3] the current sequencer posts batches without a certificate", observed);
  it("[3.3.2] they count as requested", observed);
  it("[9.1] the verifier judges one by the blockchain, as Memolabs does not have it", observed);
  it("[3.3.3] [S1] the system is insecure while a request is open", observed);
  it("[3.3.4] [3.3.5] [3.3.6] the sequencer posts the data; L1 computes the batch and compares", observed);
  it("[11.4] [11.5] a false root is proven in one call, as in any batch", observed);
  it("[3.3.6a.1] [3.3.6a.2] [11.16] the roots differ: L1 kicks the sequencer and voids the batch", observed);
  it("[11.13] L1 pays the verifier", observed);
  it("[3.3.6a.3] [3.3.6a.4] L1 rotates; the user sends again, and the chain runs", observed);
  it("[3.3.6b.1] the roots are equal: the system is secure again", observed);
  it("[3.3.6b.2] [3.3.6b.3] [3.1] its peers rotate the silent sequencer; the user sends again", observed);
  it("[3.3.1] a vote kicks the sequencer that posted alone", observed);
  it("[Q8] no transaction is lost", observed);
});
