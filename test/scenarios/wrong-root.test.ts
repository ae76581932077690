import { expect } from "chai";

import { wrongRoot } from "../../scripts/demos/scenarios/wrong-root.ts";
import { perform } from "./perform.ts";

describe("scenario: wrong-root", () => {
  it("[11] [11.1] [11.2] [11.3] [11.4] [11.5] [11.11] [11.12] [11.13] [11.14] [11.15] [S4] proves a state root false that a quorum certified", async () => {
    const steps = [
      "11",
      "11.1",
      "11.2",
      "11.3",
      "11.4",
      "11.5",
      "11.11",
      "11.12",
      "11.13",
      "11.14",
      "11.15",
      "3.2",
      "Q8",
    ];
    await perform(wrongRoot, steps, async ({ system, local, cast }) => {
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
  });
});
