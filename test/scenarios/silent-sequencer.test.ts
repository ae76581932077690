import { expect } from "chai";

import { silentSequencer } from "../../scripts/demos/scenarios/silent-sequencer.ts";
import { perform } from "./perform.ts";

describe("scenario: silent-sequencer", () => {
  it("[3.1] [3.2] [3.3.1] [3.3.7] [3.3.8] [3.3.9] [3.3.10] [S2] [Q8] rotates a silent sequencer and kicks it by vote", async () => {
    const steps = ["3.1", "3.2", "3.3.1", "3.3.7", "3.3.8", "3.3.9", "3.3.10", "S2", "Q8"];
    await perform(silentSequencer, steps, async ({ system, cast }) => {
      const statuses = await Promise.all(
        cast.owners.map(async ({ address }) => (await system.sequencers.sequencerOf(address)).status),
      );
      expect(statuses.filter((status) => status === 2n).length).to.equal(1);
    });
  });
});
