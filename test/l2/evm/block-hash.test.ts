import { expect } from "chai";

import { keccakText } from "../../../l2/base/keccak.ts";
import { Executor } from "../../../l2/execution/executor.ts";
import { Overlay, StateStore } from "../../../l2/state/state.ts";
import { assemble, push } from "../../../conformance/fuzz/assembly.ts";
import { toHex } from "../../../l2/base/hex.ts";
import { alice, config, producer } from "../../../testkit/l2/fixtures.ts";

/** What BLOCKHASH gives in block 1,000. */
async function blockHash(number: bigint): Promise<bigint> {
  const states = await StateStore.open();
  const executor = await Executor.at(config, new Overlay(states), await states.genesis(config));
  const data = toHex(assemble(`${push(number)} BLOCKHASH PUSH0 MSTORE PUSH1 0x20 PUSH0 RETURN`));
  const context = { number: 1_000n, timestamp: BigInt(config.genesisTimestamp), coinbase: producer.address };
  const call = { from: alice.address, to: undefined, value: 0n, data, gas: 100_000n, accessList: [] };
  const result = await executor.call(context, call);
  expect(result.error).to.equal(undefined);
  return BigInt(result.data);
}

describe("BLOCKHASH", () => {
  it("is the hash of the number's digits for the last 256 blocks", async () => {
    expect(await blockHash(999n)).to.equal(BigInt(keccakText("999")));
    expect(await blockHash(744n)).to.equal(BigInt(keccakText("744")));
  });

  it("is zero for older blocks, for the block itself and for later ones", async () => {
    for (const number of [743n, 1_000n, 1_001n]) expect(await blockHash(number), String(number)).to.equal(0n);
  });
});
