import { expect } from "chai";

import { tokenTransfer } from "../../scripts/demos/scenarios/token-transfer.ts";
import { perform } from "./perform.ts";

describe("scenario: token-transfer", () => {
  it("[11.1] [11.2] [11.3] [11.4] [11.5] [11.11] [11.14] [Q8] proves a state root false by running a token's code on L1", async () => {
    const steps = ["11.1", "11.2", "11.3", "11.4", "11.5", "11.11", "11.12", "11.13", "11.14", "11.15", "Q8"];
    await perform(tokenTransfer, steps, async ({ system, local }) => {
      const [condemned] = local.l1State.condemned;
      expect(condemned?.header.index).to.equal(2n);
      expect(local.l1State.batches[2]?.header.mtsr).not.to.equal(condemned?.header.mtsr);
      expect((await system.sequencers.sequencerOf(condemned?.header.sequencer ?? "")).stake).to.equal(0n);
    });
  });
});
