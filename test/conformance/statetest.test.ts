import path from "node:path";

import { expect } from "chai";
import hre from "hardhat";

import { type Case, casesOf } from "../../conformance/statetest/cases.ts";
import { StateTestL1 } from "../../conformance/statetest/l1.ts";
import { runCase } from "../../conformance/statetest/run.ts";
import { CONFORMANCE_ROOT, conformanceTests, skipped } from "../../testkit/execution/conformance.ts";

/** Of each folder, one case of so many runs here; `npm run statetest` runs all. */
const STRIDE = 29;

/** Folders whose cases each take many L1 calls. */
const HEAVY = ["VMTests/vmPerformance"];

/** Cases of each folder in equal distances, and one of each kind of refused transaction. */
function* slice(): Generator<Case> {
  const seen = new Map<string, number>();
  const exceptions = new Set<string>();
  for (const one of casesOf({ path: path.join(CONFORMANCE_ROOT, "GeneralStateTests"), fork: "Cancun" })) {
    if (one.kind === "skip" || HEAVY.some((folder) => one.folder.endsWith(folder))) continue;
    const place = seen.get(one.folder) ?? 0;
    seen.set(one.folder, place + 1);
    const exception = one.kind === "run" ? one.expectation.expectException : undefined;
    const unseen = exception !== undefined && !exceptions.has(exception);
    if (exception !== undefined) exceptions.add(exception);
    if (place % STRIDE === 0 || unseen) yield one;
  }
}

describe(`GeneralStateTests, fork Cancun${skipped}`, function () {
  before(function () {
    // Instrumented code is too large for Anvil, whose calls are not counted either.
    if (!conformanceTests || hre.globalOptions.coverage) this.skip();
  });

  it("[11.9] gives the state roots of a slice of all folders, and refuses what has to be refused", async function () {
    this.timeout(300_000);
    const l1 = await StateTestL1.open();
    const failed: string[] = [];
    let count = 0;
    for (const one of slice()) {
      const { status, name, reason } = await runCase(l1, one, { timeout: 60 });
      if (status !== "passed") failed.push(`${name}: ${reason ?? ""}`);
      count++;
    }
    await l1.close();
    expect(failed).to.deep.equal([]);
    expect(count).to.be.greaterThan(250);
  });
});
