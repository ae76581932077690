import { expect } from "chai";

import { ChainProducer } from "../../../agents/sequencer/producer.ts";
import { alice, bob, openChain, producer, transfer } from "../../../testkit/l2/fixtures.ts";

describe("Block producer", () => {
  it("[2b] makes signed blocks of what waits, none of nothing", async () => {
    const chain = await openChain();
    const options = { coinbase: bob.address, maxTransactions: 2 };
    const blocks = new ChainProducer(options, { chain, key: () => producer });
    expect(await blocks.produce(chain.head.timestamp + 1)).to.equal(undefined);
    const raws = await Promise.all([0, 1, 2].map((nonce) => transfer(alice, bob.address, nonce)));
    for (const raw of raws) await chain.addTransaction(raw);
    const first = await blocks.produce(chain.head.timestamp + 1);
    expect(first).to.deep.include({ number: 1, coinbase: bob.address, transactions: raws.slice(0, 2) });
    expect(first?.signature).to.match(/^0x[0-9a-f]{130}$/);
    const second = await blocks.produce(chain.head.timestamp + 1);
    expect(second).to.deep.include({ number: 2, parentHash: first?.hash, transactions: raws.slice(2) });
    await chain.close();
  });
});
