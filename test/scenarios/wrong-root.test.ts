import { expect } from "chai";

import { wrongRoot } from "../../scripts/demos/scenarios/wrong-root.ts";
import { performance } from "./perform.ts";

describe("scenario: wrong-root", () => {
  const observed = performance(wrongRoot, async ({ system, local, cast }) => {
    const [condemned] = local.l1State.condemned;
    const offender = condemned?.header.sequencer ?? "";
    const stakes = await Promise.all(
      cast.owners.map(async ({ address }) => (await system.sequencers.sequencerOf(address)).stake),
    );
    expect((await system.sequencers.sequencerOf(offender)).stake).to.equal(0n);
    // Two cosigned; one did not.
    expect(new Set(stakes).size).to.equal(3);
    expect(local.l1State.batches[1]?.header.mtsr).not.to.equal(condemned?.header.mtsr);
  });

  it("[S4] L1 takes no certificate of one sequencer", observed);
  it("[9] [10] [11] [11.1] [11.2] [11.3] the verifier finds another state root", observed);
  it("[11.4] [11.5] it proves the fraud in one call", observed);
  it("[11.11] [11.12] [11.13] L1 slashes and kicks the sequencer, and pays the verifier", observed);
  it("[11.14] the batch is void, and its index open again", observed);
  it("[11.15] L1 rotates", observed);
  it("[3.2] [Q8] users learn that their transactions failed and send them again", observed);
});
