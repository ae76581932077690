import { expect } from "chai";

import { sortWarnings } from "../../../scripts/plugins/strict-warnings.ts";

function reported(file: string | undefined, severity: "error" | "warning" | "info", errorCode: string) {
  const located = file === undefined ? {} : { sourceLocation: { file } };
  return { type: "Warning", component: "general", message: "reported", severity, errorCode, ...located };
}

function severities(...errors: ReturnType<typeof reported>[]): string[] {
  return sortWarnings(errors).map(({ severity }) => severity);
}

describe("Compiler warnings", () => {
  it("are errors in the project's contracts and tests", () => {
    const unused = ["project/contracts/A.sol", "project/test/A.t.sol"].map((file) => reported(file, "warning", "2072"));
    expect(severities(...unused)).to.deep.equal(["error", "error"]);
    expect(sortWarnings(unused).map(({ type }) => type)).to.not.include("Warning");
  });

  it("of size are errors in contracts, but not in tests", () => {
    expect(severities(reported("project/contracts/A.sol", "warning", "5574"))).to.deep.equal(["error"]);
    expect(severities(reported("project/test/A.t.sol", "warning", "5574"))).to.deep.equal(["warning"]);
    expect(severities(reported("project/test/A.t.sol", "warning", "3860"))).to.deep.equal(["warning"]);
  });

  it("stay warnings in code that coverage changed", () => {
    const [warning] = sortWarnings([reported("project/contracts/A.sol", "warning", "5574")], { instrumented: true });
    expect(warning?.severity).to.equal("warning");
  });

  it("of dependencies are left out", () => {
    expect(severities(reported("npm/@openzeppelin/contracts@5.7.0/A.sol", "warning", "2072"))).to.deep.equal([]);
  });

  it("stay as they are without a place, as does what is no warning", () => {
    expect(severities(reported(undefined, "warning", "2072"))).to.deep.equal(["warning"]);
    expect(severities(reported("npm/A.sol", "error", "1"), reported("project/A.sol", "info", "2"))).to.deep.equal([
      "error",
      "info",
    ]);
  });
});
