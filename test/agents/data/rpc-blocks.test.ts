import { expect } from "chai";

import { RpcBlocks } from "../../../agents/data/rpc-blocks.ts";
import { ZERO_HASH, asHex } from "../../../l2/base/hex.ts";
import type { Chain } from "../../../l2/chain/chain.ts";
import { RpcServer } from "../../../l2/rpc/server.ts";
import { failureOf } from "../../../testkit/agents/failure.ts";
import { failsWith } from "../../../testkit/agents/objects.ts";
import { signAuthorization, signTransaction } from "../../../testkit/execution/transactions.ts";
import { alice, bob, carol, mine, openChain, transfer } from "../../../testkit/l2/fixtures.ts";

describe("Blocks over JSON-RPC", () => {
  let chain: Chain;
  let server: RpcServer;
  let url: string;

  beforeEach(async () => {
    chain = await openChain();
    server = new RpcServer({ chain, port: 0 });
    url = await server.listen();
  });

  afterEach(async () => {
    await server.close();
    await chain.close();
  });

  it("[8c] [9.1] are those of the chain, transactions byte by byte", async () => {
    await mine(chain, [await transfer(alice, bob.address, 0), await transfer(bob, carol.address, 0, { type: 0 })]);
    await mine(chain, [await transfer(alice, carol.address, 1)]);
    expect(await new RpcBlocks(url).transactions(1, 2)).to.deep.equal(await chain.transactions(1, 2));
    expect(await new RpcBlocks(url).transactions(2, 2)).to.deep.equal(await chain.transactions(2, 2));
  });

  it("[8c] [9.1] are byte by byte those of the chain, whatever authorisations they carry (EIP-7702)", async () => {
    const accessList = [[bob.address, [ZERO_HASH]] as const];
    const { chainId, baseFee } = chain.config;
    const usual = { chainId, tipCap: 1n, feeCap: 2n * baseFee, gasLimit: 300_000n, to: bob.address, value: 1n };
    const authorization = signAuthorization({ chainId, address: carol.address, nonce: 0n }, bob.signingKey);
    const authorizations = [
      authorization,
      { ...authorization, chainId: 0n, nonce: 2n ** 64n - 1n },
      { ...authorization, parity: 255n },
      { ...authorization, s: 2n ** 256n - 1n },
      { ...authorization, r: 0n, s: 0n },
    ];
    const raws = ([1, 2, 4, 0] as const).map((type, nonce) =>
      asHex(
        signTransaction(
          { ...usual, type, nonce: BigInt(nonce), data: "0x0102", accessList, authorizations },
          alice.signingKey,
        ),
      ),
    );
    await mine(chain, raws);
    expect(chain.head.transactions).to.deep.equal(raws);
    expect(await new RpcBlocks(url).transactions(1, 1)).to.deep.equal(await chain.transactions(1, 1));
  });

  it("name the node that lacks a block, or does not answer", async () => {
    await failsWith(new RpcBlocks(url).transactions(1, 1), "L2_UNAVAILABLE");
    expect((await failureOf(new RpcBlocks(url).transactions(1, 1))).message).to.equal(`node ${url} has no block 1`);
    const nowhere = "http://127.0.0.1:1";
    const { message } = await failureOf(new RpcBlocks(nowhere).transactions(1, 1));
    expect(message).to.contain(`node ${nowhere} does not answer`);
  });
});
