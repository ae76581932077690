import { expect } from "chai";

import { proveFinal } from "../../../agents/l1/archive.ts";
import { hashHeader } from "../../../l2/batch/header.ts";
import { ZERO_HASH } from "../../../l2/base/hex.ts";
import { placed, submit, type TestBatch } from "../../../testkit/batches.ts";
import { stageFixture } from "../../../testkit/agents/stage.ts";

describe("Archive of final headers", () => {
  const load = stageFixture({ verifiers: 1 });

  it("proves each of them, in a group of 32 that is complete and in one that has begun", async () => {
    const { system, l1, world, sequencer } = await load();
    const { inbox } = system;
    const batches: TestBatch[] = [];
    for (let parent = world.genesis; batches.length < 34; parent = batches.at(-1)!.header) {
      const batch = await world.batch(parent, sequencer, { transfers: 1 });
      await submit(system, batch);
      batches.push(batch);
    }
    await system.skip(8 * 24 * 3600);
    const run = await Promise.all(batches.map(async ({ header }) => placed(system, header)));
    await inbox.finalise(run.slice(0, 20));
    const before = await l1.provider.getBlockNumber();
    await inbox.finalise(run.slice(20));

    const hashes = [hashHeader(world.genesis), ...batches.map(({ hash }) => hash)];
    const now = await l1.provider.getBlockNumber();
    for (const [index, hash] of hashes.entries()) {
      const { chain, following } = await proveFinal(l1, index, now);
      expect(await inbox.isFinal(index, hash, chain, [...following]), `batch ${index}`).to.equal(true);
    }
    const { chain, following } = await proveFinal(l1, 31, now);
    expect(following).to.deep.equal([]);
    expect(await inbox.isFinal(31, hashes[31]!, ZERO_HASH, [])).to.equal(false);
    expect(await inbox.isFinal(30, hashes[31]!, chain, [])).to.equal(false);
    expect(await inbox.isFinal(31, hashes[30]!, chain, [])).to.equal(false);
    // A proof is one as of a block: later headers join the group.
    const early = await proveFinal(l1, 20, before);
    expect(await inbox.isFinal(20, hashes[20]!, early.chain, [...early.following])).to.equal(false);
    const then = { blockTag: before };
    expect(await inbox.isFinal(20, hashes[20]!, early.chain, [...early.following], then)).to.equal(true);
  });
});
