import { expect } from "chai";

import { alice, bob, config, mine, transfer } from "../../../testkit/l2/fixtures.ts";
import { type RpcNode, openNode } from "../../../testkit/l2/rpc-node.ts";

describe("Fees that a node tells", () => {
  let node: RpcNode;

  beforeEach(async () => {
    node = await openNode();
    for (let nonce = 0; nonce < 3; nonce++) {
      const tips = { maxPriorityFeePerGas: BigInt(nonce + 1) };
      await mine(node.chain, [
        await transfer(alice, bob.address, nonce, tips),
        await transfer(bob, alice.address, nonce, { maxPriorityFeePerGas: 9n }),
      ]);
    }
  });

  afterEach(() => node.close());

  const history = (...params: unknown[]) => node.rpc("eth_feeHistory", ...params);

  it("gives the history of fees", async () => {
    const fee = `0x${config.baseFee.toString(16)}`;
    const ratio = 42_000 / Number(config.gasLimit);
    const { result } = await history("0x2", "latest", [0, 50, 50, 99.5]);
    expect(result).to.deep.equal({
      oldestBlock: "0x2",
      baseFeePerGas: [fee, fee, fee],
      gasUsedRatio: [ratio, ratio],
      baseFeePerBlobGas: ["0x1", "0x1", "0x1"],
      blobGasUsedRatio: [0, 0],
      reward: [
        ["0x2", "0x2", "0x2", "0x9"],
        ["0x3", "0x3", "0x3", "0x9"],
      ],
    });
    expect((await node.rpc("eth_blobBaseFee")).result).to.equal("0x1");
    expect((await node.rpc("eth_maxPriorityFeePerGas")).result).to.equal("0x3");
  });

  it("takes a count as libraries write it, and refuses what is none", async () => {
    const expected = await history("0x2", "latest");
    for (const count of [2, "2", "0x02"]) {
      for (const percentiles of [null, []]) {
        expect(await history(count, "latest", percentiles), String(count)).to.deep.equal(expected);
      }
    }
    const all = (await history(4, "latest")).result;
    for (const count of ["0x400", 1e9, "0xffffffffffffffff"]) {
      expect((await history(count, "latest")).result, String(count)).to.deep.equal(all);
    }
    for (const count of [0, "0x0", "0", -1, 1.5, 1e30, "-1", "1.5", "", "0x", "many", null, true, {}, [2]]) {
      const { error } = await history(count, "latest", []);
      expect(error, JSON.stringify(count)).to.deep.equal({
        code: -32602,
        message: `invalid argument: params[0] is ${JSON.stringify(count)}, expected a number of blocks such as 0x4, of at least 1`,
      });
    }
  });

  it("refuses percentiles that are none, or not in ascending order", async () => {
    for (const percentiles of [[-1], [100.1], ["50"], [null], [75, 25], "50", { 0: 50 }, Array(101).fill(50)]) {
      const { error } = await history("0x2", "latest", percentiles);
      expect(error, JSON.stringify(percentiles)).to.include({ code: -32602 });
    }
    const { error } = await history("0x2", "latest", [75, 25]);
    expect(error.message).to.equal(
      "invalid argument: params[2][1] is 25, expected a percentile from 75 to 100, in ascending order",
    );
  });
});
