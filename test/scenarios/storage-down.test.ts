import { expect } from "chai";

import { ZERO_HASH } from "../../l2/base/hex.ts";
import { storageDown } from "../../scripts/demos/scenarios/storage-down.ts";
import { performance } from "./perform.ts";

describe("scenario: storage-down", () => {
  const observed = performance(storageDown, async ({ system, local }) => {
    const hashes = [1, 2].map((index) => local.l1State.batches[index]?.headerHash ?? ZERO_HASH);
    for (const hash of hashes) expect(local.verifiers[0]?.agent.finding(hash)?.verdict).to.equal("right");
    expect(await system.inbox.insecure()).to.equal(false);
  });

  it("[9.1] [Q10] the verifier takes a snapshot, then the blockchain", observed);
  it("[Q3] the system does not need Memolabs", observed);
  it("[11.3.1] it finds both batches right", observed);
});
