import { expect } from "chai";

import { raiseWarnings } from "../../scripts/plugins/strict-warnings.ts";

function reported(file: string | undefined, severity: "error" | "warning" | "info", errorCode: string) {
  const located = file === undefined ? {} : { sourceLocation: { file } };
  return { type: "Warning", component: "general", message: "reported", severity, errorCode, ...located };
}

function severities(...errors: ReturnType<typeof reported>[]): string[] {
  return raiseWarnings(errors).map(({ severity }) => severity);
}

describe("Compiler warnings", () => {
  it("are errors in the project's contracts and tests", () => {
    const unused = ["project/contracts/A.sol", "project/test/A.t.sol"].map((file) => reported(file, "warning", "2072"));
    expect(severities(...unused)).to.deep.equal(["error", "error"]);
    expect(raiseWarnings(unused).map(({ type }) => type)).to.not.include("Warning");
  });

  it("of size are errors in contracts, but not in tests", () => {
    expect(severities(reported("project/contracts/A.sol", "warning", "5574"))).to.deep.equal(["error"]);
    expect(severities(reported("project/test/A.t.sol", "warning", "5574"))).to.deep.equal(["warning"]);
    expect(severities(reported("project/test/A.t.sol", "warning", "3860"))).to.deep.equal(["warning"]);
  });

  it("stay as they are in dependencies, without a place, and where they are no warnings", () => {
    expect(severities(reported("npm/@openzeppelin/contracts@5.7.0/A.sol", "warning", "2072"))).to.deep.equal([
      "warning",
    ]);
    expect(severities(reported(undefined, "warning", "2072"))).to.deep.equal(["warning"]);
    expect(severities(reported("project/contracts/A.sol", "info", "1"))).to.deep.equal(["info"]);
  });
});
