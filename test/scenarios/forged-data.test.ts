import { expect } from "chai";

import { forgedData } from "../../scripts/demos/scenarios/forged-data.ts";
import { perform } from "./perform.ts";

describe("scenario: forged-data", () => {
  it("[11.8] [11.11] [11.12] [11.13] [11.14] [11.15] [11.16] [3.2] [Q8] condemns a sequencer that posts what it did not commit to", async () => {
    const steps = ["11.6", "11.7", "11.8", "11.11", "11.12", "11.13", "11.14", "11.15", "11.16", "3.2", "Q8"];
    await perform(forgedData, steps, async ({ system, local }) => {
      const [condemned] = local.l1State.condemned;
      const offender = condemned?.header.sequencer ?? "";
      expect((await system.sequencers.sequencerOf(offender)).stake).to.equal(0n);
      expect(await system.inbox.invalidated(condemned?.headerHash ?? "")).to.equal(true);
      expect(local.l1State.batches[1]?.header.sequencer).not.to.equal(offender);
    });
  });
});
