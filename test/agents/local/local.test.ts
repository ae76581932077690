import { expect } from "chai";
import { type Wallet, parseEther } from "ethers";

import { Parameter } from "../../../ignition/parameters.ts";
import { passed } from "../../../agents/l1/mirror.ts";
import { ZERO_HASH, asHash } from "../../../l2/base/hex.ts";
import { failureOf } from "../../../testkit/agents/failure.ts";
import { type LocalTest, localTest } from "../../../testkit/local.ts";

describe("a whole system in one process", () => {
  let test: LocalTest;

  beforeEach(async () => {
    test = await localTest({ sequencers: 4 });
  });

  afterEach(async () => {
    await test.local.stop();
  });

  it("[1] [2a] [4] [6] [7] [8a] [11.3.1] [Q7] a user pays, and checks where the payment is", async () => {
    const { local, users } = test;
    const [alice, bob] = users as [Wallet, Wallet];
    const user = local.user(alice);
    const receipt = await user.pay({ to: bob.address, value: parseEther("1") });
    expect(receipt.status).to.equal(1);
    expect(await local.l2.getBalance(bob.address)).to.equal(parseEther("10001"));
    expect(await user.prove(asHash(receipt.hash))).to.equal(undefined);
    await local.until(() => local.l1State.head === 2, { seconds: 90 });
    const proven = await user.prove(asHash(receipt.hash));
    expect(proven?.header).to.deep.equal(local.l1State.batches[1]?.header);
    expect(proven?.final).to.equal(false);
    const { headerHash } = local.l1State.batches[1] ?? { headerHash: ZERO_HASH };
    expect(local.verifiers[0]?.agent.finding(headerHash)?.verdict).to.equal("right");
  });

  it("[Q4] credits producer and signers of a final batch with METIS from the reward pool", async () => {
    const { local, users, system } = test;
    const { sequencers } = system;
    const [alice, bob] = users as [Wallet, Wallet];
    const owed = () => Promise.all(system.sequencerAccounts.map(({ recipient }) => sequencers.owed(recipient)));
    await local.transfer(alice, bob.address, 1n);
    await local.until(() => local.l1State.head === 2, { seconds: 90 });
    const pool = await sequencers.rewardPool();
    expect(await owed()).to.deep.equal([0n, 0n, 0n, 0n]);

    await local.advance(7 * 86_400);
    await local.tick();
    expect(local.l1State.finalised).to.equal(2);
    const [rewarded] = await sequencers.queryFilter(sequencers.filters.BatchesRewarded());
    const { batches, paid } = rewarded!.args;
    expect(batches).to.equal(1n);
    const [share, submission] = await Promise.all(
      [Parameter.ProducerShare, Parameter.SubmissionShare].map((each) => system.parameters.get(each)),
    );
    const { sequencer } = local.l1State.batches[1]!.header;
    const credits = await owed();
    const producer = system.sequencerAccounts.findIndex(({ address }) => address === sequencer);
    // All four have the same stake and signed; the submitter finalised too.
    const signed = credits[(producer + 1) % 4]!;
    for (const [place, credit] of credits.entries()) if (place !== producer) expect(credit).to.equal(signed);
    expect(pool - (await sequencers.rewardPool())).to.equal(paid);
    expect(credits[producer]! - signed).to.be.closeTo((paid * share!) / 10_000n, 4n);
    const submitter = await sequencers.owed(local.l1State.batches[1]!.standing.submitter);
    expect(submitter).to.be.closeTo((paid * submission!) / 10_000n, 1n);
    expect(credits.reduce((sum, credit) => sum + credit, submitter)).to.equal(paid);
  });

  it("[S1] shows users of the L2 the insecure tx state for as long as L1 is in it", async () => {
    const { local, users, system } = test;
    const [alice, bob] = users as [Wallet, Wallet];
    const insecure = async () => {
      const { insecure: told } = (await local.l2.send("metis_insecure", [])) as { insecure: boolean };
      return told;
    };
    const safe = async () => (await local.l2.getBlock("safe"))?.number;
    await local.transfer(alice, bob.address, 1n);
    await local.until(() => local.l1State.head === 2, { seconds: 90 });
    expect([await insecure(), await safe()]).to.deep.equal([false, 1]);

    const { disputes, inbox } = system.as(system.verifierAccounts[0]!);
    await disputes.requestData([passed(local.l1State.batches[1]!)], { value: parseEther("1") });
    await local.look();
    expect(await inbox.insecure()).to.equal(true);
    expect([await insecure(), await safe()]).to.deep.equal([true, 0]);

    await local.until(async () => !(await inbox.insecure()));
    expect([await insecure(), await safe()]).to.deep.equal([false, 1]);
  });

  it("[Q3] tells users that the consensus layer is off, serves what they read, and takes payments once it is on", async () => {
    const { local, users, config } = test;
    const [alice, bob] = users as [Wallet, Wallet];
    const before = await local.l2.getBalance(bob.address);
    const raw = await alice.signTransaction({
      ...{ type: 2, chainId: config.chainId, nonce: 0, to: bob.address, value: 1n, gasLimit: 21_000n },
      maxFeePerGas: config.baseFee * 2n,
    });
    await local.consensus.stop();
    expect((await failureOf(local.l2.broadcastTransaction(raw))).message).to.contain(
      "the consensus layer is not running",
    );
    expect(await local.l2.getBalance(bob.address)).to.equal(before);

    await local.consensus.restart();
    await local.tick();
    const receipt = await local.user(alice).pay({ to: bob.address, value: 1n });
    expect(receipt.status).to.equal(1);
    expect(await local.l2.getBalance(bob.address)).to.equal(before + 1n);
  });
});
