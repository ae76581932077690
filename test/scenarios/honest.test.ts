import { expect } from "chai";

import { honest } from "../../scripts/demos/scenarios/honest.ts";
import { perform } from "./perform.ts";

describe("scenario: honest", () => {
  it("[1] [2a] [2b] [3] [4] [5] [5.1] [5.2] [6] [7] [8a] [8b] [8c] [8d] [8e] [8.3] [9] [10] [11] [11.1] [11.2] [11.3] [11.3.1] [Q4] [Q5] [Q7] goes from a signed transfer to a final batch, and nothing else happens", async () => {
    const steps = [
      "1",
      "2a",
      "2b",
      "3",
      "4",
      "5",
      "5.1",
      "5.2",
      "6",
      "7",
      "8a",
      "8b",
      "8c",
      "8d",
      "8e",
      "8.3",
      "9",
      "10",
      "11",
      "11.1",
      "11.2",
      "11.3",
      "11.3.1",
      "Q4",
      "Q5",
      "Q7",
    ];
    await perform(honest, steps, async ({ system, local }) => {
      expect(await system.inbox.finalised()).to.equal(2n);
      expect(local.l1State.condemned).to.deep.equal([]);
      expect(local.l1State.requests).to.deep.equal({});
      expect(await system.sequencers.owed(local.l1State.batches[1]?.header.sequencer ?? "")).to.be.greaterThan(0n);
    });
  });
});
