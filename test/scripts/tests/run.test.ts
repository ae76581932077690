import { expect } from "chai";

import type { Outcome } from "../../../scripts/tests/lane.ts";
import { summary } from "../../../scripts/tests/run.ts";
import { unlisted } from "../../../scripts/tests/skips.ts";

function outcome(part: Partial<Outcome>): Outcome {
  return { file: "a", passed: 1, failed: [], skipped: [], left: 0, output: "", seconds: 1, ...part };
}

describe("Summary of a test run", () => {
  it("ends with the numbers, and says what failed, what was skipped and what was slow", () => {
    const outcomes = [
      outcome({ file: "fast" }),
      outcome({ file: "slow", seconds: 9, passed: 3, failed: ["f"], skipped: ["s"], left: 2 }),
    ];
    const { text, ok } = summary(outcomes, "default", []);
    expect(ok).to.equal(false);
    expect(text.split("\n")).to.deep.equal([
      "Slowest files:",
      "     9.0 s  slow",
      "     1.0 s  fast",
      "Failed:",
      "  slow: f",
      "Skipped:",
      "  slow: s",
      "2 heavier tests: npm run test:full",
      "4 passed, 1 failed, 1 skipped",
    ]);
  });

  it("is good where all pass, and never where nothing ran", () => {
    expect(summary([outcome({})], "default", []).ok).to.equal(true);
    expect(summary([outcome({ passed: 0 })], "default", []).ok).to.equal(false);
    expect(summary([], "heavy", []).ok).to.equal(false);
  });

  it("counts a skip that is not listed as a failure", () => {
    const outcomes = [outcome({ skipped: ["Tries of files x", "Tries of files y", "z"] })];
    expect(unlisted(outcomes, {})).to.deep.equal(["a: Tries of files x", "a: Tries of files y", "a: z"]);
    expect(unlisted(outcomes, { a: ["Tries of files …", "z"] })).to.deep.equal([]);
    expect(unlisted(outcomes, { a: ["Tries of files"], b: ["z"] })).to.have.length(3);
    expect(summary(outcomes, "default", ["a: z"])).to.include({ ok: false });
  });
});
