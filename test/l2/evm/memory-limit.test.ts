import { expect } from "chai";

import { MEMORY_LIMIT, limitMemory } from "../../../l2/evm/memory-limit.ts";
import { chainCommon } from "../../../l2/evm/fork.ts";
import { OUT_OF_GAS } from "../../../l2/execution/simulation.ts";
import { toHex } from "../../../l2/base/hex.ts";
import { assemble, push } from "../../../conformance/fuzz/assembly.ts";
import { ask } from "../../../testkit/l2/ask.ts";

// test/l2/execution/limits.test.ts goes through every instruction that makes memory larger, on L1 too.
describe("Memory limit", () => {
  it("ends a frame that goes beyond it as if out of gas, with all of its gas", async () => {
    const reading = (last: number) => ask({ data: toHex(assemble(`${push(BigInt(last - 32))} MLOAD STOP`)) });
    expect((await reading(MEMORY_LIMIT)).error).to.equal(undefined);
    expect(await reading(MEMORY_LIMIT + 1)).to.include({ error: OUT_OF_GAS, gasUsed: 1_000_000n });
  });

  it("watches every instruction that has memory, under its own name and price", () => {
    const limited = limitMemory(chainCommon({ chainId: 1n }));
    const names = limited.map(({ opcodeName }) => opcodeName);
    expect(names).to.include.members(["KECCAK256", "MLOAD", "MSTORE", "MCOPY", "CREATE2", "STATICCALL", "REVERT"]);
    expect(names).to.not.include("ADD");
    expect(limited.find(({ opcodeName }) => opcodeName === "KECCAK256")).to.include({ opcode: 0x20, baseFee: 30 });
  });
});
