import { expect } from "chai";

import { MemoryCursor } from "../../../agents/runtime/cursor.ts";
import type { PublicRecord } from "../../../agents/voter/record.ts";
import { followRecord } from "../../../agents/voter/voter.ts";
import { Parameter } from "../../../ignition/parameters.ts";
import { recomputerOf, knows, stageFixture, type Stage } from "../../../testkit/agents/stage.ts";
import { submit, submitUnattested, type TestBatch } from "../../../testkit/batches.ts";
import { certifySilence } from "../../../testkit/certificates.ts";
import { requestData } from "../../../testkit/disputes.ts";

describe("Public record", () => {
  const load = stageFixture({ verifiers: 1 });
  let stage: Stage;
  let batch: TestBatch;

  beforeEach(async () => {
    stage = await load();
    batch = await stage.world.batch(stage.world.genesis, stage.sequencer, { transfers: 3 });
  });

  const look = (): Promise<PublicRecord> =>
    followRecord(stage.l1, {}, { ...stage.kit, cursor: new MemoryCursor() }).sync();

  it("[11.6] has who asked for whose data, and what came of it", async () => {
    await submit(stage.system, batch);
    await requestData(stage.system, batch);
    const request = {
      headerHash: batch.hash,
      dataHash: batch.header.dataHash,
      sequencer: stage.sequencer,
      requester: stage.system.verifierAccounts[0]!.address,
    };
    expect((await look()).requests).to.deep.equal({ [batch.hash]: { ...request, outcome: "open" } });
    await stage.responder({}, [knows(batch)]).answer(await stage.mirror().sync());
    const fetch = () => knows(batch).fetch(batch.header);
    await recomputerOf(stage).advance(await stage.mirror().sync(), batch.hash, fetch);
    expect((await look()).requests).to.deep.equal({ [batch.hash]: { ...request, outcome: "answered" } });
  });

  it("[11.D1] has what nobody answered as condemned, and whom L1 slashed", async () => {
    await submit(stage.system, batch);
    await requestData(stage.system, batch);
    await stage.system.skip((await stage.system.parameters.get(Parameter.RequestWindow)) + 1n);
    await stage.system.disputes.expire(batch.header);
    const record = await look();
    expect(record.requests[batch.hash]?.outcome).to.equal("condemned");
    expect(record.slashed).to.include(stage.sequencer);
    for (const sequencer of record.slashed) await stage.system.sequencers.settle(sequencer);
    expect((await look()).slashed).to.deep.equal([]);
  });

  it("[3.3] [3.3.7] counts batches without a certificate, and terms without a batch", async () => {
    const { sequencers, parameters, sequencerAccounts } = stage.system;
    await stage.system.skip(await parameters.get(Parameter.RotationTimeout));
    const term = await sequencers.term();
    await sequencers.rotateSilent(
      term.number,
      await certifySilence(sequencers, term.number, term.sequencer, sequencerAccounts),
    );
    const next = (await sequencers.term()).sequencer;
    await submitUnattested(stage.system, await stage.world.batch(stage.world.genesis, next, { transfers: 1 }));
    const record = await look();
    expect(record.silentTerms).to.deep.equal({ [stage.sequencer]: 1 });
    expect(record.unattested).to.deep.equal({ [next]: 1 });
    expect(record.term).to.deep.equal({ sequencer: next, batches: 1 });
  });

  it("has the proposals that are open, and what they are about", async () => {
    const { governor } = stage.system;
    await governor.proposeKick(stage.sequencer, 1_000, stage.system.deployer, 0n, 0n, "it did wrong");
    await governor.proposeParameter(Parameter.RotationTransactions, 2_000n, "rotate sooner");
    const { proposals } = await look();
    expect(proposals.map(({ description, subject }) => [description, subject])).to.deep.equal([
      ["it did wrong", { kind: "kick", sequencer: stage.sequencer, verifier: stage.system.deployer.address }],
      ["rotate sooner", { kind: "parameter", parameter: Parameter.RotationTransactions, value: 2_000n }],
    ]);
    expect(proposals[0]!.targets.length).to.equal(proposals[0]!.calldatas.length);
  });
});
