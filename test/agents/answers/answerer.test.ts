import { expect } from "chai";

import type { DataSource } from "../../../agents/data/batch-data.ts";
import { Parameter } from "../../../ignition/parameters.ts";
import { keccakText } from "../../../l2/base/keccak.ts";
import { type TestBatch, lying, ownerOf, rootsWith, submit } from "../../../testkit/batches.ts";
import { check, isCondemned, requestData, requestOf, RequestState } from "../../../testkit/disputes.ts";
import { knows, stageFixture, type Stage } from "../../../testkit/agents/stage.ts";
import { encodeObject } from "../../../l2/batch/encoding.ts";

describe("Answerer", () => {
  const load = stageFixture({ verifiers: 1 });
  let stage: Stage;

  beforeEach(async () => {
    stage = await load();
  });

  /** Batches in a row whose data was requested. */
  async function requested(count: number): Promise<TestBatch[]> {
    const batches: TestBatch[] = [];
    let parent = stage.world.genesis;
    for (let made = 0; made < count; made++) {
      const batch = await stage.world.batch(parent, stage.sequencer, { transfers: 2 });
      await submit(stage.system, batch);
      await requestData(stage.system, batch);
      batches.push(batch);
      parent = batch.header;
    }
    return batches;
  }

  const stateOf = async (batch: TestBatch): Promise<bigint> => (await requestOf(stage.system, batch)).state;

  it("[11.8] answers for its own batches at once, several at a time", async () => {
    const batches = await requested(6);
    // The store begins with the genesis: a batch's state is known once the one before was executed.
    for (let round = 0; round < 3; round++) await stage.answer([knows(...batches)]);
    for (const batch of batches) expect(await stateOf(batch)).to.equal(RequestState.Answered);
    expect(await stage.system.inbox.insecure()).to.equal(false);
  });

  it("[M1] waits for none of sixteen answers: its rounds go on, and so does the sequencer beside it", async () => {
    const batches = await requested(16);
    const asked: string[] = [];
    const hangs: DataSource = {
      name: "a source that never answers",
      fetch: ({ mttbr }) => {
        asked.push(mttbr);
        return new Promise(() => undefined);
      },
    };
    const answerer = stage.answerer({}, [hangs]);
    for (let round = 0; round < 3; round++) await answerer.tick();
    expect(asked.length).to.be.greaterThan(0).and.to.be.at.most(batches.length);
    expect(new Set(asked).size).to.equal(asked.length);
    expect(answerer.health().healthy).to.equal(true);
  });

  it("[H3] leaves others' batches to their sequencer for minutes, then answers for it and is repaid", async () => {
    const [batch] = await requested(1);
    const { sequencers, parameters } = stage.system;
    const other = stage.system.sequencerAccounts.find(({ address }) => address !== stage.sequencer)!;
    const options = { owner: other.address };
    await stage.answer([knows(batch!)], options);
    expect(await stateOf(batch!)).to.equal(RequestState.Open);
    const { stake } = await sequencers.sequencerOf(stage.sequencer);
    await stage.system.skip((await parameters.get(Parameter.RequestWindow)) / 480n + 300n);
    await stage.answer([knows(batch!)], options);
    expect(await stateOf(batch!)).to.equal(RequestState.Answered);
    expect((await sequencers.sequencerOf(stage.sequencer)).stake < stake).to.equal(true);
  });

  it("[M7] leaves out what somebody else had checked, and pays for nothing twice", async () => {
    const batch = await stage.world.batch(stage.world.genesis, stage.sequencer, { transfers: 9 });
    await submit(stage.system, batch);
    await requestData(stage.system, batch);
    const rival = ownerOf(stage.system, stage.system.sequencerAccounts.at(-1)!.address);
    for (const from of [2, 5]) await check(stage.system, stage.world, batch, { from, to: from + 1, as: rival });
    await stage.answer([knows(batch)]);
    const ranges = await stage.system.disputes.queryFilter(stage.system.disputes.filters.RecordsChecked(batch.hash));
    const places = ranges.flatMap(({ args }) =>
      Array.from({ length: Number(args.count) }, (_, place) => Number(args.from) + place),
    );
    expect(places.toSorted((a, b) => a - b)).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it("[11.5] [3.3.6] proves a batch wrong where it finds that instead", async () => {
    const right = await stage.world.batch(stage.world.genesis, stage.sequencer, { transfers: 4 });
    const wrong = lying(right, { stateRoots: rootsWith(right, 1, keccakText("elsewhere")) });
    await submit(stage.system, wrong);
    await stage.store.put(encodeObject(wrong.data, wrong.stateRoots));
    await requestData(stage.system, wrong);
    await stage.answer();
    expect(await isCondemned(stage.system, wrong.hash)).to.equal(true);
  });

  it("raises an alarm where nobody has the data, and goes on", async () => {
    const [batch] = await requested(1);
    await stage.answer([]);
    expect(await stateOf(batch!)).to.equal(RequestState.Open);
    const { values } = await stage.kit.metrics.alarms.get();
    expect(values.map(({ labels }) => labels.reason)).to.include("no data to answer with");
    await stage.answer([knows(batch!)]);
    expect(await stateOf(batch!)).to.equal(RequestState.Answered);
  });
});
