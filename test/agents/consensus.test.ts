import { expect } from "chai";
import { parseEther } from "ethers";

import { type LocalTest, localTest } from "../support/local.ts";

describe("the peer network at work", () => {
  let test: LocalTest;

  beforeEach(async () => {
    test = await localTest({ sequencers: 4 });
  });

  afterEach(async () => {
    await test.local.stop();
  });

  it("[2a] [2b] [3] [4] [5] takes a transaction to the current sequencer, into a block of every peer", async () => {
    const { local, users, system } = test;
    const [alice, bob] = users as [(typeof users)[number], (typeof users)[number]];
    await local.tick();
    const hash = await local.transfer(alice, bob.address, parseEther("1"));
    expect(await local.consensus.agent.transactionStatus(hash)).to.deep.equal({ state: "pending" });
    await local.tick();
    const { sequencer } = await system.sequencers.term();
    expect(local.current?.owner).to.equal(sequencer);
    for (const { chain } of local.sequencers) {
      const receipt = await chain.receipt(hash);
      expect(receipt?.success).to.equal(true);
      const block = await chain.block(receipt?.block ?? -1);
      expect(block?.producer).to.equal(local.current?.key.address);
    }
    expect(await local.consensus.agent.transactionStatus(hash)).to.deep.equal({ state: "included", block: 1 });
  });

  it("[7] [8a] certifies a batch that is due and L1 accepts it", async () => {
    const { local, users, system } = test;
    const [alice, bob] = users as [(typeof users)[number], (typeof users)[number]];
    await local.transfer(alice, bob.address, 1n);
    await local.until(() => local.l1State.head === 2, { seconds: 90 });
    const batch = await system.inbox.batchAt(1);
    expect(batch.signers).to.equal(0b1111n);
    expect(batch.status).to.equal(2n);
  });
});
