import { createLegacyTx } from "@ethereumjs/tx";
import { expect } from "chai";

import { keccak256 } from "../../../l2/base/keccak.ts";
import { recover } from "../../../l2/base/recover.ts";
import {
  LAST_PRECOMPILE,
  MAX_CODE_BYTES,
  MAX_INIT_CODE_BYTES,
  TRANSFER_GAS,
  chainCommon,
} from "../../../l2/evm/fork.ts";
import { toHex } from "../../../l2/base/hex.ts";
import { assemble, push } from "../../../conformance/fuzz/assembly.ts";
import { ask, evaluate } from "../../../testkit/l2/ask.ts";

describe("Fork", () => {
  it("is Cancun, on the chain's own id, with our cryptography", () => {
    const common = chainCommon({ chainId: 1088n });
    expect(common.hardfork()).to.equal("cancun");
    expect(common.chainId()).to.equal(1088n);
    expect(common.isActivatedEIP(1153), "transient storage").to.equal(true);
    expect(common.isActivatedEIP(7702), "of Prague").to.equal(false);
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

  it("has precompiles at the addresses up to the last one", async () => {
    // A point of blobs cannot be evaluated without input: only a precompile fails at that.
    const calling = (to: bigint) => evaluate(assemble(`PUSH0 PUSH0 PUSH0 PUSH0 PUSH0 ${push(to)} PUSH2 0xffff CALL`));
    expect(await calling(LAST_PRECOMPILE)).to.equal(0n);
    expect(await calling(LAST_PRECOMPILE + 1n)).to.equal(1n);
  });
});
