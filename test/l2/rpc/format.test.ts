import { expect } from "chai";

import { keccakHex } from "../../../l2/base/keccak.ts";
import { alice, bob, carol, config, mine, transfer } from "../../../testkit/l2/fixtures.ts";
import { type Json, type RpcNode, openNode } from "../../../testkit/l2/rpc-node.ts";

describe("Transactions and logs as a node shows them", () => {
  let node: RpcNode;

  beforeEach(async () => {
    node = await openNode();
  });

  afterEach(() => node.close());

  it("shows authorisations, also those that do not apply", async () => {
    const { address } = carol;
    const applies = bob.authorizeSync({ address, chainId: config.chainId, nonce: 0 });
    const late = bob.authorizeSync({ address, chainId: 0, nonce: 7 });
    const raw = await transfer(alice, bob.address, 0, {
      type: 4,
      authorizationList: [applies, late],
      gasLimit: 100_000,
    });
    const { result: hash } = await node.rpc("eth_sendRawTransaction", raw);
    expect(hash).to.equal(keccakHex(raw));
    await mine(node.chain, []);
    const shown = (await node.rpc("eth_getTransactionByHash", hash)).result as Record<string, unknown>;
    expect(shown).to.deep.include({ hash, type: "0x4", from: alice.address.toLowerCase(), gas: "0x186a0" });
    const quantity = (value: bigint): string => `0x${value.toString(16)}`;
    expect(shown["authorizationList"]).to.deep.equal(
      [applies, late].map(({ chainId, nonce, signature: { r, s, yParity } }) => ({
        ...{ chainId: quantity(chainId), address: address.toLowerCase(), nonce: quantity(nonce) },
        ...{ yParity: quantity(BigInt(yParity)), r: quantity(BigInt(r)), s: quantity(BigInt(s)) },
      })),
    );
    const receipt = (await node.rpc("eth_getTransactionReceipt", hash)).result;
    expect(receipt).to.include({ type: "0x4", status: "0x1" });
    const code = (await node.rpc("eth_getCode", bob.address, "latest")).result;
    expect(code).to.equal(`0xef0100${address.slice(2).toLowerCase()}`);
    // Bob, who is delegated now, still sends transactions.
    await mine(node.chain, [await transfer(bob, alice.address, 1)]);
  });

  it("shows the time of the block with each, and none for what waits", async () => {
    // Init code that logs without a topic twice: PUSH0, PUSH0, LOG0.
    const raw = await transfer(alice, bob.address, 0, { to: null, data: "0x5f5fa05f5fa000", gasLimit: 100_000 });
    const hash = keccakHex(raw);
    const result = async (method: string, ...params: unknown[]): Promise<Json> =>
      (await node.rpc(method, ...params)).result;
    await node.chain.addTransaction(raw);
    expect(await result("eth_getTransactionByHash", hash)).to.include({ blockTimestamp: null, blockNumber: null });
    const block = await mine(node.chain, [], node.chain.head.timestamp + 7);
    await mine(node.chain, [await transfer(bob, alice.address, 0)]);
    const blockTimestamp = `0x${block.timestamp.toString(16)}`;
    const place = { blockTimestamp, blockNumber: "0x1", blockHash: block.hash, transactionIndex: "0x0" };

    const transaction = await result("eth_getTransactionByHash", hash);
    expect(transaction).to.include({ hash, ...place });
    for (const [method, ...params] of [
      ["eth_getTransactionByBlockNumberAndIndex", "0x1", "0x0"],
      ["eth_getTransactionByBlockHashAndIndex", block.hash, "0x0"],
    ]) {
      expect(await result(method!, ...params), method).to.deep.equal(transaction);
    }
    expect((await result("eth_getBlockByNumber", "0x1", true)).transactions).to.deep.equal([transaction]);

    const receipt = await result("eth_getTransactionReceipt", hash);
    expect(await result("eth_getBlockReceipts", "0x1")).to.deep.equal([receipt]);
    expect(await result("eth_getLogs", { fromBlock: "earliest" })).to.deep.equal(receipt.logs);
    const log = { ...place, transactionHash: hash, topics: [], data: "0x", removed: false };
    expect(receipt.logs).to.have.length(2);
    expect(receipt.logs[0]).to.deep.include({ ...log, logIndex: "0x0" });
    expect(receipt.logs[1]).to.deep.include({ ...log, logIndex: "0x1" });
  });
});
