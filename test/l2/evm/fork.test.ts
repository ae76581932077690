import { MerkleStateManager } from "@ethereumjs/statemanager";
import { createLegacyTx } from "@ethereumjs/tx";
import { expect } from "chai";

import { keccak256 } from "../../../l2/base/keccak.ts";
import { recover } from "../../../l2/base/recover.ts";
import {
  MAX_CODE_BYTES,
  MAX_INIT_CODE_BYTES,
  MAX_TRANSACTION_GAS,
  TRANSFER_GAS,
  chainCommon,
  isDelegation,
  isPrecompile,
} from "../../../l2/evm/fork.ts";
import { createChainEvm } from "../../../l2/evm/evm.ts";
import { toHex } from "../../../l2/base/hex.ts";
import { assemble, push } from "../../../conformance/fuzz/assembly.ts";
import { ask, evaluate } from "../../../testkit/l2/ask.ts";

describe("Fork", () => {
  it("is Osaka, on the chain's own id, with our cryptography", () => {
    const common = chainCommon({ chainId: 1088n });
    expect(common.hardfork()).to.equal("osaka");
    expect(common.chainId()).to.equal(1088n);
    expect(common.isActivatedEIP(1153), "transient storage").to.equal(true);
    expect(common.isActivatedEIP(7702), "of Prague").to.equal(true);
    expect(common.customCrypto).to.include({ keccak256, ecrecover: recover });
  });

  it("charges a transfer what the EVM does", () => {
    const common = chainCommon({ chainId: 1n });
    expect(
      createLegacyTx({ gasLimit: TRANSFER_GAS, to: `0x${"11".repeat(20)}` }, { common }).getIntrinsicGas(),
    ).to.equal(TRANSFER_GAS);
  });

  it("lets contracts have code up to the limit", async () => {
    const creating = (size: number) =>
      ask({ data: toHex(assemble(`${push(BigInt(size))} PUSH0 RETURN`)), gas: 8_000_000n });
    expect((await creating(MAX_CODE_BYTES)).error).to.equal(undefined);
    expect((await creating(MAX_CODE_BYTES + 1)).error).to.match(/exceeds maximum code size/);
  });

  it("lets contracts be created from init code up to the limit", async () => {
    const creating = (size: number) => evaluate(assemble(`${push(BigInt(size))} PUSH0 PUSH0 CREATE`));
    expect(await creating(MAX_INIT_CODE_BYTES)).to.not.equal(0n);
    const error = await creating(MAX_INIT_CODE_BYTES + 1).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(Error);
  });

  it("has precompiles where the EVM has them", async () => {
    const { precompiles } = await createChainEvm(chainCommon({ chainId: 1n }), new MerkleStateManager());
    const numbers = [...precompiles.keys()].map((address) => BigInt(`0x${address}`));
    expect(numbers).to.have.lengthOf(18);
    for (let number = 0n; number < 0x200n; number++) {
      expect(isPrecompile(number), `${number}`).to.equal(numbers.includes(number));
    }
  });

  it("bounds the gas of a transaction as EIP-7825 does", () => {
    const common = chainCommon({ chainId: 1n });
    expect(() => createLegacyTx({ gasLimit: MAX_TRANSACTION_GAS }, { common })).to.not.throw();
    expect(() => createLegacyTx({ gasLimit: MAX_TRANSACTION_GAS + 1n }, { common })).to.throw(/7825/);
  });

  it("tells a delegation from other code (EIP-7702)", () => {
    const to = "11".repeat(20);
    expect(isDelegation(`0xef0100${to}`)).to.equal(true);
    for (const code of ["0x", "0xef0100", `0xef0101${to}`, `0xef0100${to}00`, `0xef0100${to.slice(2)}`] as const) {
      expect(isDelegation(code), code).to.equal(false);
    }
  });
});
