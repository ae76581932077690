import { expect } from "chai";

import type { BatchData, DataSource } from "../../../agents/data/batch-data.ts";
import { findData } from "../../../agents/data/sources.ts";
import { AgentError } from "../../../agents/runtime/errors.ts";
import { failureOf } from "../../../testkit/agents/failure.ts";
import { basics } from "../../../testkit/agents/kit.ts";
import { BatchMaker, COINBASE, type TestBatch } from "../../../testkit/batches.ts";

describe("Sources of data", () => {
  let right: TestBatch;
  let other: TestBatch;

  before(async () => {
    const world = await BatchMaker.open();
    right = await world.batch(world.genesis, COINBASE, { transfers: 3 });
    other = await world.batch(world.genesis, COINBASE, { transfers: 2 });
  });

  const source = (name: string, fetch: () => Promise<BatchData>): DataSource => ({ name, fetch });
  const gives = (name: string, { transactions, data }: TestBatch, stateRoots?: TestBatch["stateRoots"]): DataSource =>
    source(name, () =>
      Promise.resolve({
        source: name,
        transactions: [...transactions],
        data,
        ...(stateRoots === undefined ? {} : { stateRoots: [...stateRoots] }),
      }),
    );
  const fails = (name: string, error: Error): DataSource => source(name, () => Promise.reject(error));
  const down = fails("down", new AgentError("STORAGE_UNAVAILABLE", "no answer"));

  it("are asked in order, until one has what the header says", async () => {
    const kit = basics();
    const sources = [down, gives("other", other), gives("first", right), fails("never asked", new Error("asked"))];
    const found = await findData(sources, right.header, kit);
    expect([found?.source, found?.data]).to.deep.equal(["first", right.data]);
    const { values } = await kit.metrics.storageReads.get();
    expect(values.map(({ labels, value }) => [labels["source"], labels["outcome"], value])).to.deep.equal([
      ["down", "STORAGE_UNAVAILABLE", 1],
      ["other", "other data", 1],
      ["first", "ok", 1],
    ]);
  });

  it("may all have nothing", async () => {
    const broken = fails("broken", new Error("a fault"));
    expect(await findData([down, broken, gives("other", other)], right.header, basics())).to.equal(undefined);
  });

  it("[11] are not asked further where L1's own bytes are not the batch's, if it is strict", async () => {
    const malformed = fails("malformed", new AgentError("DATA_MALFORMED", "no batch"));
    const misplaced = gives("misplaced", other, other.stateRoots);
    for (const bad of [malformed, misplaced]) {
      const sources = [bad, gives("second", right)];
      expect((await findData(sources, right.header, basics()))?.source).to.equal("second");
      const failure = await failureOf(findData(sources, right.header, basics(), { strict: true }));
      expect(failure).to.be.instanceOf(AgentError).with.property("code", "DATA_MALFORMED");
    }
  });
});
