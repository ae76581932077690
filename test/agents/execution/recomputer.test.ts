import { expect } from "chai";

import { failureOf } from "../../../testkit/agents/failure.ts";
import { knows, recomputerOf, stageFixture, type Stage } from "../../../testkit/agents/stage.ts";
import { submit, type TestBatch } from "../../../testkit/batches.ts";
import { requestData } from "../../../testkit/disputes.ts";

describe("Recomputer", () => {
  const load = stageFixture({ verifiers: 1 });
  let stage: Stage;
  let batch: TestBatch;

  beforeEach(async () => {
    stage = await load();
    batch = await stage.world.batch(stage.world.genesis, stage.sequencer, { transfers: 24 });
    await submit(stage.system, batch);
    await requestData(stage.system, batch);
  });

  const fetch = () => knows(batch).fetch(batch.header);
  const steps = async (): Promise<number> => {
    const { disputes } = stage.system;
    return (await disputes.queryFilter(disputes.filters.RecomputationAdvanced(batch.hash))).length;
  };
  const post = async (): Promise<void> => {
    await stage.responder({}, [knows(batch)]).answer(await stage.mirror().sync());
  };

  it("does nothing while data is missing, or where nobody asked", async () => {
    const state = await stage.mirror().sync();
    const never = () => Promise.reject(new Error("fetched"));
    await recomputerOf(stage).advance(state, batch.hash, never);
    await recomputerOf(stage).advance(state, batch.parent.parent, never);
    expect(await steps()).to.equal(0);
  });

  it("[11.9] [11.10.1] has L1 execute what was posted, in one step where it fits", async () => {
    await post();
    await recomputerOf(stage).advance(await stage.mirror().sync(), batch.hash, fetch);
    expect((await stage.mirror().sync()).requests[batch.hash]?.phase).to.equal("answered");
    expect(await steps()).to.equal(1);
  });

  it("[11.9] goes on where another left off, in steps of the size that it is told", async () => {
    await post();
    const small = { stepGas: 400_000n };
    const first = recomputerOf(stage, { ...small, steps: 2 });
    const state = await stage.mirror().sync();
    expect((await failureOf(first.advance(state, batch.hash, fetch))).message).to.equal("killed");
    expect(await steps()).to.equal(2);
    // It holds what was so before the first: L1 says that it is old, and it gives up.
    await recomputerOf(stage, small).advance(state, batch.hash, fetch);
    expect(await steps()).to.equal(2);
    await recomputerOf(stage, small).advance(await stage.mirror().sync(), batch.hash, fetch);
    expect((await stage.mirror().sync()).requests[batch.hash]?.phase).to.equal("answered");
    expect(await steps()).to.be.greaterThan(3);
  });
});
