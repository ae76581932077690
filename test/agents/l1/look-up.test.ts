import { expect } from "chai";

import { proveFinal } from "../../../agents/l1/archive.ts";
import { lookUp } from "../../../agents/l1/look-up.ts";
import { ZERO_HASH } from "../../../l2/base/hex.ts";
import { placed, submit, type TestBatch } from "../../../testkit/batches.ts";
import { stageFixture } from "../../../testkit/agents/stage.ts";

describe("Looking up a header on L1", () => {
  const load = stageFixture({ verifiers: 1 });

  it("proves a final one with the others of its group, and tells one that waits from it", async () => {
    const { system, l1, world, sequencer } = await load();
    const batches: TestBatch[] = [];
    // Groups of 32, genesis included: one that is complete, and the begin of another.
    for (let parent = world.genesis; batches.length < 35; parent = batches.at(-1)!.header) {
      const batch = await world.batch(parent, sequencer, { transfers: 1 });
      await submit(system, batch);
      batches.push(batch);
    }
    await system.skip(8 * 24 * 3600);
    const run = await Promise.all(batches.slice(0, 34).map(async ({ header }) => placed(system, header)));
    await system.inbox.finalise(run.slice(0, 20));
    await system.inbox.finalise(run.slice(20));

    for (const index of [0, 1, 20, 21, 31, 32, 33, 34]) {
      const header = index === 0 ? world.genesis : batches[index - 1]!.header;
      expect((await lookUp(l1, header))?.final, `batch ${index}`).to.equal(true);
    }
    expect((await lookUp(l1, batches[34]!.header))?.final).to.equal(false);
    expect(await lookUp(l1, { ...batches[3]!.header, gasUsed: 1n })).to.equal(undefined);

    const { chain, following } = await proveFinal(l1, 31, await l1.provider.getBlockNumber());
    expect(following).to.deep.equal([]);
    const { hash } = batches[30]!;
    expect(await system.inbox.isFinal(31, hash, chain, [])).to.equal(true);
    expect(await system.inbox.isFinal(31, hash, ZERO_HASH, [])).to.equal(false);
    expect(await system.inbox.isFinal(30, hash, chain, [])).to.equal(false);
    expect(await system.inbox.isFinal(31, batches[29]!.hash, chain, [])).to.equal(false);
  });
});
