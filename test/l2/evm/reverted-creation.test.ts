import { createEVM } from "@ethereumjs/evm";
import { expect } from "chai";

import { chainCommon } from "../../../l2/evm/fork.ts";
import { letCreationsRevert } from "../../../l2/evm/reverted-creation.ts";
import { assemble } from "../../../conformance/fuzz/assembly.ts";

/** What creating a contract with this init code leads to. */
async function create(program: string) {
  const evm = await createEVM({ common: chainCommon({ chainId: 1n }) });
  letCreationsRevert(evm);
  const { execResult } = await evm.runCall({ data: assemble(program), gasLimit: 100_000n });
  return {
    error: execResult.exceptionError?.error,
    gas: execResult.executionGasUsed,
    returned: Buffer.from(execResult.returnValue).toString("hex"),
  };
}

/** Leaves a byte in memory. */
const BYTE = (byte: string): string => `PUSH1 ${byte} PUSH0 MSTORE8 PUSH1 0x01 PUSH0`;

describe("Init code that reverts", () => {
  it("keeps its gas and its data where they start with the byte that code must not start with", async () => {
    const { error, gas, returned } = await create(`${BYTE("0xef")} REVERT`);
    expect([error, returned]).to.deep.equal(["revert", "ef"]);
    expect(Number(gas)).to.be.lessThan(100);
  });

  it("still cannot leave code that starts with it", async () => {
    expect(await create(`${BYTE("0xef")} RETURN`)).to.include({ gas: 100_000n });
    expect((await create(`${BYTE("0x00")} RETURN`)).error).to.equal(undefined);
  });

  it("keeps its data where another init code reverts inside it", async () => {
    const inner = `${BYTE("0xef")} REVERT`;
    const size = assemble(inner).length;
    const outer = `PUSH1 0x${size.toString(16).padStart(2, "0")} PUSH2 @0 PUSH0 CODECOPY`;
    const program = `${outer} PUSH1 0x${size.toString(16).padStart(2, "0")} PUSH0 PUSH0 CREATE POP`;
    const end = "RETURNDATASIZE PUSH0 PUSH0 RETURNDATACOPY RETURNDATASIZE PUSH0 REVERT";
    const code = Buffer.from(assemble(inner)).toString("hex");
    expect(await create(`${program} ${end} .0 0x${code}`)).to.include({ error: "revert", returned: "ef" });
  });
});
