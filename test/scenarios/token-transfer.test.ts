import { expect } from "chai";

import { tokenTransfer } from "../../scripts/demos/scenarios/token-transfer.ts";
import { performance } from "./perform.ts";

describe("scenario: token-transfer", () => {
  const observed = performance(tokenTransfer, async ({ system, local }) => {
    const [condemned] = local.l1State.condemned;
    expect(condemned?.header.index).to.equal(2n);
    expect(local.l1State.batches[2]?.header.mtsr).not.to.equal(condemned?.header.mtsr);
    expect((await system.sequencers.sequencerOf(condemned?.header.sequencer ?? "")).stake).to.equal(0n);
  });

  it("[S4] L1 takes no certificate of one sequencer", observed);
  it("[11.1] [11.2] [11.3] the verifier finds another state root after the token's transfer", observed);
  it("[11.4] [11.5] L1 runs the token's code and finds the fraud", observed);
  it("[11.11] [11.12] [11.13] [11.15] L1 slashes, kicks and rotates the sequencer, and pays the verifier", observed);
  it("[11.14] [Q8] the payment is in the batch that takes the index again", observed);
});
