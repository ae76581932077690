import { expect } from "chai";

import { keccakText } from "../../../l2/base/keccak.ts";
import { alice, bob, config, mine, transfer } from "../../../testkit/l2/fixtures.ts";
import { type RpcNode, openNode } from "../../../testkit/l2/rpc-node.ts";

/** A call of every method that names a block, and where it does. */
const CALLS: readonly (readonly [string, (block: unknown) => unknown[]])[] = [
  ["eth_getBalance", (block) => [bob.address, block]],
  ["eth_getTransactionCount", (block) => [bob.address, block]],
  ["eth_getCode", (block) => [bob.address, block]],
  ["eth_getStorageAt", (block) => [bob.address, "0x0", block]],
  ["eth_getProof", (block) => [bob.address, [], block]],
  ["eth_call", (block) => [{ to: bob.address }, block]],
  ["eth_estimateGas", (block) => [{ to: bob.address }, block]],
  ["eth_createAccessList", (block) => [{ to: bob.address }, block]],
  ["eth_feeHistory", (block) => ["0x1", block, []]],
  ["eth_getLogs", (block) => [{ fromBlock: block }]],
];
/** Those that answer null where there is no such block. */
const LOOKS: readonly (readonly [string, (block: unknown) => unknown[]])[] = [
  ["eth_getBlockByNumber", (block) => [block, false]],
  ["eth_getBlockTransactionCountByNumber", (block) => [block]],
  ["eth_getTransactionByBlockNumberAndIndex", (block) => [block, "0x0"]],
  ["eth_getBlockReceipts", (block) => [block]],
];

describe("Blocks that a call names", () => {
  let node: RpcNode;
  let hash: string;

  beforeEach(async () => {
    node = await openNode();
    hash = (await mine(node.chain, [await transfer(alice, bob.address, 0)])).hash;
    await mine(node.chain, [await transfer(alice, bob.address, 1)]);
  });

  afterEach(() => node.close());

  it("takes 66 characters for a hash, in every method", async () => {
    for (const [method, params] of [...CALLS, ...LOOKS]) {
      const expected = await node.rpc(method, ...params("0x1"));
      expect(expected.error, method).to.equal(undefined);
      const names = [hash, hash.replace(/[a-f]/g, (digit) => digit.toUpperCase()), { blockHash: hash }];
      for (const name of [...names, { blockHash: hash, requireCanonical: true, blockNumber: null }]) {
        expect(await node.rpc(method, ...params(name)), method).to.deep.equal(expected);
      }
    }
    const balance = config.alloc[bob.address]! + 10n ** 18n;
    expect(BigInt((await node.rpc("eth_getBalance", bob.address, hash)).result)).to.equal(balance);
  });

  it("says that a hash or number is of no block", async () => {
    const unknown = keccakText("none");
    for (const block of [unknown, { blockHash: unknown }, "0x3", { blockNumber: "0x3" }]) {
      for (const [method, params] of CALLS.slice(0, -1)) {
        const error = { code: -32001, message: `unknown block: ${JSON.stringify(block)}` };
        expect(await node.rpc(method, ...params(block)), method).to.deep.include({ error });
      }
      for (const [method, params] of LOOKS) {
        expect(await node.rpc(method, ...params(block)), method).to.deep.include({ result: null });
      }
    }
    const logs = await node.rpc("eth_getLogs", { fromBlock: unknown });
    expect(logs.error).to.include({ code: -32001 });
  });

  it("refuses what is neither a hash, nor a number, nor a tag", async () => {
    const digits = (count: number): string => `0x${"1".repeat(count)}`;
    const wrong = [digits(63), digits(65), "0x", "0x01", "0x8000000000000000", "1", 1, true, [], "newest"];
    const objects = [{}, { blockHash: hash, blockNumber: "0x1" }, { blockHash: "0x1" }, { blockNumber: 1 }];
    for (const block of [...wrong, ...objects, { blockNumber: { blockNumber: "0x1" } }]) {
      for (const [method, params] of [...CALLS, ...LOOKS]) {
        const { error } = await node.rpc(method, ...params(block));
        expect(error, `${method} ${JSON.stringify(block)}`).to.include({ code: -32602 });
      }
    }
  });
});
