import { expect } from "chai";

import { followL1, isOpen, isSound, isVoid, stands, type L1State } from "../../../agents/l1/mirror.ts";
import { systemState } from "../../../agents/l1/system-state.ts";
import { MemoryCursor } from "../../../agents/runtime/cursor.ts";
import { Parameter } from "../../../ignition/parameters.ts";
import { lying, rootsWith, submit, submitUnattested, type TestBatch } from "../../../testkit/batches.ts";
import { knows, stageFixture, type Stage } from "../../../testkit/agents/stage.ts";
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
    await disputes.requestData(of.header, { value: await disputes.requestFee(of.header) });
  };

  it("knows the batches that stand, how they came there, and whose term it is", async () => {
    await submit(stage.system, batch);
    const state = await look();
    expect(state).to.deep.include({ head: 2, finalised: 1, insecure: false });
    expect(state.term.sequencer).to.equal(stage.sequencer);
    const first = state.batches[1]!;
    expect(first).to.deep.equal({ header: batch.header, headerHash: batch.hash, attested: true, confirmed: false });
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
    expect(open).to.deep.include({ phase: "posting", expired: false, posts: [] });
    expect(open.requester).to.equal(stage.system.verifierAccounts[0]!.address);
    expect([isOpen(asked, open), isVoid(asked, open)]).to.deep.equal([true, false]);
    expect(await systemState(() => asked).batch(1n)).to.deep.include({ held: true });
    expect(await systemState(() => asked).insecure()).to.equal(true);
    await stage.responder({}, [knows(batch)]).answer(asked);
    const posted = (await look()).requests[batch.hash]!;
    expect(posted.phase).to.equal("recomputing");
    expect(posted.posts).to.have.length(1);
    expect(posted.recomputing?.stateRoot).to.equal(batch.header.preStateRoot);
    expect(Number(posted.posting.count)).to.equal(batch.transactions.length);
  });

  it("remembers what L1 found wrong, and what went with it", async () => {
    const wrong = lying(batch, { stateRoots: rootsWith(batch, 0, ZERO_HASH) });
    await submit(stage.system, wrong);
    await request(wrong);
    await stage.system.skip((await stage.system.parameters.get(Parameter.RequestWindow)) + 1n);
    await stage.system.disputes.expire(wrong.header);
    const state = await look();
    expect(state.head).to.equal(1);
    expect(state.condemned.map(({ headerHash, head }) => [headerHash, head])).to.deep.equal([[wrong.hash, 2]]);
    expect(state.requests[wrong.hash]).to.deep.include({ phase: "condemned", expired: true });
    expect(isOpen(state, state.requests[wrong.hash]!)).to.equal(false);
  });

  it("forgets final batches beyond its history, and keeps the last as a parent", async () => {
    const second = await stage.world.batch(batch.header, stage.sequencer, { transfers: 1 });
    for (const each of [batch, second]) await submit(stage.system, each);
    await stage.system.skip((await stage.system.parameters.get(Parameter.ChallengeWindow)) + 1n);
    for (const { header } of [batch, second]) await stage.system.inbox.finalise(header);
    const all = await look();
    expect(all.finalised).to.equal(3);
    expect(Object.keys(all.batches)).to.deep.equal(["0", "1", "2"]);
    const short = await followL1(stage.l1, {}, { ...stage.kit, cursor: new MemoryCursor() }).sync();
    expect(Object.keys(short.batches)).to.deep.equal(["2"]);
  });
});
