import { expect } from "chai";
import { type Wallet, parseEther } from "ethers";

import { ZERO_HASH, asHash } from "../../../l2/base/hex.ts";
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

  it("[Q4] [S1] finalises after the challenge window, and pays the sequencers", async () => {
    const { local, users, system } = test;
    const [alice, bob] = users as [Wallet, Wallet];
    await local.transfer(alice, bob.address, 1n);
    await local.until(() => local.l1State.head === 2, { seconds: 90 });
    await local.advance(7 * 86_400);
    await local.tick();
    expect(local.l1State.finalised).to.equal(2);
    for (const { recipient } of system.sequencerAccounts) {
      expect(await system.sequencers.owed(recipient)).to.be.greaterThan(0n);
    }
  });
});
