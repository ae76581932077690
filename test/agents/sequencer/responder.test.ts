import { expect } from "chai";

import { submit, type TestBatch } from "../../../testkit/batches.ts";
import { knows, stageFixture, type Stage } from "../../../testkit/agents/stage.ts";

describe("Responder", () => {
  const load = stageFixture({ verifiers: 1 });

  /** A batch on L1 whose data was requested. */
  async function requested(stage: Stage, transfers = 30): Promise<TestBatch> {
    const batch = await stage.world.batch(stage.world.genesis, stage.sequencer, { transfers });
    await submit(stage.system, batch);
    const { disputes } = stage.system.as(stage.system.verifierAccounts[0]!);
    await disputes.requestData(batch.header, { value: await disputes.requestFee(batch.header) });
    return batch;
  }

  const posted = async ({ system }: Stage): Promise<bigint[]> =>
    (await system.disputes.queryFilter(system.disputes.filters.DataPosted())).map(({ args }) => args.posting.size);

  it("[11.8] [3.3.4] posts the data in pieces, each ending at a record's end", async () => {
    const stage = await load();
    const batch = await requested(stage);
    await stage.responder({ pieceSize: 1_000 }, [knows(batch)]).answer(await stage.mirror().sync());
    const sizes = await posted(stage);
    expect(sizes.length).to.be.greaterThan(3);
    expect(sizes.at(-1)).to.equal(batch.header.dataSize);
    expect((await stage.system.disputes.requestOf(batch.hash)).state).to.equal(2n);
  });

  it("[11.8] goes on after a restart where L1 says the posting stands", async () => {
    const stage = await load();
    const batch = await requested(stage);
    const dies = new AbortController();
    const responder = stage.responder({ pieceSize: 1_000 }, [knows(batch)]);
    let pieces = 0;
    stage.kit.log.info = (...args: unknown[]) => {
      if (String(args[1]).includes("[11.8]") && ++pieces === 2) dies.abort();
    };
    await responder.answer(await stage.mirror().sync(), dies.signal).catch(() => undefined);
    expect(await posted(stage)).to.have.length(2);
    await stage.responder({ pieceSize: 1_000 }, [knows(batch)]).answer(await stage.mirror().sync());
    const sizes = await posted(stage);
    expect(new Set(sizes).size).to.equal(sizes.length);
    expect(sizes.at(-1)).to.equal(batch.header.dataSize);
  });

  it("[11.6.4] answers every request that stands, and does nothing twice", async () => {
    const stage = await load();
    const first = await requested(stage, 4);
    const second = await stage.world.batch(first.header, stage.sequencer, { transfers: 4 });
    await submit(stage.system, second);
    const { disputes } = stage.system.as(stage.system.verifierAccounts[0]!);
    await disputes.requestData(second.header, { value: await disputes.requestFee(second.header) });
    const mirror = stage.mirror();
    const stale = await mirror.sync();
    const responder = stage.responder({}, [knows(first, second)]);
    await responder.answer(stale);
    expect(await posted(stage)).to.have.length(2);
    await responder.answer(stale);
    await responder.answer(await mirror.sync());
    expect(await posted(stage)).to.have.length(2);
  });

  it("[11.8] posts nothing that is not the batch, which would count against it, and raises an alarm", async () => {
    const stage = await load();
    const batch = await requested(stage, 4);
    const other = await stage.world.batch(stage.world.genesis, stage.sequencer, { transfers: 3 });
    const liar = {
      name: "damaged chain",
      fetch: () => Promise.resolve({ source: "", transactions: [...other.transactions], data: other.data }),
    };
    await stage.responder({}, [liar]).answer(await stage.mirror().sync());
    expect(await posted(stage)).to.have.length(0);
    expect((await stage.kit.metrics.alarms.get()).values[0]?.value).to.equal(1);
    await stage.responder({}, [liar, knows(batch)]).answer(await stage.mirror().sync());
    expect(await posted(stage)).to.have.length(1);
  });

  it("answers for nobody else", async () => {
    const stage = await load();
    const batch = await requested(stage, 4);
    const other = stage.system.sequencerAccounts.find(({ address }) => address !== stage.sequencer)!;
    await stage.responder({ sequencer: other.address }, [knows(batch)]).answer(await stage.mirror().sync());
    expect(await posted(stage)).to.have.length(0);
  });
});
