import { expect } from "chai";

import { keccakText } from "../../../l2/base/keccak.ts";
import { ZERO_HASH } from "../../../l2/base/hex.ts";
import { BlocksSource, StorageSource } from "../../../agents/data/batch-data.ts";
import { hashHeader } from "../../../l2/batch/header.ts";
import { lying, rootsWith, submit, submitUnattested, type TestBatch } from "../../../testkit/batches.ts";
import { knows, stageFixture, type Stage, type VerifierHome } from "../../../testkit/agents/stage.ts";

describe("Requests of a verifier", () => {
  const load = stageFixture({ verifiers: 2 });

  /** A right batch at the head, not published. */
  const next = (stage: Stage, parent = stage.world.genesis, transfers = 6): Promise<TestBatch> =>
    stage.world.batch(parent, stage.sequencer, { transfers });

  const restart = (stage: Stage, home: VerifierHome) => stage.verifier(home);

  it("[9.2] [11.6] [11.7] [9.3] [11.9] [11.10.1] [11.10.2] withheld, then answered: L1 finds it right", async () => {
    const stage = await load();
    const home = await stage.home();
    const batch = await next(stage);
    await submit(stage.system, batch);
    const verifier = stage.verifier(home);
    await verifier.tick();
    expect(verifier.finding(batch.hash)).to.include({ verdict: "unavailable", withheld: true });
    expect(await stage.system.inbox.insecure()).to.equal(true);

    // Nothing is asked for twice, not even by a verifier that has forgotten.
    await restart(stage, home).tick();
    await stage.verifier({ ...(await stage.home()), wallet: home.wallet }).tick();

    const mirror = stage.mirror();
    await stage.responder({}, [knows(batch)]).answer(await mirror.sync());
    await verifier.tick();
    expect(await stage.system.inbox.insecure()).to.equal(false);
    expect((await mirror.sync()).requests[batch.hash]?.phase).to.equal("answered");
    await verifier.tick();
    expect(verifier.finding(batch.hash)?.verdict).to.equal("right");
  });

  it("[11.10.3] [H8] proposes to kick a sequencer that had the data it withheld, once, within the bounds", async () => {
    const stage = await load();
    const home = await stage.home();
    const { token, governor } = stage.system;
    await token.transfer(home.wallet.address, 10n ** 22n);
    await stage.system.as(stage.system.verifierAccounts[0]!).token.delegate(home.wallet.address);
    const batch = await next(stage);
    await submit(stage.system, batch);
    // More than governance allows at present: it asks for the most that can pass (H8).
    const options = { kick: { slashShare: 2_000, compensation: 10n ** 21n } };
    await stage.verifier(home, options).tick();
    await stage.responder({}, [knows(batch)]).answer(await stage.mirror().sync());
    await stage.system.skip(1);
    await stage.verifier(home, options).tick();
    await stage.verifier(home, options).tick();
    await stage.verifier({ ...(await stage.home()), wallet: home.wallet, findings: home.findings }, options).tick();
    const proposals = await governor.queryFilter(governor.filters.KickProposed());
    expect(proposals.map(({ args }) => args.sequencer)).to.deep.equal([stage.sequencer]);
    const { slashShare, compensation } = proposals[0]!.args;
    expect([compensation.account, compensation.request]).to.deep.equal([home.wallet.address, batch.hash]);
    expect([slashShare, compensation.metis]).to.deep.equal([1_000n, 200n * 10n ** 18n]);
    expect(compensation.ether_).to.equal(await stage.system.disputes.requestFee(batch.header));
  });

  it("[11.D1] [11.11] closes a request that nobody answered, and collects fee and bounty", async () => {
    const stage = await load();
    const home = await stage.home();
    const batch = await next(stage);
    await submit(stage.system, batch);
    await stage.verifier(home).tick();
    const metis = await stage.system.token.balanceOf(home.wallet.address);
    await restart(stage, home).tick();
    expect(await stage.system.inbox.head()).to.equal(2n);
    await stage.system.skip(86_401n);
    await restart(stage, home).tick();
    expect(await stage.system.inbox.head()).to.equal(1n);
    expect(await stage.system.inbox.insecure()).to.equal(false);
    await restart(stage, home).tick();
    expect((await stage.system.token.balanceOf(home.wallet.address)) > metis).to.equal(true);
    expect(await stage.system.disputes.owed(home.wallet.address)).to.equal(0n);
  });

  it("[11.2] [11.6] [11.10] [11.11] nobody has the claimed roots: L1 recomputes and condemns", async () => {
    const stage = await load();
    const home = await stage.home();
    const right = await next(stage);
    const wrong = lying(right, { stateRoots: rootsWith(right, 2, keccakText("elsewhere")) });
    await submit(stage.system, wrong);
    const blocks = new BlocksSource("blockchain", { transactions: () => Promise.resolve(right.transactions) });
    const verifier = stage.verifier(home, {}, [new StorageSource(stage.store), blocks]);
    await verifier.tick();
    expect(verifier.finding(wrong.hash)?.verdict).to.equal("wrong data");
    expect(await stage.system.inbox.insecure()).to.equal(true);
    await stage.responder({}, [knows(right)]).answer(await stage.mirror().sync());
    await verifier.tick();
    expect(await stage.system.inbox.invalidated(wrong.hash)).to.equal(true);
    expect(await stage.system.inbox.insecure()).to.equal(false);
  });

  it("[11] [11.6] the object in storage has another MTTBR", async () => {
    const stage = await load();
    const right = await next(stage);
    const wrong = lying(right, { header: { mttbr: keccakText("other transactions") } });
    await stage.publish(wrong);
    const verifier = stage.verifier(await stage.home());
    await verifier.tick();
    expect(verifier.finding(wrong.hash)?.verdict).to.equal("wrong data");
    expect((await stage.system.disputes.requestOf(wrong.hash)).state).to.equal(1n);
  });

  it("[11.6] the object in storage is no batch", async () => {
    const stage = await load();
    const right = await next(stage);
    const wrong = lying(right, { data: Buffer.alloc(right.data.length, 7) });
    await stage.publish(wrong);
    const verifier = stage.verifier(await stage.home());
    await verifier.tick();
    expect(verifier.finding(wrong.hash)?.verdict).to.equal("wrong data");
    expect((await stage.system.disputes.requestOf(wrong.hash)).state).to.equal(1n);
  });

  it("[11.6] the header's gas is not what was used", async () => {
    const stage = await load();
    const right = await next(stage);
    const wrong = await stage.publish(lying(right, { header: { gasUsed: right.header.gasUsed + 1n } }));
    const verifier = stage.verifier(await stage.home());
    await verifier.tick();
    await stage.responder({}, [knows(right)]).answer(await stage.mirror().sync());
    await verifier.tick();
    expect(await stage.system.inbox.invalidated(wrong.hash)).to.equal(true);
  });

  it("[11.6] pays no more than it was told to", async () => {
    const stage = await load();
    const batch = await next(stage);
    await submit(stage.system, batch);
    const fee = await stage.system.disputes.requestFee(batch.header);
    await stage.verifier(await stage.home(), { maxRequestFee: fee - 1n }).tick();
    expect(await stage.system.inbox.insecure()).to.equal(false);
    expect((await stage.kit.metrics.alarms.get()).values[0]?.value).to.equal(1);
    await stage.verifier(await stage.home(), { maxRequestFee: fee }).tick();
    expect(await stage.system.inbox.insecure()).to.equal(true);
  });

  it("[3.3.2] gets its fee back when a certified batch takes the place of a fake one", async () => {
    const stage = await load();
    const home = await stage.home();
    const right = await next(stage);
    const fake = lying(right, { stateRoots: rootsWith(right, 1, ZERO_HASH) });
    await submitUnattested(stage.system, fake);
    await stage.verifier(home).tick();
    expect(await stage.system.inbox.insecure()).to.equal(true);
    await stage.publish(right);
    const verifier = restart(stage, home);
    await verifier.tick();
    expect((await stage.system.disputes.requestOf(fake.hash)).state).to.equal(3n);
    expect(await stage.system.disputes.owed(home.wallet.address)).to.equal(0n);
    expect(verifier.finding(hashHeader(right.header))?.verdict).to.equal("right");
  });
});
