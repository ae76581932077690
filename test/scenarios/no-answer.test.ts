import { expect } from "chai";

import { ZERO_HASH } from "../../l2/base/hex.ts";
import { noAnswer } from "../../scripts/demos/scenarios/no-answer.ts";
import { perform } from "./perform.ts";

describe("scenario: no-answer", () => {
  it("[11.D1] [11.11] [11.14] [11.16] [S1] closes a request that nobody answered, and rolls later batches back", async () => {
    const steps = ["11.D1", "11.11", "11.12", "11.13", "11.14", "11.15", "11.16", "S1", "3.2", "Q8"];
    await perform(noAnswer, steps, async ({ system, local }) => {
      expect(local.l1State.condemned.map(({ header, head }) => [header.index, head])).to.deep.equal([[1n, 3]]);
      expect(local.l1State.requests[local.l1State.condemned[0]?.headerHash ?? ZERO_HASH]?.expired).to.equal(true);
      expect(await system.inbox.insecure()).to.equal(false);
    });
  });
});
