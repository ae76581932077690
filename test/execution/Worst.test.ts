import { expect } from "chai";
import hre from "hardhat";

import { L1_TRANSACTION_GAS } from "../../agents/common/transactions.ts";
import type { FuzzCase } from "./fuzz/case.ts";
import { runReference } from "./fuzz/reference.ts";
import { type MeasuredL1, openMeasuredL1 } from "./support/measured-l1.ts";
import {
  access,
  blake,
  creation,
  deployment,
  depth,
  hashes,
  largest,
  memory,
  modexp,
  pairings,
  results,
  slots,
  undoing,
} from "./support/worst.ts";

describe("Worst cases", function () {
  this.timeout(600_000);

  let l1: MeasuredL1;

  before(async function () {
    // Instrumented code costs more.
    if (hre.globalOptions.coverage) this.skip();
    l1 = await openMeasuredL1();
  });
  after(() => l1?.close());

  const scenes: readonly (readonly [title: string, make: () => FuzzCase])[] = [
    ["hashes, copies and logs of all memory", memory],
    ["what calls take and give, as large as memory", results],
    ["a frame that reverts after it wrote thousands of slots", () => undoing(4_000)],
    ["slots that it reads and writes", () => slots(150)],
    ["frames above one another, each with stack and memory", () => depth(2_000_000n)],
    ["a creation by a transaction with the longest init code and code", deployment],
    ["a creation by code that was copied from two accounts", creation],
    ["MODEXP at its limit, with an input as large as memory", modexp],
    ["precompiles that hash and copy all memory", hashes],
    ["a pairing of as many pairs as there may be, one of which is refused", pairings],
    ["as many rounds of BLAKE2F as gas pays for", blake],
    ["the longest access list of accounts", access],
    ["a transaction as large as it may be, with the longest access list", largest],
  ];
  for (const [title, make] of scenes) {
    it(`[11.5] steps through ${title}`, async () => {
      const run = await runReference(make());
      expect(run.exceptions).to.deep.equal([undefined]);
      const { outcome, steps, gas } = await l1.measure(run);
      expect(outcome).to.deep.equal(run.expected[0]);
      expect(steps).to.be.greaterThan(1);
      expect(gas).to.be.at.most(Number(L1_TRANSACTION_GAS));
    });
  }
});
