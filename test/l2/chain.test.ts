import { expect } from "chai";
import { Wallet, parseEther } from "ethers";

import { toSignedBlock } from "../../l2/block.ts";
import { alice, anyProducer, bob, carol, mine, openChain, producer, transfer } from "./fixtures.ts";

describe("Chain", () => {
  it("[1] [2b] [4] takes a transaction, puts it into a block and confirms it", async () => {
    const chain = await openChain();
    const fresh = Wallet.createRandom().address;
    const raw = await transfer(alice, fresh, 0);
    const hash = await chain.addTransaction(raw);
    expect(await chain.status(hash)).to.deep.equal({ status: "pending" });
    const block = await mine(chain, []);
    expect(block.number).to.equal(1);
    expect(block.producer).to.equal(producer.address);
    expect(await chain.status(hash)).to.deep.equal({ status: "included", block: 1, index: 0 });
    const receipt = await chain.receipt(hash);
    expect(receipt?.success).to.equal(true);
    expect(receipt?.gasUsed).to.equal(21_000n);
    expect((await (await chain.stateAt()).account(fresh))?.balance).to.equal(parseEther("1"));
    await chain.close();
  });

  it("[3] a peer verifies and executes a signed block", async () => {
    const [chain, peer] = [await openChain(), await openChain()];
    const block = await mine(chain, [await transfer(alice, bob.address, 0), await transfer(bob, carol.address, 0)]);
    const imported = await peer.importBlock(toSignedBlock(block), anyProducer);
    expect(imported).to.deep.equal(block);
    expect(peer.head.stateRoot).to.equal(chain.head.stateRoot);
    await chain.close();
    await peer.close();
  });
});
