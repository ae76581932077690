import { expect } from "chai";

import { halt } from "../../scripts/demos/scenarios/halt.ts";
import { perform } from "./perform.ts";

describe("scenario: halt", () => {
  it("[S2] [Q3] [Q8] halts when more than a third of the stake stops, and resumes when it is back", async () => {
    const steps = ["S2", "Q3", "Q8", "3.2"];
    await perform(halt, steps, async ({ local }) => {
      expect((await local.consensus.agent.status()).halted).to.equal(false);
      const heads = new Set(local.sequencers.map(({ chain }) => chain.head.hash));
      expect(heads.size).to.equal(1);
    });
  });
});
