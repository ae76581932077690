import { expect } from "chai";
import { Wallet, ZeroAddress, id, parseEther } from "ethers";

import { Stake } from "../../../agents/sequencer/stake.ts";
import { L1Revert } from "../../../agents/l1/reverts.ts";
import { l1Wallet, type LocalTest, localTest } from "../../../testkit/local.ts";
import { failureOf } from "../../../testkit/agents/failure.ts";

describe("stake", () => {
  let test: LocalTest;

  beforeEach(async () => {
    test = await localTest({ sequencers: 2, verifiers: 0 });
  });

  afterEach(async () => {
    await test.local.stop();
  });

  it("[Q4] joins, tops up, changes keys, leaves and is paid", async () => {
    const { system, local } = test;
    const owner = l1Wallet(30);
    const amount = parseEther("20000");
    await system.token.transfer(owner.address, 2n * amount);
    const stake = new Stake({ l1: local.l1, transactions: local.manager(owner) });
    const [key, fresh] = [new Wallet(id("key")), new Wallet(id("fresh key"))];
    await stake.join(key.address, owner.address, amount);
    await local.consensus.tick();
    expect(local.consensus.agent.peer.members.of(owner.address)?.key).to.equal(key.address);
    await stake.topUp(1n);
    await stake.rotateKey(fresh.address);
    await stake.setRecipient(key.address);
    const sequencer = await system.sequencers.sequencerOf(owner.address);
    expect([sequencer.stake, sequencer.key, sequencer.previousKey, sequencer.recipient]).to.deep.equal([
      amount + 1n,
      fresh.address,
      key.address,
      key.address,
    ]);
    expect(await stake.claim()).to.equal(undefined);
    await stake.resign();
    expect(await failureOf(stake.withdraw())).to.be.instanceOf(L1Revert);
    await local.advance(30 * 86_400);
    await stake.withdraw();
    await stake.claim();
    expect(await system.token.balanceOf(owner.address)).to.equal(2n * amount);
    await local.consensus.tick();
    expect(local.consensus.agent.peer.members.of(owner.address)).to.equal(undefined);
  });

  it("[Q4] names what L1 refuses", async () => {
    const { local } = test;
    const stake = new Stake({ l1: local.l1, transactions: local.manager(l1Wallet(31)) });
    const error = await failureOf(stake.join(Wallet.createRandom().address, ZeroAddress, parseEther("20000")));
    expect(error.message).to.contain("SequencerInvalidAddress");
  });
});
