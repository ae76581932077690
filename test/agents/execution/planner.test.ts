import { expect } from "chai";

import { gaps, RangePlanner, type Weight } from "../../../agents/execution/planner.ts";

const transfer: Weight = { gas: 21_000n, size: 110 };
const many = (count: number, weight = transfer): Weight[] => Array.from({ length: count }, () => weight);

describe("Plan of an answer", () => {
  it("[11.8] fills calls by their gas, and by their bytes", () => {
    const planner = new RangePlanner({ gas: 14_500_000n, bytes: 130_000 }, many(1_000));
    const end = planner.end(0, 1_000);
    expect(end).to.be.within(100, 300);
    const short = new RangePlanner({ gas: 14_500_000n, bytes: 20_000 }, many(1_000));
    expect(short.end(0, 1_000)).to.be.lessThan(end / 3);
    expect(planner.end(0, 10)).to.equal(10);
  });

  it("takes one transition at least, however heavy", () => {
    const planner = new RangePlanner({ gas: 14_500_000n }, many(3, { gas: 8_000_000n, size: 98_000 }));
    expect(planner.end(1, 3)).to.equal(2);
  });

  it("learns from what calls take, and from no single call too much", () => {
    const planner = new RangePlanner({ gas: 14_500_000n, bytes: 1_000_000 }, many(2_000));
    const before = planner.end(0, 2_000);
    planner.note(0, before, { gas: 29_000_000n });
    expect(planner.end(0, 2_000)).to.be.within(before * 0.45, before * 0.55);
    planner.note(0, planner.end(0, 2_000), { gas: 14_500_000n });
    expect(planner.end(0, 2_000)).to.be.within(before * 0.45, before * 0.55);
    planner.note(0, before, { gas: 1n });
    expect(planner.end(0, 2_000)).to.be.at.most(before * 2.5);
    planner.note(0, 100, { bytes: 400_000 });
    expect(planner.end(0, 2_000)).to.be.at.most(420);
  });

  it("[M7] leaves out what is checked, wherever it lies and however often", () => {
    expect(gaps([], 0, 5)).to.deep.equal([[0, 5]]);
    const checked = [
      { from: 4, count: 2 },
      { from: 0, count: 1 },
      { from: 4, count: 1 },
      { from: 5, count: 3 },
    ];
    expect(gaps(checked, 0, 10)).to.deep.equal([
      [1, 4],
      [8, 10],
    ]);
    expect(gaps(checked, 2, 5)).to.deep.equal([[2, 4]]);
    expect(gaps(checked, 4, 8)).to.deep.equal([]);
    expect(gaps([{ from: 0, count: Infinity }], 0, 3)).to.deep.equal([]);
  });
});
