import { expect } from "chai";

import { lookUp } from "../../../agents/l1/look-up.ts";
import { placed, submit } from "../../../testkit/batches.ts";
import { stageFixture } from "../../../testkit/agents/stage.ts";

describe("Looking up a header on L1", () => {
  const load = stageFixture({ verifiers: 1 });

  it("tells one that is final from one that waits, and from one that does not stand", async () => {
    const { system, l1, world, sequencer } = await load();
    const first = await world.batch(world.genesis, sequencer, { transfers: 1 });
    const second = await world.batch(first.header, sequencer, { transfers: 1 });
    for (const batch of [first, second]) await submit(system, batch);
    expect((await lookUp(l1, first.header))?.final).to.equal(false);
    await system.skip(8 * 24 * 3600);
    await system.inbox.finalise([await placed(system, first.header)]);
    const { standing } = await placed(system, first.header);
    expect(await lookUp(l1, first.header)).to.deep.equal({ standing, final: true });
    expect((await lookUp(l1, world.genesis))?.final).to.equal(true);
    expect((await lookUp(l1, second.header))?.final).to.equal(false);
    expect(await lookUp(l1, { ...first.header, gasUsed: 1n })).to.equal(undefined);
  });
});
