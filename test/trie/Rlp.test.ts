import { expect } from "chai";
import { hexlify, toBeHex, toUtf8Bytes } from "ethers";
import { network } from "hardhat";

import { conformanceFile, conformanceFiles, conformanceTests, skipped } from "../../testkit/execution/conformance.ts";
import { deployHarness } from "../../testkit/harness.ts";

type Value = string | number | Value[];

interface Case {
  in: Value;
  out: string;
}

const { ethers } = await network.create();
const harness = await deployHarness({ ethers }, "test/trie/harness/RlpHarness.sol");

/** The byte strings in the value of a conformance test, in order. */
function stringsOf(value: Value): string[] {
  if (Array.isArray(value)) return value.flatMap(stringsOf);
  if (typeof value === "number") return [value === 0 ? "0x" : toBeHex(value)];
  return [value.startsWith("#") ? toBeHex(BigInt(value.slice(1))) : hexlify(toUtf8Bytes(value))];
}

function withPrefix(hex: string): string {
  return hex.startsWith("0x") ? hex : `0x${hex}`;
}

describe("Rlp", () => {
  describe(`RLPTests${skipped}`, function () {
    before(function () {
      if (!conformanceTests) this.skip();
    });

    it("reads every valid item, and writes the same bytes", async () => {
      const cases = Object.entries(await conformanceFile<Record<string, Case>>("RLPTests", "rlptest.json"));
      for (const [name, { in: value, out }] of cases) {
        const { sound, strings, encoded } = await harness["read"]!(out);
        expect(sound, name).to.equal(true);
        expect([...strings], name).to.deep.equal(stringsOf(value));
        expect(encoded, name).to.equal(out.toLowerCase());
      }
      expect(cases).to.have.lengthOf(28);
    });

    it("refuses every invalid item", async () => {
      const cases = Object.entries(await conformanceFile<Record<string, Case>>("RLPTests", "invalidRLPTest.json"));
      for (const [name, { out }] of cases) {
        expect((await harness["read"]!(withPrefix(out))).sound, name).to.equal(false);
      }
      expect(cases).to.have.lengthOf(26);
    });

    it("accepts and refuses random items as the conformance tests do", async () => {
      let count = 0;
      for (const file of await conformanceFiles("RLPTests/RandomRLPTests")) {
        for (const [name, { in: verdict, out }] of Object.entries(await conformanceFile<Record<string, Case>>(file))) {
          expect((await harness["read"]!(withPrefix(out))).sound, name).to.equal(verdict === "VALID");
          count++;
        }
      }
      expect(count).to.be.greaterThan(0);
    });
  });

  it("refuses scalars with leading zeroes or more than 32 bytes", async () => {
    for (const item of ["0x00", "0x820001", `0xa000${"11".repeat(31)}`, `0xa1${"11".repeat(33)}`, "0xc0", "0x"]) {
      expect((await harness["readUint"]!(item)).sound, item).to.equal(false);
    }
    for (const [item, value] of [
      ["0x80", 0n],
      ["0x01", 1n],
      ["0x7f", 127n],
      ["0x8180", 128n],
      [`0xa0${"ff".repeat(32)}`, 2n ** 256n - 1n],
    ] as const) {
      expect([...(await harness["readUint"]!(item))], item).to.deep.equal([true, value]);
    }
  });
});
