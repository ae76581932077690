import { MerkleStateManager } from "@ethereumjs/statemanager";
import { createAccount, createZeroAddress } from "@ethereumjs/util";
import { expect } from "chai";

import { Burden } from "../../../l2/evm/burden.ts";
import { createChainEvm } from "../../../l2/evm/evm.ts";
import { chainCommon } from "../../../l2/evm/fork.ts";
import { assemble } from "../../../conformance/fuzz/assembly.ts";

/** A burden that tells what it is told. */
class Listening extends Burden {
  readonly told: string[] = [];
  override carryMemory(_frame: object, offset: number, size: number): void {
    this.told.push(`memory ${offset}+${size}`);
  }
  override carryData(_data: object, offset: number, size: number): void {
    this.told.push(`data ${offset}+${size}`);
  }
  override carryState(what: string, { written = false } = {}): void {
    this.told.push(`${what.replace(/0x0+(?=\d)/, "0x")}${written ? " written" : ""}`);
  }
  override carryTransient(_account: string, slot: bigint): void {
    this.told.push(`transient ${slot}`);
  }
  override wait(_frame: object, size: number): void {
    this.told.push(`waits with ${size}`);
  }
}

/** What a program tells a burden, called with three bytes of data. */
async function told(program: string): Promise<string[]> {
  const common = chainCommon({ chainId: 1n });
  const burden = new Listening();
  const state = new MerkleStateManager({ common });
  await state.putAccount(createZeroAddress(), createAccount({ balance: 1n }));
  const evm = await createChainEvm(common, state, burden);
  await evm.runCode({ code: assemble(program), data: Uint8Array.of(1, 2, 3), gasLimit: 1_000_000n });
  return burden.told;
}

describe("What instructions tell a burden", () => {
  it("is where they have their operands", async () => {
    expect(await told("PUSH1 0x07 PUSH1 0x40 MSTORE")).to.deep.equal(["memory 64+32"]);
    expect(await told("PUSH1 0x05 PUSH1 0x02 PUSH1 0x40 MCOPY")).to.deep.equal(["memory 64+5", "memory 2+5"]);
    expect(await told("PUSH1 0x05 PUSH1 0x40 KECCAK256")).to.deep.equal(["memory 64+5"]);
    expect(await told("PUSH1 0x09 BALANCE")).to.deep.equal(["account 9"]);
    expect(await told("PUSH1 0x09 SLOAD")).to.deep.equal(["slot 0x0 9"]);
    expect(await told("PUSH1 0x01 PUSH1 0x09 SSTORE")).to.deep.equal(["slot 0x0 9 written"]);
    expect(await told("PUSH1 0x01 PUSH1 0x09 TSTORE PUSH1 0x0a TLOAD")).to.deep.equal(["transient 9", "transient 10"]);
  });

  it("leaves out what lies after the end of data", async () => {
    expect(await told("PUSH1 0x01 CALLDATALOAD")).to.deep.equal(["data 1+2"]);
    expect(await told("PUSH1 0x04 CALLDATALOAD")).to.deep.equal(["data 4+0"]);
  });

  it("has that a frame waits for the one that it calls", async () => {
    const call = await told("PUSH1 0x01 PUSH1 0x02 PUSH1 0x03 PUSH1 0x04 PUSH0 PUSH1 0x0b GAS CALL");
    expect(call).to.deep.equal(["memory 4+3", "memory 2+1", "account 11", `waits with ${1_400 + 7 * 32}`]);
  });

  it("is nothing for those that touch nothing", async () => {
    expect(await told("PUSH1 0x01 PUSH1 0x02 ADD POP ADDRESS")).to.deep.equal([]);
  });
});
