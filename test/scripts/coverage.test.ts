import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { readCoverage, renderCoverage, totals } from "../../scripts/coverage/report.ts";
import { instrumentBranches } from "../../scripts/plugins/branch-coverage.ts";

const SOURCE = `contract A {
    function f(uint256 x) external pure returns (uint256) {
        if (x == 1) { return 2; }
        if (x == 3) { x++; } else { x--; }
        require(x > 9 ? true : x == 4, unicode"é");
        return x;
    }
}`;

describe("Branch coverage", () => {
  it("finds both ways of every if, require and conditional", () => {
    const { branches } = instrumentBranches("A.sol", SOURCE);
    expect(branches.map(({ line }) => line).sort()).to.deep.equal([3, 4, 5, 5]);
    expect(new Set(branches.flatMap(({ tags }) => tags)).size).to.equal(8);
    for (const tag of branches.flatMap(({ tags }) => tags)) expect(tag).to.match(/^[0-9a-f]{64}$/);
  });

  it("reports a hit on each way and changes nothing else", () => {
    const { source } = instrumentBranches("A.sol", SOURCE);
    expect(source).to.match(
      /if \(x == 1\) \{__NomicFoundationCoverage\.sendHit\(\d+\); return 2; \}else\{__NomicFoundationCoverage\.sendHit\(\d+\);\}/,
    );
    expect(source).to.match(
      /\{__NomicFoundationCoverage\.sendHit\(\d+\); x\+\+; \} else \{__NomicFoundationCoverage\.sendHit\(\d+\); x--; \}/,
    );
    const stripped = source
      .replaceAll(/else\{__NomicFoundationCoverage\.sendHit\(\d+\);\}|__NomicFoundationCoverage\.sendHit\(\d+\);/g, "")
      .replaceAll("__NomicFoundationCoverage.decide(", "")
      .replaceAll(/, \d{20,}\)/g, "");
    expect(stripped).to.equal(SOURCE);
  });

  it("refuses a source that is no Solidity", () => {
    expect(() => instrumentBranches("A.sol", "contract {")).to.throw("Expected identifier");
  });

  it("counts the lines and ways that ran", () => {
    const folder = mkdtempSync(join(tmpdir(), "metis-coverage-"));
    mkdirSync(join(folder, "branches"));
    mkdirSync(join(folder, "data/mocha"), { recursive: true });
    const branches = [{ file: "contracts/A.sol", line: 3, tags: ["aa", "bb"] }];
    writeFileSync(join(folder, "branches/A.json"), JSON.stringify(branches));
    writeFileSync(join(folder, "data/mocha/1.json"), JSON.stringify({ aa: 2 }));
    writeFileSync(join(folder, "lcov.info"), "TN:\nSF:contracts/A.sol\nDA:3,1\nDA:4,0\nLH:1\nLF:2\nend_of_record\n");
    const files = readCoverage(folder);
    rmSync(folder, { recursive: true });

    expect(totals(files)).to.deep.equal({ lines: { hit: 1, found: 2 }, branches: { hit: 1, found: 2 } });
    expect(renderCoverage(files)).to.include("contracts/A.sol   50.00     50.00  4 3:false");
  });
});
