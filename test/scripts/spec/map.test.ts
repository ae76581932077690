import { expect } from "chai";

import { checkMap, parseMap, renderMap, renderStep } from "../../../scripts/spec/map.ts";
import type { Project } from "../../../scripts/spec/map.ts";

const ROW = "| `9x` | It holds. | `Inbox.submit`, `agents/user#send` |";

function project(changes: Partial<Project> = {}): Project {
  return {
    contracts: new Map([["Inbox", new Set(["submit"])]]),
    declares: (place, name) => (place === "agents/user" ? name === "send" : undefined),
    tests: new Map([
      [
        "9x",
        [
          { file: "a.test.ts", title: "holds" },
          { file: "scenarios/honest.test.ts", title: "plays" },
        ],
      ],
    ]),
    demos: new Set(["honest"]),
    ...changes,
  };
}

function problems(row: string, changes: Partial<Project> = {}, specified = ["9x"], passed?: Set<string>): string {
  return checkMap(parseMap(row), project(changes), specified, passed).join("\n");
}

describe("Step map", () => {
  it("accepts a step whose every reference exists", () => {
    expect(problems(ROW)).to.equal("");
  });

  it("reports code that does not exist", () => {
    expect(problems(ROW.replace("Inbox.submit", "Outbox.submit"))).to.include("unknown contract: Outbox.submit");
    expect(problems(ROW.replace("Inbox.submit", "Inbox.send"))).to.include("unknown function: Inbox.send");
    expect(problems(ROW.replace("agents/user#", "agents/nobody#"))).to.include("unknown file: agents/nobody#send");
    expect(problems(ROW.replace("#send", "#receive"))).to.include("does not declare: agents/user#receive");
  });

  it("reports a step without words, code, test or demo", () => {
    expect(problems(ROW.replace("It holds.", "—"))).to.include("[9x] has no words");
    expect(problems("| `9x` | It holds. | — |")).to.include("[9x] names no code");
    expect(problems(ROW, { tests: new Map() })).to.include("[9x] is in no test title");
    const alone = new Map([["9x", [{ file: "a.test.ts", title: "holds" }]]]);
    expect(problems(ROW, { tests: alone })).to.include("[9x] has no demo");
  });

  it("reports a step that no test of a run asserted", () => {
    expect(problems(ROW, {}, ["9x"], new Set(["9x"]))).to.equal("");
    expect(problems(ROW, {}, ["9x"], new Set())).to.include("[9x] was asserted by no test that passed in this run");
  });

  it("reports ids that the document lacks, invents or repeats", () => {
    expect(problems(ROW, {}, ["9x", "10"])).to.include("[10] is a step, but not in the document");
    expect(problems(ROW, {}, [])).to.include("[9x] is in the document, but not a step");
    expect(problems(`${ROW}\n${ROW}`)).to.include("lists a step twice");
    const stray = new Map([...project().tests, ["8z", [{ file: "a.test.ts", title: "strays" }]] as const]);
    expect(problems(ROW, { tests: stray })).to.include("[8z] is in a test title, but not a step: a.test.ts");
  });

  it("reports a demo that shows no step", () => {
    expect(problems(ROW, { demos: new Set(["honest", "extra"]) })).to.include("The demo extra shows no step");
  });

  it("rejects a row that does not have three columns", () => {
    expect(() => parseMap("| `9x` | words |")).to.throw("has 2 columns, expected 3");
  });

  it("prints one step with its code, demos and tests, or a line for each", () => {
    const [step] = parseMap(ROW);
    expect(renderStep(step!, project()).split("\n")).to.deep.equal([
      "9x  It holds.",
      "  code  Inbox.submit",
      "  code  agents/user#send",
      "  demo  honest",
      "  test  a.test.ts",
      "          holds",
      "  test  scenarios/honest.test.ts",
      "          plays",
    ]);
    expect(renderMap([step!], project())).to.equal("9x         It holds. (2 tests; demos: honest)");
  });
});
