import { expect } from "chai";
import hre from "hardhat";

import { type Case, casesOf } from "../../conformance/statetest/cases.ts";
import { StateTestL1 } from "../../conformance/statetest/l1.ts";
import { runCase } from "../../conformance/statetest/run.ts";
import { STATE_TESTS, conformanceTests, skipped } from "../../testkit/execution/conformance.ts";

/** Of each folder, one case of so many runs in each suite, and how many these are at least. */
const SLICES = [
  ["a slice of all folders", 29, 250],
  ["an eighth of all folders @full", 8, 800],
  ["every case of all folders @long", 1, 7_790],
] as const;

/** Seconds after which a slice leaves a case to the suite that runs them all, and how many of a hundred it may leave. */
const PATIENCE = 15;
const LEFT_AT_MOST = 3;

/** Folders whose cases each take many L1 calls; they run where every case does. */
const HEAVY = ["VMTests/vmPerformance"];

/**
 * States that no chain has since Spurious Dragon: accounts with storage, but with neither nonce nor code. Contracts and the
 * L2 refuse to create a contract there (EIP-7610); the client that filled these tests does not look.
 */
const BEYOND =
  /\/(create2collisionStorageParis|dynamicAccountOverwriteEmpty_Paris|InitCollisionParis|RevertInCreateInInit_Paris|RevertInCreateInInitCreate2Paris)\/d\dg0v0$/;

/** Cases of each folder in equal distances, and one of each kind of refused transaction. */
function* slice(stride: number): Generator<Case> {
  const seen = new Map<string, number>();
  const exceptions = new Set<string>();
  for (const one of casesOf({ path: STATE_TESTS, fork: "Osaka" })) {
    if (one.kind === "skip" || (stride > 1 && HEAVY.some((folder) => one.folder.endsWith(folder)))) continue;
    const place = seen.get(one.folder) ?? 0;
    seen.set(one.folder, place + 1);
    const exception = one.kind === "run" ? one.expectation.expectException : undefined;
    const unseen = exception !== undefined && !exceptions.has(exception);
    if (exception !== undefined) exceptions.add(exception);
    if (place % stride === 0 || unseen) yield one;
  }
}

describe(`GeneralStateTests, fork Osaka${skipped}`, function () {
  before(function () {
    // Instrumented code is too large for Anvil, whose calls are not counted either.
    if (!conformanceTests || hre.globalOptions.coverage) this.skip();
  });

  for (const [what, stride, least] of SLICES) {
    it(`[11.9] gives the state roots, logs and gas of ${what}, and refuses what has to be refused`, async function () {
      // The heaviest case takes L1 36,839 calls.
      this.timeout(stride === 1 ? 0 : 1_800_000);
      const l1 = await StateTestL1.open();
      const failed: string[] = [];
      let count = 0;
      let left = 0;
      for (const one of slice(stride)) {
        const beyond = BEYOND.test(one.name);
        const { status, name, reason } = await runCase(l1, one, stride === 1 ? {} : { timeout: PATIENCE });
        if (stride > 1 && reason?.startsWith("no outcome after ") === true) left++;
        else if (status !== (beyond ? "failed" : "passed")) failed.push(`${name}: ${reason ?? ""}`);
        else count++;
      }
      await l1.close();
      expect(failed).to.deep.equal([]);
      expect(count).to.be.greaterThan(least);
      expect(left, "cases without an outcome in time").to.be.at.most((count * LEFT_AT_MOST) / 100);
    });
  }
});
