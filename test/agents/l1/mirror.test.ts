import { expect } from "chai";
import { parseEther } from "ethers";

import {
  BATCH_STATUS,
  commitmentOf,
  followL1,
  isAnswered,
  isOpen,
  isSound,
  isVoid,
  stands,
  type L1State,
} from "../../../agents/l1/mirror.ts";
import { systemState } from "../../../agents/l1/system-state.ts";
import { MemoryCursor } from "../../../agents/runtime/cursor.ts";
import { Parameter } from "../../../ignition/parameters.ts";
import { answeredRequest, lookUp } from "../../../agents/l1/look-up.ts";
import { expire, Fault, answer } from "../../../testkit/disputes.ts";
import { lying, placed, rootsWith, submit, submitUnattested, type TestBatch } from "../../../testkit/batches.ts";
import { stageFixture, type Stage } from "../../../testkit/agents/stage.ts";
import { ZERO_HASH } from "../../../l2/base/hex.ts";

describe("Mirror of L1", () => {
  const load = stageFixture({ verifiers: 1 });
  let stage: Stage;
  let batch: TestBatch;

  beforeEach(async () => {
    stage = await load();
    batch = await stage.world.batch(stage.world.genesis, stage.sequencer, { transfers: 3 });
  });

  const look = (): Promise<L1State> => stage.mirror().sync();
  const request = async (of: TestBatch): Promise<void> => {
    const verifier = stage.system.verifierAccounts[0]!;
    const { disputes } = stage.system.as(verifier);
    // What is more than the fee comes back.
    await disputes.requestData([await placed(stage.system, of.header)], { value: parseEther("1") });
  };

  it("knows the batches that stand, how they came there, and whose term it is", async () => {
    await submit(stage.system, batch);
    const state = await look();
    expect(state).to.deep.include({ head: 2, finalised: 1, insecure: false, secureBelow: 2, epoch: 0 });
    expect(state.term.sequencer).to.equal(stage.sequencer);
    const first = state.batches[1]!;
    expect(first).to.deep.include({ header: batch.header, headerHash: batch.hash, added: 0n });
    expect(first.standing).to.deep.include({ status: BATCH_STATUS.certified, signers: 0b1111n });
    const window = await stage.system.parameters.get(Parameter.ChallengeWindow);
    expect(first.standing.due).to.equal((await stage.system.now()) + Number(window));
    const { inbox } = stage.system;
    expect(await inbox.commitmentAt(1)).to.equal(commitmentOf(first, first.standing));
    expect(await inbox.stands({ header: batch.header, standing: first.standing })).to.equal(true);
    expect(await lookUp(stage.l1, batch.header)).to.deep.equal({ standing: first.standing, final: false });
    expect(await lookUp(stage.l1, { ...batch.header, gasUsed: 1n })).to.equal(undefined);
    expect(await lookUp(stage.l1, stage.world.genesis)).to.deep.include({ final: true });
    expect([stands(state, first), isSound(first)]).to.deep.equal([true, true]);
    expect(stands(state, { ...first, headerHash: ZERO_HASH })).to.equal(false);
    const system = systemState(() => state);
    expect(await system.batch(1n)).to.deep.include({ status: "pending", held: false });
    expect(await system.batch(0n)).to.deep.include({ status: "final" });
    expect(await system.batch(2n)).to.equal(undefined);
    expect([await system.batchCount(), await system.finalised()]).to.deep.equal([2n, 1n]);
    expect(await system.currentSequencer()).to.equal(stage.sequencer);
  });

  it("builds on no batch that nobody certified", async () => {
    await submitUnattested(stage.system, batch);
    const state = await look();
    expect(isSound(state.batches[1]!)).to.equal(false);
    expect(await systemState(() => state).batch(1n)).to.deep.include({ status: "unattested" });
  });

  it("follows a request from its fee to the answer", async () => {
    await submit(stage.system, batch);
    await request(batch);
    const asked = await look();
    const open = asked.requests[batch.hash]!;
    expect(open).to.deep.include({ phase: "open", checked: [] });
    expect(open.requester).to.equal(stage.system.verifierAccounts[0]!.address);
    expect([isOpen(asked, open), isVoid(asked, open)]).to.deep.equal([true, false]);
    expect(await systemState(() => asked).batch(1n)).to.deep.include({ held: true });
    expect([asked.insecure, asked.secureBelow]).to.deep.equal([true, 1]);
    const { number } = (await stage.l1.provider.getBlock("latest"))!;
    expect(await answeredRequest(stage.l1, batch.hash)).to.equal(undefined);
    await answer(stage.system, stage.world, batch, { size: 2 });
    const state = await look();
    const answered = state.requests[batch.hash]!;
    expect(await answeredRequest(stage.l1, batch.hash)).to.equal(answered.commitment);
    expect([answered.phase, isAnswered(state, answered), state.insecure]).to.deep.equal(["answered", true, false]);
    expect(answered.checked.map(({ from, count }) => [from, count])).to.deep.equal([
      [0, 2],
      [2, 1],
    ]);
    for (const { blockNumber, transactionHash, logIndex } of answered.checked) {
      expect(blockNumber).to.be.greaterThan(number);
      const receipt = await stage.l1.provider.getTransactionReceipt(transactionHash);
      const log = receipt?.logs.find(({ index }) => index === logIndex);
      expect(log?.topics[1]).to.equal(batch.hash);
    }
  });

  it("remembers what L1 found wrong, and what went with it", async () => {
    const wrong = lying(batch, { stateRoots: rootsWith(batch, 0, ZERO_HASH) });
    await submit(stage.system, wrong);
    await request(wrong);
    await stage.system.skip((await stage.system.parameters.get(Parameter.RequestWindow)) + 1n);
    await expire(stage.system, wrong);
    const state = await look();
    expect([state.head, state.epoch, state.insecure]).to.deep.equal([1, 1, false]);
    expect(state.condemned.map(({ headerHash, head }) => [headerHash, head])).to.deep.equal([[wrong.hash, 2]]);
    expect(state.verdicts[wrong.hash]).to.deep.include({
      fault: Number(Fault.Unanswered),
      stood: true,
      signers: 0b1111n,
    });
    expect(state.requests[wrong.hash]?.phase).to.equal("condemned");
    expect(isOpen(state, state.requests[wrong.hash]!)).to.equal(false);
  });

  it("forgets final batches beyond its history, and keeps the last as a parent", async () => {
    const second = await stage.world.batch(batch.header, stage.sequencer, { transfers: 1 });
    for (const each of [batch, second]) await submit(stage.system, each);
    await stage.system.skip((await stage.system.parameters.get(Parameter.ChallengeWindow)) + 1n);
    const run = await Promise.all([batch, second].map(({ header }) => placed(stage.system, header)));
    await stage.system.inbox.finalise(run);
    const all = await look();
    expect(all.finalised).to.equal(3);
    expect(Object.keys(all.batches)).to.deep.equal(["0", "1", "2"]);
    const short = await followL1(stage.l1, {}, { ...stage.kit, cursor: new MemoryCursor() }).sync();
    expect(Object.keys(short.batches)).to.deep.equal(["2"]);
  });
});
