import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { expect } from "chai";

import { hashOfSources, isCompiled, stampCompiled } from "../../ignition/compiled.ts";
import { temporaryDirectory } from "../../testkit/directory.ts";

const CONTRACT = "contracts/a/A.sol";
const CONFIG = "hardhat.config.ts";
const DEPENDENCIES = "node_modules/.package-lock.json";

describe("Compiled contracts", () => {
  let root: string;

  const write = (file: string, content = ""): void => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), content);
  };

  beforeEach(() => {
    root = temporaryDirectory();
    for (const file of [CONTRACT, CONFIG, DEPENDENCIES]) write(file, "1");
    write("types/ethers-contracts/index.ts");
    write("artifacts/contracts/a/A.sol/A.json");
    stampCompiled(hashOfSources(root), root);
  });

  it("are current until something changes that they depend on", () => {
    expect(isCompiled(root)).to.equal(true);
    for (const file of [CONTRACT, CONFIG, DEPENDENCIES]) {
      appendFileSync(join(root, file), "2");
      expect(isCompiled(root), file).to.equal(false);
      write(file, "1");
    }
    expect(isCompiled(root)).to.equal(true);
    write("contracts/B.sol");
    expect(isCompiled(root)).to.equal(false);
  });

  it("are not current where what the build wrote is gone, or was never completed", () => {
    rmSync(join(root, "types"), { recursive: true });
    expect(isCompiled(root)).to.equal(false);
    write("types/ethers-contracts/index.ts");
    expect(isCompiled(root)).to.equal(true);
    stampCompiled(undefined, root);
    expect(isCompiled(root)).to.equal(false);
  });

  it("are not compiled again for a change of tests", () => {
    write("test/A.t.sol");
    write("README.md");
    expect(isCompiled(root)).to.equal(true);
  });
});
