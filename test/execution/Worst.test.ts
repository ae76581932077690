import { expect } from "chai";
import hre from "hardhat";

import { L1_TRANSACTION_GAS } from "../../agents/l1/transactions.ts";
import { runReference } from "../../conformance/fuzz/reference.ts";
import { type MeasuredL1, openMeasuredL1 } from "../../conformance/scenes/measured-l1.ts";
import type { FuzzCase } from "../../conformance/fuzz/case.ts";
import { HEAVIEST } from "../../conformance/scenes/heaviest.ts";
import { WORST } from "../../conformance/scenes/worst.ts";

/** What a step may take: less gas than a call of L1 has today, and as many bytes as it could pay for at 64 gas (EIP-7976). */
const ROOM = { gas: 15_000_000, mostBytes: (Number(L1_TRANSACTION_GAS) - 21_000) >> 6 };

const IN_CI = new Set([
  "KECCAK256 in the longest init code",
  "CALLDATACOPY in the longest contract",
  "MODEXP in the longest init code",
  "a pairing that is refused in the longest contract",
]);

describe("Worst cases", function () {
  this.timeout(600_000);
  // On a machine under load, Anvil now and then answers a call with nothing.
  this.retries(2);

  let l1: MeasuredL1;

  before(async function () {
    // Instrumented code costs more.
    if (hre.globalOptions.coverage) this.skip();
    l1 = await openMeasuredL1();
  });
  after(() => l1?.close());

  for (const [title, make] of WORST) {
    it(`[11.5] steps through ${title} @full`, () => expectSteps(make, Number(L1_TRANSACTION_GAS)));
  }

  // Each takes a minute: a table of all is for long runs.
  for (const [title, make] of HEAVIEST) {
    const suite = IN_CI.has(title) ? "@full" : "@long";
    it(`[F1] [F2] has room for ${title}, at 64 gas a byte as well ${suite}`, () =>
      expectSteps(make, ROOM.gas, ROOM.mostBytes));
  }

  async function expectSteps(make: () => FuzzCase, most: number, mostBytes?: number): Promise<void> {
    const run = await runReference(make());
    expect(run.exceptions).to.deep.equal([undefined]);
    const limits = { gas: BigInt(most), ...(mostBytes === undefined ? {} : { mostBytes }) };
    const { outcome, steps, gas, calldata } = await l1.measure(run, limits);
    expect(outcome).to.deep.equal(run.expected[0]);
    expect(steps).to.be.greaterThan(1);
    expect(gas).to.be.at.most(most);
    if (mostBytes !== undefined) expect(calldata).to.be.at.most(mostBytes);
  }
});
