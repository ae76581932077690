import { expect } from "chai";

import { forgedData } from "../../scripts/demos/scenarios/forged-data.ts";
import { performance } from "./perform.ts";

describe("scenario: forged-data", () => {
  const observed = performance(forgedData, async ({ system, local }) => {
    const [request] = Object.values(local.l1State.requests);
    expect(request?.phase).to.equal("answered");
    expect(local.l1State.condemned).to.deep.equal([]);
    const [repaid] = await system.sequencers.queryFilter(system.sequencers.filters.AnswerRepaid());
    expect(repaid?.args.sequencer).to.equal(request?.header.sequencer);
    expect(repaid?.args.answerer).not.to.equal(request?.header.sequencer);
    expect(await system.inbox.insecure()).to.equal(false);
  });

  it("[9.2] [11.6] [11.7] [S1] the verifier asks L1 for the data", observed);
  it("[11.8] L1 takes no other data than the batch's, and that from anyone", observed);
  it("[11.9] [11.10] L1 recomputes the batch and compares", observed);
  it("[11.10.1] the roots are equal: the system is secure again, and nothing was rolled back", observed);
  it("[9.3] [11.10.2] the verifier downloads the data from L1", observed);
});
