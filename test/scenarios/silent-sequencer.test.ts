import { expect } from "chai";

import { silentSequencer } from "../../scripts/demos/scenarios/silent-sequencer.ts";
import { performance } from "./perform.ts";

describe("scenario: silent-sequencer", () => {
  const observed = performance(silentSequencer, async ({ system, cast }) => {
    const statuses = await Promise.all(
      cast.owners.map(async ({ address }) => (await system.sequencers.sequencerOf(address)).status),
    );
    expect(statuses.filter((status) => status === 2n).length).to.equal(1);
  });

  it("[3.1] the L2 gets no block", observed);
  it("[3.2] the user learns that her transaction failed", observed);
  it("[3.3.9] [S2] its peers rotate the silent sequencer out", observed);
  it("[3.3.10] [Q8] the user sends again, and the chain runs", observed);
  it("[3.3.7] a voter proposes to punish it", observed);
  it("[3.3.8] the vote passes: L1 kicks it", observed);
});
