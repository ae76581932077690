import { readFileSync } from "node:fs";

import { expect } from "chai";

import { type Lock, missingPackages } from "../../scripts/lock.ts";

describe("Lock file", () => {
  it("has every package for every platform", () => {
    const lock = JSON.parse(readFileSync(new URL("../../package-lock.json", import.meta.url), "utf8")) as Lock;
    expect(missingPackages(lock)).to.deep.equal([]);
    const packages = { ...lock.packages };
    delete packages["node_modules/@nomicfoundation/edr-darwin-arm64"];
    expect(missingPackages({ packages })).to.deep.equal([
      "node_modules/@nomicfoundation/edr depends on @nomicfoundation/edr-darwin-arm64",
    ]);
  });

  it("may have a package beside or above whatever needs it, and nowhere else", () => {
    const packages = {
      "": { dependencies: { a: "1", "@s/b": "1" } },
      "node_modules/a": { dependencies: { c: "1", "@s/b": "1" } },
      "node_modules/a/node_modules/c": { optionalDependencies: { d: "1", c: "1" } },
      "node_modules/@s/b": { dependencies: { c: "1" } },
      "node_modules/@s/b/node_modules/d": {},
    };
    expect(missingPackages({ packages })).to.deep.equal([
      "node_modules/a/node_modules/c depends on d",
      "node_modules/@s/b depends on c",
    ]);
  });
});
