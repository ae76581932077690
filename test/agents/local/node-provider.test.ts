import { expect } from "chai";

import { NodeProvider } from "../../../agents/local/node-provider.ts";
import { RpcServer } from "../../../l2/rpc/server.ts";
import { failureOf } from "../../../testkit/agents/failure.ts";
import { alice, bob, config, mine, openChain, transfer } from "../../../testkit/l2/fixtures.ts";

describe("Provider of a node in this process", () => {
  it("answers as the node would over HTTP, errors included", async () => {
    const chain = await openChain();
    const provider = new NodeProvider(config.chainId, new RpcServer({ chain }));
    const raw = await transfer(alice, bob.address, 0);
    await mine(chain, [raw]);
    expect((await provider.getNetwork()).chainId).to.equal(config.chainId);
    expect(await provider.getBlockNumber()).to.equal(1);
    expect(await provider.getBalance(bob.address)).to.equal(config.alloc[bob.address]! + 10n ** 18n);
    const failure = await failureOf(provider.send("eth_nothing", []));
    expect(JSON.stringify(failure)).to.contain("-32601");
    provider.destroy();
    await chain.close();
  });
});
