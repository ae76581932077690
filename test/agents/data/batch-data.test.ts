import { expect } from "chai";

import { BlocksSource, fetchPosted, matches, mttbrOf, StorageSource } from "../../../agents/data/batch-data.ts";
import type { ReadableStorage } from "../../../agents/data/storage.ts";
import { AgentError } from "../../../agents/runtime/errors.ts";
import { encodeObject } from "../../../l2/batch/encoding.ts";
import type { BatchHeader } from "../../../l2/batch/header.ts";
import { failsWith } from "../../../testkit/agents/objects.ts";
import { stageFixture, type Stage } from "../../../testkit/agents/stage.ts";
import { submit, type TestBatch } from "../../../testkit/batches.ts";
import { answer, requestData } from "../../../testkit/disputes.ts";

describe("Data of a batch", () => {
  const load = stageFixture({ verifiers: 1 });
  let stage: Stage;
  let batch: TestBatch;

  beforeEach(async () => {
    stage = await load();
    batch = await stage.world.batch(stage.world.genesis, stage.sequencer, { transfers: 5 });
  });

  const holding = (object: Uint8Array): ReadableStorage => ({ name: "memory", get: () => Promise.resolve(object) });

  it("matches its header by count and MTTBR", () => {
    const { header, transactions } = batch;
    const right = { transactions: [...transactions] };
    expect(mttbrOf(transactions)).to.equal(header.mttbr);
    expect(matches(header, right)).to.equal(true);
    const wrong: Partial<BatchHeader>[] = [{ txCount: header.txCount + 1n }, { mttbr: header.mtsr }];
    for (const change of wrong) expect(matches({ ...header, ...change }, right)).to.equal(false);
    expect(matches(header, { ...right, transactions: right.transactions.toReversed() })).to.equal(false);
  });

  it("[9] comes out of a storage with the state roots that the batch claims", async () => {
    const { header, data, stateRoots } = batch;
    const found = await new StorageSource(holding(encodeObject(data, stateRoots))).fetch(header);
    expect(found.stateRoots).to.deep.equal([...stateRoots]);
    expect(Buffer.from(found.data!)).to.deep.equal(Buffer.from(data));
    expect(matches(header, found)).to.equal(true);
  });

  it("is malformed where the storage's object has another size, or holds no records", async () => {
    const { header, data, stateRoots } = batch;
    const object = encodeObject(data, stateRoots);
    await failsWith(new StorageSource(holding(object.slice(1))).fetch(header), "DATA_MALFORMED");
    await failsWith(new StorageSource(holding(object.map(() => 0xff))).fetch(header), "DATA_MALFORMED");
  });

  it("[9.1] comes out of blocks, which must have some", async () => {
    const asked: number[][] = [];
    const blocks = (transactions: TestBatch["transactions"]) =>
      new BlocksSource("chain", {
        transactions: (from, to) => {
          asked.push([from, to]);
          return Promise.resolve(transactions);
        },
      });
    expect(matches(batch.header, await blocks(batch.transactions).fetch(batch.header))).to.equal(true);
    expect(asked).to.deep.equal([[Number(batch.header.firstBlock), Number(batch.header.lastBlock)]]);
    await failsWith(blocks([]).fetch(batch.header), "L2_UNAVAILABLE");
  });

  it("[9.3] [11.10.2] comes from L1 once it was checked, range by range", async () => {
    await submit(stage.system, batch);
    await requestData(stage.system, batch);
    await answer(stage.system, stage.world, batch, { size: 2 });
    const request = (await stage.mirror().sync()).requests[batch.hash]!;
    expect(request.checked.length).to.equal(3);
    const found = await fetchPosted(stage.l1, request);
    expect(Buffer.from(found.data!)).to.deep.equal(Buffer.from(batch.data));
    const half = { ...request, checked: request.checked.slice(1) };
    const failure: unknown = await fetchPosted(stage.l1, half).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(AgentError).with.property("code", "L1_UNAVAILABLE");
  });
});
