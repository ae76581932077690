import { expect } from "chai";
import { toBeHex } from "ethers";

import { toHex } from "../../../l2/base/hex.ts";
import { chainCommon } from "../../../l2/evm/fork.ts";
import { OUT_OF_GAS, REVERTED, leastGas } from "../../../l2/execution/simulation.ts";
import { assemble } from "../../../conformance/fuzz/assembly.ts";
import { ask } from "../../../testkit/l2/ask.ts";
import { alice, bob, config } from "../../../testkit/l2/fixtures.ts";

const code = (program: string) => toHex(assemble(program));
const call = { from: alice.address, to: bob.address, value: 0n, data: "0x", gas: 21_000n, accessList: [] } as const;
const ADDRESS = `0x${"11".repeat(20)}` as const;
const KEY = `0x${"22".repeat(32)}` as const;

describe("Calls without a transaction", () => {
  it("[1] cost what a transaction costs before any code runs", () => {
    const common = chainCommon(config);
    const listed = { ...call, accessList: [{ address: ADDRESS, storageKeys: [KEY] }] };
    expect(leastGas(common, call)).to.deep.equal({ intrinsic: 21_000n, floor: 21_000n });
    expect(leastGas(common, { ...call, data: "0x0001" })).to.deep.equal({ intrinsic: 21_020n, floor: 21_050n });
    expect(leastGas(common, listed)).to.deep.equal({ intrinsic: 25_300n, floor: 21_000n });
    expect(leastGas(common, { ...call, to: undefined, data: "0x00" })).to.deep.equal({
      intrinsic: 53_000n + 4n + 2n,
      floor: 21_010n,
    });
  });

  it("[1] with less gas than that fail with all of it", async () => {
    expect(await ask({ ...call, gas: 20_999n })).to.include({ error: OUT_OF_GAS, gasUsed: 20_999n });
    expect(await ask(call)).to.include({ error: undefined, gasUsed: 21_000n, data: "0x" });
  });

  it("[1] use for their data what EIP-7623 asks at least", async () => {
    const asked = { ...call, data: `0x${"11".repeat(100)}`, gas: 25_000n } as const;
    expect(await ask(asked)).to.include({ error: undefined, gasUsed: 25_000n });
    expect(await ask({ ...asked, gas: 24_999n })).to.include({ error: OUT_OF_GAS });
  });

  it("[1] run the code that an account authorises to run (EIP-7702)", async () => {
    // Precompile 4 is no code that an account could run.
    const identity = toBeHex(4, 20);
    const delegations = [{ authority: bob.address, address: identity }];
    expect(await ask({ ...call, data: "0x2a", gas: 100_000n, delegations })).to.include({
      data: "0x",
      gasUsed: 46_016n,
    });
    const self = [{ authority: bob.address, address: bob.address }];
    const failed = await ask({ ...call, gas: 100_000n, delegations: self });
    expect(failed.error, "code that starts with 0xef").to.not.equal(undefined);
    const none = [{ authority: bob.address, address: toBeHex(0, 20) }];
    expect(await ask({ ...call, gas: 100_000n, delegations: none })).to.include({ error: undefined, gasUsed: 46_000n });
  });

  it("[1] give what was returned, or reverted with", async () => {
    expect(await ask({ data: code("PUSH1 0x2a PUSH0 MSTORE8 PUSH1 0x01 PUSH0 RETURN") })).to.include({ data: "0x2a" });
    const reverted = await ask({ data: code("PUSH1 0x2a PUSH0 MSTORE8 PUSH1 0x01 PUSH0 REVERT") });
    expect(reverted).to.include({ error: REVERTED, data: "0x2a" });
  });

  it("[1] tell what they accessed, and do so for less with an access list", async () => {
    const data = code(`PUSH20 ${ADDRESS} BALANCE PUSH1 0x07 SLOAD STOP`);
    const { accessed, gasUsed } = await ask({ data });
    expect(accessed).to.have.length(2);
    expect(accessed).to.deep.include({ address: ADDRESS, storageKeys: [] });
    const listed = await ask({ data, accessList: [{ address: ADDRESS, storageKeys: [] }] });
    // 2,400 for the list's address, and 100 instead of 2,600.
    expect(listed.gasUsed).to.equal(gasUsed + 2_400n - 2_500n);
    expect((await ask({ data: code("CALLER BALANCE STOP") })).accessed, "the sender is cheap anyway").to.deep.equal([]);
  });
});
