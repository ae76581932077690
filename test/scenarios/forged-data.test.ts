import { expect } from "chai";

import { forgedData } from "../../scripts/demos/scenarios/forged-data.ts";
import { performance } from "./perform.ts";

describe("scenario: forged-data", () => {
  const observed = performance(forgedData, async ({ system, local }) => {
    const [condemned] = local.l1State.condemned;
    const offender = condemned?.header.sequencer ?? "";
    expect((await system.sequencers.sequencerOf(offender)).stake).to.equal(0n);
    expect(await system.inbox.invalidated(condemned?.headerHash ?? "")).to.equal(true);
    expect(local.l1State.batches[1]?.header.sequencer).not.to.equal(offender);
  });

  it("[9.2] [11.6] [11.7] [S1] the verifier asks L1 for the data", observed);
  it("[11.8] the sequencer posts other data than the batch's", observed);
  it("[11.11] [11.12] [11.13] L1 slashes and kicks it, and compensates the verifier", observed);
  it("[11.14] the batch is void, and its index open again", observed);
  it("[11.15] [11.16] L1 rotates and is secure again", observed);
  it("[3.2] [Q8] users learn that their transactions failed and send them again", observed);
  it("[9.1] Memolabs is still down: the verifier takes the next batch from the blockchain", observed);
});
