import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { expect } from "chai";

import { readProject } from "../../../scripts/spec/project.ts";
import { passedIds } from "../../../scripts/spec/run.ts";

const TYPESCRIPT = `
describe("[1] x", () => {
  it(\`[2a] \${x}\`, () => { f(); });
  it.skip("[3]", () => { f(); });
  it("[4]");
  it("[5]", () => {});
});
describe.skip("[6]", () => { it("[7]", () => { f(); }); });
// "[8a]"
`;
const SOLIDITY = `
/// @notice [11.D1] x
function test_b() public {}
function test_bare() public {}
/// [9]
function help() public {}
`;

describe("What the step map finds in the project", () => {
  let root: string;
  before(() => {
    root = mkdtempSync(join(tmpdir(), "metis-spec-"));
    const files = {
      "test/a.test.ts": TYPESCRIPT,
      "test/b.t.sol": SOLIDITY,
      "scripts/demos/scenarios/honest.ts": "",
      "agents/user/user.ts": "export class User { send() {} }",
      "artifacts/contracts/A.sol/A.json":
        '{"contractName":"A","abi":[{"type":"function","name":"f"},{"type":"event"}]}',
    };
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
  });
  after(() => {
    rmSync(root, { recursive: true, force: true });
  });

  it("reads ids only from tests that run and do something, and from suites around them", () => {
    const { tests } = readProject(root);
    expect([...tests.keys()].sort()).to.deep.equal(["1", "11.D1", "2a"]);
    expect(tests.get("1")).to.deep.equal([{ file: "a.test.ts", title: "`[2a] ${x}`" }]);
    expect(tests.get("11.D1")).to.deep.equal([{ file: "b.t.sol", title: "test_b" }]);
  });

  it("reads demos, functions of contracts, and names off-chain", () => {
    const { demos, contracts, declares } = readProject(root);
    expect([...demos]).to.deep.equal(["honest"]);
    expect([...(contracts.get("A") ?? [])]).to.deep.equal(["f"]);
    expect(declares("agents/user/user", "send")).to.equal(true);
    expect(declares("agents/user", "receive")).to.equal(false);
    expect(declares("agents/nobody", "send")).to.equal(undefined);
  });

  it("reads from a run's output which ids were asserted by tests that passed", () => {
    const log = [
      "  test/b.t.sol:B",
      "    ✔ test_b()",
      "    ✔ test_bare()",
      "",
      "  [1] outer",
      "    ✔ [2a] passes (75ms)",
      "    - [3] is pending",
      "    1) [4] fails",
      "    [5] inner",
      "      ✔ passes",
      "  another",
      "    ✔ [6]",
      "  [7] only pending inside",
      "    - waits",
    ].join("\n");
    expect([...passedIds(root, log)].sort()).to.deep.equal(["1", "11.D1", "2a", "5", "6"]);
  });
});
