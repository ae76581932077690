import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { expect } from "chai";

import { checkMap, parseMap, renderMap, withFindings } from "../../scripts/spec/map.ts";
import type { Project } from "../../scripts/spec/map.ts";
import { readProject } from "../../scripts/spec/project.ts";

const HEAD = "| step | what holds | contract | off-chain | test | demo |\n| --- | --- | --- | --- | --- | --- |\n";
const ROW =
  "| `9x` | It holds. | `Inbox.submit` | `agents/user#send` | `a.test.ts`, `scenarios/honest.test.ts` | `honest` |";

function project(changes: Partial<Project> = {}): Project {
  return {
    contracts: new Map([["Inbox", new Set(["submit"])]]),
    declares: (place, name) => (place === "agents/user" ? name === "send" : undefined),
    tests: new Map([["9x", ["a.test.ts", "scenarios/honest.test.ts"]]]),
    demos: new Set(["honest"]),
    ...changes,
  };
}

function problems(row: string, changes: Partial<Project> = {}, specified?: string[]): string {
  return checkMap(parseMap(HEAD + row), project(changes), specified).join("\n");
}

describe("Step map", () => {
  it("accepts a step whose every reference exists", () => {
    expect(problems(ROW, {}, ["9x"])).to.equal("");
    expect(renderMap(parseMap(ROW))).to.match(/9x +It holds\.\n +contract +Inbox\.submit\n +agent +agents\/user#send/);
  });

  it("finds what does not exist", () => {
    expect(problems(ROW.replace("Inbox.submit", "Outbox.submit"))).to.include("unknown contract: Outbox.submit");
    expect(problems(ROW.replace("Inbox.submit", "Inbox.send"))).to.include("unknown function: Inbox.send");
    expect(problems(ROW.replace("agents/user#", "agents/nobody#"))).to.include("unknown file: agents/nobody#send");
    expect(problems(ROW.replace("#send", "#receive"))).to.include("does not declare: agents/user#receive");
    expect(problems(ROW.replace("`honest`", "`none`"))).to.include("unknown demo: none");
  });

  it("finds steps that nothing shows", () => {
    expect(problems(ROW.replace("`Inbox.submit` | `agents/user#send`", "— | —"))).to.include(
      "neither contract nor agent",
    );
    expect(problems(ROW.replace("`honest`", "—"))).to.include("has no demo");
    expect(problems(ROW, { tests: new Map() })).to.include("[9x] is in no test title");
    const unplayed = new Map([["9x", ["a.test.ts"]]]);
    expect(problems(ROW, { tests: unplayed })).to.include("[9x] is told by other demos than the document lists");
  });

  it("finds tests and demos that show no step, and ids that the specification has or has not", () => {
    expect(problems(ROW, { tests: new Map([["8z", ["a.test.ts"]]]) })).to.include("[8z] is in a test title, but not a");
    expect(problems(ROW, { demos: new Set(["honest", "extra"]) })).to.include("The demo extra shows no step");
    expect(problems(ROW, {}, ["9x", "10"])).to.include("[10] is specified, but not in the document");
    expect(problems(ROW, {}, [])).to.include("[9x] is in the document, but not specified");
    expect(problems(`${ROW}\n${ROW}`)).to.include("lists a step twice");
  });

  it("writes the tests that it finds, and notices where the document lists others", () => {
    const tests = new Map([["9x", ["a.test.ts", "scenarios/honest.test.ts", "b.t.sol"]]]);
    expect(problems(ROW, { tests })).to.include("a.test.ts, scenarios/honest.test.ts, b.t.sol");
    expect(problems(withFindings(ROW, tests), { tests })).to.equal("");
    const [nothing] = parseMap(withFindings(ROW, new Map()));
    expect([nothing?.tests, nothing?.demos]).to.deep.equal([[], []]);
  });

  it("refuses a row that has not six columns", () => {
    expect(() => parseMap("| `9x` | words | — |")).to.throw("has 3 columns, expected 6");
  });

  it("reads ids from titles, and only from titles of tests that run", () => {
    const root = mkdtempSync(join(tmpdir(), "metis-spec-"));
    const files = {
      "test/a.test.ts": 'describe("[1] x", () => { it(`[2a] ${x}`, f); it.skip("[3]", f); it("[4]"); }); // "[5]"',
      "test/b.t.sol": "/// @notice [11.D1] x\nfunction test_b() public {}\n/// [6]\nfunction help() public {}\n",
      "scripts/demos/scenarios/honest.ts": "",
      "agents/user/user.ts": "export class User { send() {} }",
      "artifacts/contracts/A.sol/A.json":
        '{"contractName":"A","abi":[{"type":"function","name":"f"},{"type":"event"}]}',
    };
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    const { tests, demos, contracts, declares } = readProject(root);
    rmSync(root, { recursive: true, force: true, maxRetries: 0 });

    expect([...tests.keys()].sort()).to.deep.equal(["1", "11.D1", "2a"]);
    expect([...demos]).to.deep.equal(["honest"]);
    expect([...(contracts.get("A") ?? [])]).to.deep.equal(["f"]);
    expect(declares("agents/nobody", "send")).to.equal(undefined);
  });
});
