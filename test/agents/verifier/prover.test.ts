import { expect } from "chai";

import { keccakText } from "../../../l2/base/keccak.ts";
import { ZERO_HASH } from "../../../l2/base/hex.ts";
import { encodeObject, encodeRecords } from "../../../l2/batch/encoding.ts";
import { lying, placeOf, rootsWith, submit, submitUnattested, type TestBatch } from "../../../testkit/batches.ts";
import { check, Fault, faultOf, isCondemned } from "../../../testkit/disputes.ts";
import { stageFixture, type Stage } from "../../../testkit/agents/stage.ts";

describe("Fraud proofs of a verifier", () => {
  const load = stageFixture({ verifiers: 2 });

  /** A right batch at the head, not published. */
  const next = (stage: Stage, parent = stage.world.genesis, transfers = 6): Promise<TestBatch> =>
    stage.world.batch(parent, stage.sequencer, { transfers });

  for (const index of [0, 3, 5]) {
    it(`[11.4] [11.5] [11.11] [11.12] [11.14] a wrong state root after transaction ${index}`, async () => {
      const stage = await load();
      const right = await next(stage);
      const batch = await stage.publish(lying(right, { stateRoots: rootsWith(right, index, keccakText("elsewhere")) }));
      const verifier = stage.verifier(await stage.home());
      await verifier.tick();
      expect(verifier.finding(batch.hash)?.verdict).to.equal("wrong");
      expect(await faultOf(stage.system, batch.hash)).to.equal(Fault.Transition);
      expect(await stage.system.inbox.head()).to.equal(1n);
      expect(await isCondemned(stage.system, batch.hash)).to.equal(true);
      expect((await stage.system.sequencers.sequencerOf(stage.sequencer)).status).to.equal(2n);
    });
  }

  it("[11.5] every root after the first wrong one, as a forger would have computed them", async () => {
    const stage = await load();
    const right = await next(stage);
    const forged = right.stateRoots.map((root, index) => (index < 2 ? root : keccakText(`forged ${index}`)));
    await stage.publish(lying(right, { stateRoots: forged }));
    await stage.verifier(await stage.home()).tick();
    expect(await stage.system.inbox.head()).to.equal(1n);
  });

  it("[11.5] a transaction that cannot be executed", async () => {
    const stage = await load();
    const batch = await stage.world.batch(stage.world.genesis, stage.sequencer, {
      transfers: [{}, {}, { request: { nonce: 7 } }, {}],
    });
    await stage.publish(batch);
    const verifier = stage.verifier(await stage.home());
    await verifier.tick();
    expect(await faultOf(stage.system, batch.hash)).to.equal(Fault.Transition);
    expect(await stage.system.inbox.head()).to.equal(1n);
  });

  it("[11.5] blocks out of order", async () => {
    const stage = await load();
    const right = await next(stage);
    const transactions = right.transactions.map((transaction, index) =>
      index < 3 ? transaction : { ...transaction, context: { ...transaction.context, number: 1n, timestamp: 1n } },
    );
    const data = Buffer.concat([encodeRecords(transactions.slice(0, 3)), encodeRecords(transactions.slice(3))]);
    const { lastBlock, lastTimestamp } = right.header;
    const disordered = lying(right, { transactions, data, header: { lastBlock, lastTimestamp } });
    await stage.publish(disordered);
    const verifier = stage.verifier(await stage.home());
    await verifier.tick();
    expect(await faultOf(stage.system, disordered.hash)).to.equal(Fault.Order);
    expect(await stage.system.inbox.head()).to.equal(1n);
  });

  it("[11.5] a first or last block that the header does not name", async () => {
    for (const header of [{ firstTimestamp: 1n }, { lastBlock: 1n }]) {
      const stage = await load();
      const right = await next(stage);
      const field = Object.keys(header)[0] as "firstTimestamp" | "lastBlock";
      const batch = await stage.publish(lying(right, { header: { [field]: right.header[field] + header[field]! } }));
      const verifier = stage.verifier(await stage.home());
      await verifier.tick();
      expect(await faultOf(stage.system, batch.hash)).to.equal(Fault.Placement);
      expect(await stage.system.inbox.head()).to.equal(1n);
    }
  });

  it("[11.13] claims the bounty", async () => {
    const stage = await load();
    const home = await stage.home();
    const right = await next(stage);
    await stage.publish(lying(right, { stateRoots: rootsWith(right, 2, keccakText("elsewhere")) }));
    const before = await stage.system.token.balanceOf(home.wallet.address);
    await stage.verifier(home).tick();
    // It waits for whoever had committed to the proof before.
    expect(await stage.system.token.balanceOf(home.wallet.address)).to.equal(before);
    await stage.system.skip(3_600n);
    await stage.verifier(home).tick();
    const bounty = (await stage.system.token.balanceOf(home.wallet.address)) - before;
    expect(bounty > 0n).to.equal(true);
    expect(await stage.system.sequencers.owed(home.wallet.address)).to.equal(0n);
  });

  /** A wrong batch for each fault that a verifier finds, made of a right one. */
  const FAULTS: Record<string, (stage: Stage) => Promise<TestBatch>> = {
    "another state root": async (stage) => {
      const right = await next(stage);
      return lying(right, { stateRoots: rootsWith(right, 2, keccakText("elsewhere")) });
    },
    "a transaction that cannot be executed": (stage) =>
      stage.world.batch(stage.world.genesis, stage.sequencer, {
        transfers: [{}, {}, { request: { nonce: 7 } }, {}],
      }),
    "a block out of place": async (stage) => {
      const right = await next(stage);
      return lying(right, { header: { lastBlock: right.header.lastBlock + 1n } });
    },
    "a wrong sum": async (stage) => {
      const right = await next(stage);
      return lying(right, { header: { gasUsed: right.header.gasUsed + 1n } });
    },
  };
  for (const [fault, make] of Object.entries(FAULTS)) {
    it(`[11.13] keeps its bounty where somebody copies its proof of ${fault}`, async () => {
      const stage = await load();
      const home = await stage.home();
      const { sequencers } = stage.system;
      const batch = await stage.publish(await make(stage));
      const tick = () => stage.verifier(home, { commit: true }).tick();
      await tick();
      expect(await isCondemned(stage.system, batch.hash)).to.equal(false);
      await stage.system.skip(await sequencers.COMMIT_DELAY());
      const copier = stage.system.others[0]!;
      // All of the batch shows it too, or the transition alone where what follows has no state to begin with.
      const whole = fault !== "another state root";
      await check(stage.system, stage.world, batch, { ...(whole ? {} : { from: 2, to: 3 }), as: copier });
      expect((await sequencers.bountyOf(batch.hash)).claimant).to.equal(copier.address);
      const stakes = await sequencers.totalStake();
      await tick();
      const { claimant, amount } = await sequencers.bountyOf(batch.hash);
      expect(claimant).to.equal(home.wallet.address);
      // The second proof takes nothing from anybody but the copier.
      expect(await sequencers.totalStake()).to.equal(stakes);
      const before = await stage.system.token.balanceOf(claimant);
      await stage.system.skip(await sequencers.COMMIT_WINDOW());
      await tick();
      expect((await stage.system.token.balanceOf(claimant)) - before).to.equal(amount);
      expect(await sequencers.owed(copier)).to.equal(0n);
    });
  }

  it("[3.3.2] a fake batch whose data it has", async () => {
    const stage = await load();
    const right = await next(stage);
    const fake = lying(right, { stateRoots: rootsWith(right, 1, ZERO_HASH) });
    await submitUnattested(stage.system, fake);
    await stage.store.put(encodeObject(fake.data, fake.stateRoots));
    await stage.verifier(await stage.home()).tick();
    expect(await isCondemned(stage.system, fake.hash)).to.equal(true);
  });

  it("builds on nothing that is wrong, and verifies what takes its place", async () => {
    const stage = await load();
    const home = await stage.home();
    const right = await next(stage);
    const wrong = lying(right, { stateRoots: rootsWith(right, 4, keccakText("elsewhere")) });
    // One sequencer did not sign, and nothing is left of the stakes of the others that counts.
    const [honest, ...forgers] = stage.system.sequencerAccounts.toSorted(
      (first, second) => Number(first.address === stage.sequencer) - Number(second.address === stage.sequencer),
    );
    await submit(stage.system, wrong, forgers);
    await stage.store.put(encodeObject(wrong.data, wrong.stateRoots));
    const onTop = await next(stage, wrong.header);
    await submit(stage.system, onTop, forgers);
    await stage.store.put(encodeObject(onTop.data, onTop.stateRoots));
    const verifier = stage.verifier(home);
    await verifier.tick();
    // What was built on it is right by itself, and harms nobody.
    expect(await isCondemned(stage.system, onTop.hash)).to.equal(false);
    expect(await stage.system.inbox.head()).to.equal(1n);
    const { sequencer } = await stage.system.sequencers.term();
    const again = await stage.world.batch(stage.world.genesis, sequencer, await placeOf(stage.system));
    expect(sequencer).to.equal(honest!.address);
    await submit(stage.system, again, [honest!]);
    await stage.store.put(encodeObject(again.data, again.stateRoots));
    await verifier.tick();
    expect(verifier.finding(again.hash)?.verdict).to.equal("right");
  });
});
