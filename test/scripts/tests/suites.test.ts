import { expect } from "chai";

import { SUITES, isSuite } from "../../../scripts/tests/suites.ts";

const TITLES = [
  "Rlp [11.9] reads",
  "Worst cases steps through hashes @full",
  "Fuzz a night's worth @long",
  "a@fullest",
];

describe("Suites", () => {
  const of = (suite: keyof typeof SUITES): string[] => TITLES.filter((title) => SUITES[suite].test(title));

  it("have each test once in default, heavy or long, and in full what CI runs", () => {
    const [plain, heavy, long, other] = TITLES;
    expect(of("default")).to.deep.equal([plain, other]);
    expect(of("heavy")).to.deep.equal([heavy]);
    expect(of("long")).to.deep.equal([long]);
    expect(of("full")).to.deep.equal([plain, heavy, other]);
  });

  it("have names", () => {
    expect(["default", "heavy", "full", "long"].every(isSuite)).to.equal(true);
    expect(["", "toString", "fast"].some(isSuite)).to.equal(false);
  });
});
