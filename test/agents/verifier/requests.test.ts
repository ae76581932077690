import { expect } from "chai";

import { keccakText } from "../../../l2/base/keccak.ts";
import { ZERO_HASH } from "../../../l2/base/hex.ts";
import { BlocksSource, StorageSource } from "../../../agents/data/batch-data.ts";
import { commitmentOf } from "../../../agents/l1/standing.ts";
import { hashHeader } from "../../../l2/batch/header.ts";
import { lying, rootsWith, standingOf, submit, submitUnattested, type TestBatch } from "../../../testkit/batches.ts";
import { Fault, faultOf, isCondemned, requestKey, requestOf, RequestState } from "../../../testkit/disputes.ts";
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
    await stage.answer([knows(batch)]);
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
    const standing = await standingOf(stage.system, batch.header);
    await stage.answer([knows(batch)]);
    await stage.system.skip(1);
    await stage.verifier(home, options).tick();
    await stage.verifier(home, options).tick();
    await stage.verifier({ ...(await stage.home()), wallet: home.wallet, findings: home.findings }, options).tick();
    const proposals = await governor.queryFilter(governor.filters.KickProposed());
    expect(proposals.map(({ args }) => args.sequencer)).to.deep.equal([stage.sequencer]);
    const { slashShare, compensation } = proposals[0]!.args;
    const commitment = commitmentOf({ header: batch.header, headerHash: batch.hash }, standing);
    expect([compensation.account, compensation.request]).to.deep.equal([home.wallet.address, commitment]);
    expect([slashShare, compensation.metis]).to.deep.equal([1_000n, 200n * 10n ** 18n]);
    const { fee } = await stage.system.disputes.requestOf(commitment);
    expect(compensation.ether_).to.equal(fee * 10n ** 9n);
  });

  it("[11.10.3] [M6] accuses all the same where somebody proposed the same in front, and cancelled it", async () => {
    const stage = await load();
    const home = await stage.home();
    const { token, governor, verifierAccounts, others } = stage.system;
    const mallory = others[7]!;
    for (const account of [verifierAccounts[0]!, mallory]) {
      await token.transfer(account, 10n ** 22n);
      await stage.system.as(account).token.delegate(account);
    }
    const batch = await next(stage);
    await submit(stage.system, batch);
    const options = { kick: { slashShare: 500, compensation: 10n ** 18n } };
    await stage.verifier(home, options).tick();
    const request = await requestKey(stage.system, batch);
    await stage.answer([knows(batch)]);
    await stage.system.skip(1);
    // The very text and calls of the accusation, out of the mempool.
    const text = `Kick ${stage.sequencer}: it withheld the data of batch 1 (${batch.hash}) until L1 asked`;
    const ether_ = (await requestOf(stage.system, batch)).fee * 10n ** 9n;
    const compensation = { account: home.wallet.address, request, metis: 10n ** 18n, ether_ };
    const copied = stage.system.as(mallory).governor;
    await copied.proposeKick(stage.sequencer, 500, compensation, text);
    const [made] = await governor.queryFilter(governor.filters.ProposalCreated());
    const { targets, calldatas, description } = made!.args;
    const values = made!.args[3];
    await copied.cancel([...targets], [...values], [...calldatas], keccakText(description));
    await stage.verifier(home, options).tick();
    const accusations = await governor.queryFilter(governor.filters.KickProposed());
    expect(accusations.length).to.equal(2);
    const proposals = await governor.queryFilter(governor.filters.ProposalCreated());
    expect(proposals.map(({ args }) => args.proposer)).to.deep.equal([mallory.address, home.wallet.address]);
    expect(await governor.state(proposals[1]!.args.proposalId)).to.equal(0n);
    await expect(
      copied.cancel(
        [...proposals[1]!.args.targets],
        [...proposals[1]!.args[3]],
        [...proposals[1]!.args.calldatas],
        keccakText(proposals[1]!.args.description),
      ),
    ).to.be.revertedWithCustomError(governor, "GovernorUnableToCancel");
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
    await stage.system.skip(3_600n);
    await restart(stage, home).tick();
    expect((await stage.system.token.balanceOf(home.wallet.address)) > metis).to.equal(true);
    expect(await stage.system.disputes.owed(home.wallet.address)).to.equal(0n);
  });

  it("[11.2] [11.6] [11.D1] [11.11] nobody has the claimed roots: the window ends, and L1 condemns", async () => {
    const stage = await load();
    const home = await stage.home();
    const right = await next(stage);
    const wrong = lying(right, { stateRoots: rootsWith(right, 2, keccakText("elsewhere")) });
    await submit(stage.system, wrong);
    const blocks = new BlocksSource("blockchain", { transactions: () => Promise.resolve(right.transactions) });
    const verifier = stage.verifier(home, {}, [new StorageSource(stage.store), blocks]);
    await verifier.tick();
    expect(verifier.finding(wrong.hash)?.verdict).to.equal("unshown");
    expect(await stage.system.inbox.insecure()).to.equal(true);
    // Who has the transactions alone can show nothing.
    await stage.answer([knows(right)]);
    await verifier.tick();
    expect(await isCondemned(stage.system, wrong.hash)).to.equal(false);
    await stage.system.skip(86_401n);
    await verifier.tick();
    expect(await faultOf(stage.system, wrong.hash)).to.equal(Fault.Unanswered);
    expect(await stage.system.inbox.insecure()).to.equal(false);
  });

  it("[11] [11.6] the object in storage has another MTTBR", async () => {
    const stage = await load();
    const right = await next(stage);
    const wrong = lying(right, { header: { mttbr: keccakText("other transactions") } });
    await stage.publish(wrong);
    const verifier = stage.verifier(await stage.home());
    await verifier.tick();
    expect(verifier.finding(wrong.hash)?.verdict).to.equal("unshown");
    expect((await requestOf(stage.system, wrong)).state).to.equal(RequestState.Open);
  });

  it("[11.6] the object in storage is no batch", async () => {
    const stage = await load();
    const right = await next(stage);
    const wrong = lying(right, { data: Buffer.alloc(right.data.length, 7) });
    await stage.publish(wrong);
    const verifier = stage.verifier(await stage.home());
    await verifier.tick();
    expect(verifier.finding(wrong.hash)?.verdict).to.equal("unshown");
    expect((await requestOf(stage.system, wrong)).state).to.equal(RequestState.Open);
  });

  it("[11.6] the header's gas is not what was used", async () => {
    const stage = await load();
    const right = await next(stage);
    const wrong = await stage.publish(lying(right, { header: { gasUsed: right.header.gasUsed + 1n } }));
    const verifier = stage.verifier(await stage.home());
    await verifier.tick();
    await stage.answer([knows(right)]);
    await verifier.tick();
    expect(await isCondemned(stage.system, wrong.hash)).to.equal(true);
  });

  it("[H7] [11.6] pays no more a day than it was told to, and goes on with the next batch", async () => {
    const stage = await load();
    const home = await stage.home();
    const dear = await next(stage);
    await submit(stage.system, dear);
    const cheap = await next(stage, dear.header, 1);
    await submit(stage.system, cheap);
    const price = (batch: TestBatch): Promise<bigint> => stage.system.disputes.requestFee(batch.header, 0n);
    const requestBudget = ((await price(dear)) + (await price(cheap))) / 2n;
    await stage.verifier(home, { requestBudget }).tick();
    expect((await requestOf(stage.system, dear)).state).to.equal(RequestState.None);
    expect((await requestOf(stage.system, cheap)).state).to.equal(RequestState.Open);
    expect((await stage.kit.metrics.alarms.get()).values[0]?.value).to.equal(1);
    // By default the budget covers the dearest batch.
    await stage.verifier(home).tick();
    expect((await requestOf(stage.system, dear)).state).to.equal(RequestState.Open);
  });

  it("[3.3.2] leaves a fake batch that nobody needs to request, and verifies the certified one in its place", async () => {
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
    expect(await stage.system.inbox.insecure()).to.equal(false);
    expect(await stage.system.disputes.owed(home.wallet.address)).to.equal(0n);
    expect(verifier.finding(hashHeader(right.header))?.verdict).to.equal("right");
  });
});
