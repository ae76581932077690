import { expect } from "chai";

import { ZERO_HASH } from "../../l2/base/hex.ts";
import { storageDown } from "../../scripts/demos/scenarios/storage-down.ts";
import { perform } from "./perform.ts";

describe("scenario: storage-down", () => {
  it("[9] [9.1] [Q3] [Q10] verifies from a snapshot and from the blockchain while Memolabs is down", async () => {
    const steps = ["9", "9.1", "11.3.1", "Q3", "Q10"];
    await perform(storageDown, steps, async ({ system, local }) => {
      const hashes = [1, 2].map((index) => local.l1State.batches[index]?.headerHash ?? ZERO_HASH);
      for (const hash of hashes) expect(local.verifiers[0]?.agent.finding(hash)?.verdict).to.equal("right");
      expect(await system.inbox.insecure()).to.equal(false);
    });
  });
});
