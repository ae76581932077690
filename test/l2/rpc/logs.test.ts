import { expect } from "chai";

import { keccakText } from "../../../l2/base/keccak.ts";
import { alice, bob, mine, transfer } from "../../../testkit/l2/fixtures.ts";
import { type Json, type RpcNode, openNode } from "../../../testkit/l2/rpc-node.ts";

const TOPIC = keccakText("topic");
/** Init code that logs one topic: PUSH32, two times PUSH0, LOG1. */
const LOGGER = `0x7f${TOPIC.slice(2)}5f5fa100`;

describe("Filters of logs", () => {
  let node: RpcNode;
  let log: Json;

  beforeEach(async () => {
    node = await openNode();
    await mine(node.chain, [await transfer(alice, bob.address, 0, { to: null, data: LOGGER, gasLimit: 100_000 })]);
    [log] = (await find({})).result;
    expect(log.topics).to.deep.equal([TOPIC]);
  });

  afterEach(() => node.close());

  const find = (filter: Json) => node.rpc("eth_getLogs", filter);

  it("takes a field that is null for one that is absent", async () => {
    const none = { address: null, topics: null, fromBlock: null, toBlock: null };
    expect((await find({ ...none, blockHash: null })).result).to.deep.equal([log]);
    expect((await find({ ...none, blockHash: log.blockHash })).result).to.deep.equal([log]);
    for (const range of [{ fromBlock: "0x1" }, { toBlock: "0x1" }]) {
      expect((await find({ ...none, ...range, blockHash: log.blockHash })).error).to.include({ code: -32602 });
    }
  });

  it("looks for at most 1,000 addresses, and as many topics at each of four places", async () => {
    const many = (count: number, value: string): string[] => Array.from({ length: count }, () => value);
    expect((await find({ address: [...many(999, bob.address), log.address] })).result).to.deep.equal([log]);
    expect((await find({ topics: [[...many(999, `0x${"11".repeat(32)}`), TOPIC]] })).result).to.deep.equal([log]);
    const refused = async (filter: Json, message: string): Promise<void> => {
      const { error } = await find(filter);
      expect(error).to.deep.equal({ code: -32602, message: `invalid argument: ${message}` });
    };
    await refused({ address: many(1_001, bob.address) }, "address is 1001, expected at most 1000 values");
    await refused({ topics: [null, many(1_001, TOPIC)] }, "topics[1] is 1001, expected at most 1000 values");
    await refused({ topics: many(5, TOPIC) }, "topics is 5, expected at most 4 positions");
    // Refused before any value is read.
    await refused({ address: many(1_001, "wrong") }, "address is 1001, expected at most 1000 values");
  });
});
