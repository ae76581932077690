import { expect } from "chai";
import { Wallet, id, parseEther } from "ethers";

import { Holder } from "../../../agents/l1/holder.ts";
import { AgentError } from "../../../agents/runtime/errors.ts";
import { failureOf } from "../../../testkit/agents/failure.ts";
import { l1Wallet, type LocalTest, localTest } from "../../../testkit/local.ts";

describe("Holder of METIS", () => {
  let test: LocalTest;

  before(async () => {
    test = await localTest({ sequencers: 1, verifiers: 0 });
  });

  after(async () => {
    await test.local.stop();
  });

  it("gives METIS and ETH to those who join, and METIS to the pool of rewards", async () => {
    const { system, local } = test;
    const { token, sequencers } = system;
    const { provider } = local.l1;
    const account = l1Wallet(30);
    const holder = new Holder({ l1: local.l1, transactions: local.manager(account) });
    await token.transfer(account.address, 100n);
    const [joins, pays] = [new Wallet(id("joins")).address, new Wallet(id("pays")).address];
    await holder.give(joins, { metis: 60n, ether: 5n });
    await holder.give(pays, { metis: 0n, ether: 7n });
    expect([await token.balanceOf(joins), await provider.getBalance(joins)]).to.deep.equal([60n, 5n]);
    expect([await token.balanceOf(pays), await provider.getBalance(pays)]).to.deep.equal([0n, 7n]);
    const before = await sequencers.rewardPool();
    await holder.fundRewards(30n);
    expect((await sequencers.rewardPool()) - before).to.equal(30n);
    expect(await token.balanceOf(account.address)).to.equal(10n);
  });

  it("names the account that has too little, what it has and what it needs", async () => {
    const { local } = test;
    const account = l1Wallet(31);
    const to = Wallet.createRandom().address;
    const rich = new Holder({ l1: local.l1, transactions: local.manager(account) });
    expect((await failureOf(rich.give(to, { metis: 2n, ether: 0n }))).message).to.equal(
      `send metis reverts: ERC20InsufficientBalance("${account.address}", "0", "2")`,
    );
    const poor = new Wallet(id("poor holder"), local.l1.provider);
    const holder = new Holder({ l1: local.l1, transactions: local.manager(poor) });
    const failure = await failureOf(holder.give(to, { metis: 0n, ether: parseEther("1") }));
    expect(failure).to.be.instanceOf(AgentError).with.property("code", "L1_FUNDS");
    expect(failure.message).to.match(new RegExp(`^${poor.address} has 0.0 ETH, too little for send ether: `));
  });
});
