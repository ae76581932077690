import { expect } from "chai";
import hre from "hardhat";

import { L1_TRANSACTION_GAS } from "../../agents/l1/transactions.ts";
import { runReference } from "../../conformance/fuzz/reference.ts";
import { type MeasuredL1, openMeasuredL1 } from "../../conformance/scenes/measured-l1.ts";
import { HEAVY_CALLS, WORST } from "../../conformance/scenes/worst.ts";

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

  for (const [step, title, make] of [
    ...WORST.map((worst) => ["11.5", ...worst] as const),
    ...HEAVY_CALLS.map((heavy) => ["F1", ...heavy] as const),
  ]) {
    it(`[${step}] steps through ${title} @full`, async () => {
      const run = await runReference(make());
      expect(run.exceptions).to.deep.equal([undefined]);
      const { outcome, steps, gas } = await l1.measure(run);
      expect(outcome).to.deep.equal(run.expected[0]);
      expect(steps).to.be.greaterThan(1);
      expect(gas).to.be.at.most(Number(L1_TRANSACTION_GAS));
    });
  }
});
