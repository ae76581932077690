import { expect } from "chai";
import { concat, toBeHex } from "ethers";

import { COMMIT, GAS_BITS, isBeforeInstruction, readMachine, workOf } from "../../../agents/execution/machine.ts";
import { asHex, ZERO_HASH, type Hex } from "../../../l2/base/hex.ts";
import { keccakText } from "../../../l2/base/keccak.ts";

const words = (...values: readonly (bigint | Hex)[]): Hex =>
  asHex(concat(values.map((value) => toBeHex(typeof value === "bigint" ? value : BigInt(value), 32))));

describe("Machine", () => {
  it("that runs tells the work that is left, and its pages", () => {
    const pages = keccakText("pages");
    const machine = words(0n, workOf(7n), pages, 123n, 456n);
    expect(readMachine(machine)).to.deep.equal({ kind: "runs", left: workOf(7n), pages });
  });

  it("that commits tells its changes, and the operations that are left", () => {
    const [root, code, key] = [keccakText("root"), keccakText("code"), keccakText("key")];
    const alice = `0x${"a1".repeat(20)}` as const;
    const bob = `0x${"b0".repeat(20)}` as const;
    const machine = words(
      ...[1n, 0n, root, 2n],
      ...[alice, 0n, 3n, 4n, code, 2n, key, 9n, ZERO_HASH, 0n],
      ...[bob, 1n, 0n, 0n, 0n, 0n],
    );
    const read = readMachine(machine);
    if (read.kind !== "commits") throw new Error("it runs");
    // Two slots, the account, and the removal of another: four operations, of which two are done.
    expect([read.left, read.done, read.stateRoot]).to.deep.equal([2n, 2, root]);
    expect(read.changes).to.deep.equal([
      {
        address: alice,
        deleted: false,
        nonce: 3n,
        balance: 4n,
        codeHash: code,
        slots: [
          [key, words(9n)],
          [ZERO_HASH, ZERO_HASH],
        ],
      },
      { address: bob, deleted: true, nonce: 0n, balance: 0n, codeHash: ZERO_HASH, slots: [] },
    ]);
  });

  it("counts work by the gas that is left, above all that a commit can be", () => {
    expect(workOf(8n) - workOf(7n)).to.equal(1n << GAS_BITS);
    expect(workOf(0n) > COMMIT).to.equal(true);
    expect(isBeforeInstruction(workOf(5n))).to.equal(true);
    expect(isBeforeInstruction(workOf(5n) - 1n)).to.equal(false);
    expect(isBeforeInstruction(COMMIT)).to.equal(false);
  });
});
