import { expect } from "chai";

import { forgedBlock } from "../../scripts/demos/scenarios/forged-block.ts";
import { perform } from "./perform.ts";

describe("scenario: forged-block", () => {
  it("[3] [S3] [3.2] [3.3.10] refuses a forged block, and rotates whoever made it", async () => {
    const steps = ["3", "S3", "3.2", "3.3.9", "3.3.10"];
    await perform(forgedBlock, steps, async ({ system, local }) => {
      expect(local.consensus.agent.reports.length).to.be.greaterThan(0);
      expect((await system.sequencers.term()).number).to.equal(2n);
    });
  });
});
