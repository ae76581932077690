import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect } from "chai";

import { readSources, standardInput } from "../../../scripts/analysis/sources.ts";
import { writeArtifacts } from "../../../scripts/prove/artifacts.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

describe("Proofs about the contracts", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "metis-artifacts-"));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const inputOf = (text: string): string =>
    standardInput(new Map([["test/A.sol", `pragma solidity ^0.8.28; ${text}`]]));

  it("names each property of a contract that can be deployed, and of no other", () => {
    const text =
      "abstract contract Base { function check_base(bool) external {} } " +
      "contract A is Base { function check_own(uint8[2] calldata) external {} function helper() external {} }";
    expect(writeArtifacts(inputOf(text), folder)).to.have.members(["A.check_base(bool)", "A.check_own(uint8[2])"]);
  });

  it("writes code, metadata and syntax tree where the prover looks for them", () => {
    writeArtifacts(inputOf("contract A { function check() external {} }"), folder);
    const artifact = JSON.parse(readFileSync(join(folder, "out/A.sol/A.json"), "utf8")) as {
      bytecode: { object: string };
      metadata: { compiler: { version: string } };
      ast: { nodes: { nodeType: string }[] };
    };
    expect(artifact.bytecode.object).to.match(/^0x60/);
    expect(artifact.metadata.compiler.version).to.match(/^0\.8\./);
    expect(artifact.ast.nodes.map(({ nodeType }) => nodeType)).to.include("ContractDefinition");
  });

  it("fails with the compiler's words", () => {
    expect(() => writeArtifacts(inputOf("contract A { wrong }"), folder)).to.throw(/ParserError/);
  });

  it("finds the very properties that docs/protocol.md says are proven", () => {
    const proofs = writeArtifacts(standardInput(readSources(ROOT, "test/proofs/*.sol")), folder);
    const said = readFileSync(join(ROOT, "docs/protocol.md"), "utf8");
    const named = [...said.matchAll(/`(check_\w+)`/g)].map(([, name]) => name);
    expect(proofs.map((proof) => proof.slice(proof.indexOf(".") + 1, proof.indexOf("(")))).to.have.members(named);
  });
});
