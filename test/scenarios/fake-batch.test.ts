import { expect } from "chai";

import { fakeBatch } from "../../scripts/demos/scenarios/fake-batch.ts";
import { perform } from "./perform.ts";

describe("scenario: fake-batch", () => {
  it("[3.3] [3.3.2] [3.3.3] [3.3.4] [3.3.5] [3.3.6] [3.3.6a.1] [3.3.6a.2] [3.3.6a.3] [3.3.6a.4] [3.3.6b.1] [3.3.6b.2] [3.3.6b.3] recomputes a batch of one sequencer alone, false and right", async () => {
    const steps = [
      "3.3",
      "3.3.2",
      "3.3.3",
      "3.3.4",
      "3.3.5",
      "3.3.6",
      "3.3.6a.1",
      "3.3.6a.2",
      "3.3.6a.3",
      "3.3.6a.4",
      "3.3.6b.1",
      "3.3.6b.2",
      "3.3.6b.3",
    ];
    await perform(fakeBatch, steps, async ({ system, local }) => {
      expect(local.l1State.condemned.length).to.equal(1);
      expect(local.l1State.batches[1]).to.include({ attested: false, confirmed: true });
      expect(await system.inbox.insecure()).to.equal(false);
    });
  });
});
