import { expect } from "chai";

import { MemoryCursor } from "../../../agents/runtime/cursor.ts";
import type { PublicRecord } from "../../../agents/voter/record.ts";
import { followRecord } from "../../../agents/voter/voter.ts";
import { Parameter, PARAMETERS } from "../../../ignition/parameters.ts";
import { knows, stageFixture, type Stage } from "../../../testkit/agents/stage.ts";
import { submit, submitUnattested, type TestBatch } from "../../../testkit/batches.ts";
import { certifySilence } from "../../../testkit/certificates.ts";
import { expire, requestData, requestKey, requestOf } from "../../../testkit/disputes.ts";

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
      commitment: await requestKey(stage.system, batch),
      dataHash: batch.header.dataHash,
      sequencer: stage.sequencer,
      requester: stage.system.verifierAccounts[0]!.address,
      fee: (await requestOf(stage.system, batch)).fee * 10n ** 9n,
      compensated: false,
    };
    expect((await look()).requests).to.deep.equal({ [batch.hash]: { ...request, outcome: "open" } });
    await stage.answer([knows(batch)]);
    expect((await look()).requests).to.deep.equal({ [batch.hash]: { ...request, outcome: "answered" } });
  });

  it("[11.D1] has what nobody answered as condemned, and whom L1 slashed", async () => {
    await submit(stage.system, batch);
    await requestData(stage.system, batch);
    await stage.system.skip((await stage.system.parameters.get(Parameter.RequestWindow)) + 1n);
    await expire(stage.system, batch);
    const record = await look();
    expect(record.requests[batch.hash]?.outcome).to.equal("condemned");
    expect(record.slashed).to.include(stage.sequencer);
    for (const sequencer of record.slashed) await stage.system.sequencers.settle(sequencer);
    expect((await look()).slashed).to.deep.equal([]);
  });

  it("[3.3] [3.3.7] counts batches without a certificate, and terms whose silence was certified", async () => {
    const { sequencers, parameters, sequencerAccounts } = stage.system;
    await stage.system.skip(await parameters.get(Parameter.RotationTimeout));
    const term = await sequencers.term();
    await sequencers.rotateSilent(
      term.number,
      await certifySilence(sequencers, term.number, term.sequencer, sequencerAccounts),
    );
    const next = (await sequencers.term()).sequencer;
    const plan = { transfers: 1, term: term.number + 1n };
    await submitUnattested(stage.system, await stage.world.batch(stage.world.genesis, next, plan));
    const record = await look();
    expect(record.silentTerms).to.deep.equal({ [stage.sequencer]: 1 });
    expect(record.unattested).to.deep.equal({ [next]: 1 });
  });

  it("has the values of the parameters, and which requests were compensated", async () => {
    const { system, l1 } = stage;
    await submit(system, batch);
    await requestData(system, batch);
    const { requester } = await requestOf(system, batch);
    const key = await requestKey(system, batch);
    await stage.answer([knows(batch)]);
    await stage.system.token.transfer(l1.addresses.treasury, 1n);
    const { networkHelpers, ethers } = system.connection;
    await networkHelpers.impersonateAccount(l1.addresses.timelock);
    await networkHelpers.setBalance(l1.addresses.timelock, 10n ** 18n);
    const { treasury, parameters } = system.as(await ethers.getSigner(l1.addresses.timelock));
    await treasury.compensate(requester, key, 1n, 0n);
    await parameters.set(Parameter.KickSlash, 500n);
    const record = await look();
    expect(record.requests[batch.hash]?.compensated).to.equal(true);
    for (const [place, name] of PARAMETERS.entries()) {
      expect(record.parameters[place], name).to.equal(await system.parameters.get(place));
    }
    expect(record.parameters[Parameter.KickSlash]).to.equal(500n);
  });

  it("has the proposals that are open, and what they would do", async () => {
    const { governor } = stage.system;
    const compensation = { account: stage.system.deployer, request: batch.hash, metis: 2n, ether_: 3n };
    await governor.proposeKick(stage.sequencer, 1_000, compensation, "it did wrong");
    await governor.proposeParameter(Parameter.RotationTransactions, 2_000n, "rotate sooner");
    const window = await stage.system.parameters.get(Parameter.ChallengeWindow);
    await governor.proposeParameter(Parameter.ChallengeWindow, window + 1n, "leave later");
    const { proposals } = await look();
    const account = stage.system.deployer.address;
    expect(proposals.map(({ description, calls, grave }) => [description.split("#")[0], calls, grave])).to.deep.equal([
      [
        "it did wrong",
        [
          { kind: "kick", sequencer: stage.sequencer, slashShare: 1_000n },
          { kind: "compensate", account, request: batch.hash, metis: 2n, ether: 3n },
        ],
        false,
      ],
      ["rotate sooner", [{ kind: "other" }], false],
      ["leave later", [{ kind: "other" }], true],
    ]);
    expect(proposals[0]!.targets.length).to.equal(proposals[0]!.calldatas.length);
  });
});
