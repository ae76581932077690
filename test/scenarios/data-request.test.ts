import { expect } from "chai";

import { dataRequest } from "../../scripts/demos/scenarios/data-request.ts";
import { perform } from "./perform.ts";

describe("scenario: data-request", () => {
  it("[9.2] [9.3] [11.6] [11.7] [11.8] [11.9] [11.10] [11.10.1] [11.10.2] [11.10.3] [11.10.3.1] [11.10.3.2] [11.10.3.3] [11.10.3.4] recomputes withheld data, finds it right, and kicks by vote", async () => {
    const steps = [
      "9.2",
      "9.3",
      "11.6",
      "11.7",
      "11.8",
      "11.9",
      "11.10",
      "11.10.1",
      "11.10.2",
      "11.10.3",
      "11.10.3.1",
      "11.10.3.2",
      "11.10.3.3",
      "11.10.3.4",
    ];
    await perform(dataRequest, steps, async ({ system, local }) => {
      const offender = local.l1State.batches[1]?.header.sequencer ?? "";
      expect((await system.sequencers.sequencerOf(offender)).status).to.equal(2n);
      expect((await system.sequencers.term()).sequencer).not.to.equal(offender);
      expect(local.l1State.batches[1]?.confirmed).to.equal(true);
      expect(await system.inbox.insecure()).to.equal(false);
    });
  });
});
