import { readFileSync } from "node:fs";

import { expect } from "chai";

import { standardInput } from "../../../scripts/analysis/sources.ts";
import { type Answers, type Finding, placeOf, unanswered } from "../../../scripts/slither/answers.ts";
import { compileTrees } from "../../../scripts/slither/solc.ts";

const CONTRACT = { type: "contract", name: "Vault", source_mapping: { filename_relative: "a.sol", lines: [1] } };
const FUNCTION = {
  ...CONTRACT,
  type: "function",
  name: "pay",
  type_specific_fields: { signature: "pay(uint256)", parent: CONTRACT },
};
const STATEMENT = { ...CONTRACT, type: "node", name: "x = y", type_specific_fields: { parent: FUNCTION } };
const FINDING: Finding = { check: "reentrancy", impact: "High", description: "Look:\n\there\n", elements: [FUNCTION] };
const ANSWER = { check: "reentrancy", where: "Vault.pay(uint256)", why: "It pays last." };

describe("Answers to Slither", () => {
  it("names a finding by what is around it, never by lines", () => {
    expect(placeOf(FINDING)).to.equal("Vault.pay(uint256)");
    expect(placeOf({ ...FINDING, elements: [STATEMENT] })).to.equal("Vault.pay(uint256)");
    const free = { ...FUNCTION, type_specific_fields: { signature: "pay(uint256)", parent: null } };
    expect(placeOf({ ...FINDING, elements: [free] })).to.equal("pay(uint256)");
  });

  it("fails on a finding without an answer, and on one more than were answered", () => {
    const answers = (findings: Answers["findings"]): Answers => ({ detectors: {}, findings });
    expect(unanswered([FINDING], answers([ANSWER]))).to.deep.equal([]);
    expect(unanswered([FINDING], answers([]))).to.have.length(1);
    expect(unanswered([FINDING, FINDING], answers([ANSWER]))).to.have.length(1);
    expect(unanswered([FINDING, FINDING], answers([{ ...ANSWER, count: 2 }]))).to.deep.equal([]);
    expect(unanswered([{ ...FINDING, check: "other" }], answers([ANSWER]))).to.have.length(2);
  });

  it("fails on an answer to nothing, without a reason, or given twice", () => {
    expect(unanswered([], { detectors: {}, findings: [ANSWER] })).to.deep.equal([
      "reentrancy in Vault.pay(uint256): answered, but not found any more",
    ]);
    expect(unanswered([FINDING], { detectors: {}, findings: [{ ...ANSWER, why: " " }] })).to.have.length(1);
    expect(unanswered([FINDING], { detectors: {}, findings: [ANSWER, ANSWER] })).to.have.length(1);
  });

  it("gives a reason for each detector that does not run", () => {
    const file = new URL("../../../scripts/slither/answers.json", import.meta.url);
    const { detectors } = JSON.parse(readFileSync(file, "utf8")) as Answers;
    for (const [detector, why] of Object.entries(detectors)) expect(why, detector).to.match(/\w+ \w+/);
  });

  it("compiles to syntax trees, and stands in for the code that nobody reads", () => {
    const sources = new Map([["contracts/A.sol", "pragma solidity ^0.8.28; contract A { function f() external {} }"]]);
    const output = JSON.parse(compileTrees(standardInput(sources))) as {
      errors: unknown[];
      sources: Record<string, { ast: { nodeType: string } }>;
      contracts: Record<string, Record<string, { evm: { bytecode: { object: string } } }>>;
    };
    expect(output.errors).to.deep.equal([]);
    expect(output.sources["contracts/A.sol"]?.ast.nodeType).to.equal("SourceUnit");
    expect(output.contracts["contracts/A.sol"]?.["A"]?.evm.bytecode.object).to.equal("");
  });
});
