import { expect } from "chai";

import { type Row, compare, render, snapshotOf } from "../../bench/report.ts";

const ROWS: readonly Row[] = [
  {
    id: "submit",
    work: "Submit",
    ours: { value: 100, limit: 150 },
    optimism: { value: 90 },
    note: "What was measured.",
  },
  { id: "data", work: "Put data", ours: "not posted", arbitrum: { value: 9_000 } },
  { id: "ratio", work: "Divided", ours: { value: 1.05, text: "1.050", limit: 1.1 } },
];
const COMMITTED = { submit: 100, "submit, optimism": 90, "data, arbitrum": 9_000, ratio: 1.05 };

describe("bench report", () => {
  it("commits every figure, those of other systems as well, and none where nothing is done", () => {
    expect(snapshotOf(ROWS)).to.deep.equal(COMMITTED);
    expect(compare(ROWS, COMMITTED)).to.deep.equal([]);
  });

  it("finds another system's figure that moved", () => {
    expect(compare(ROWS, { ...COMMITTED, "submit, optimism": 91 })).to.deep.equal([
      'submit, optimism: 90, committed 91; "npm run bench -- --update" writes the new one',
    ]);
  });

  it("leaves figures alone only where the other system is not installed", () => {
    const without = ROWS.map(({ optimism: _, ...row }) => row);
    expect(compare(without, COMMITTED)).to.deep.equal(["submit, optimism is committed, but not measured any more"]);
    expect(compare(without, COMMITTED, { absent: ["optimism"] })).to.deep.equal([]);
    expect(compare(without.slice(0, 1), COMMITTED, { absent: ["optimism"] })).to.deep.equal([
      "data, arbitrum is committed, but not measured any more",
      "ratio is committed, but not measured any more",
    ]);
  });

  it("finds a figure above its limit, and one that nobody committed", () => {
    const heavy: Row = { id: "new", work: "New", ours: { value: 2_000, limit: 1_000 } };
    expect(compare([heavy])).to.deep.equal(["New: 2,000, at most 1,000 allowed"]);
    expect(compare([heavy], {})).to.have.length(2);
  });

  it("prints words, limits and notes", () => {
    const [head, submit, data, , , note] = render(ROWS).split("\n");
    expect(head).to.match(/^work, in gas +Metis L2 +at most +Optimism +Arbitrum$/);
    expect(submit).to.match(/^Submit \(1\) +100 +150 +90 *$/);
    expect(data).to.match(/^Put data +not posted +9,000$/);
    expect(note).to.equal("(1) What was measured.");
  });
});
