import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect } from "chai";

import { NOT_COMPILED } from "../../../testkit/agents/not-compiled.ts";
import { temporaryDirectory } from "../../../testkit/directory.ts";

const CLI = fileURLToPath(new URL("../../../agents/cli/main.ts", import.meta.url));

const ROLES = [
  "sequencer",
  "consensus",
  "submitter",
  "verifier",
  "storage",
  "voter",
  "fund accounts",
  "user send",
  "user prove",
];

/** Between them these have every flag of `stake`. */
const STAKE = ["stake join", "stake propose-ban", "stake prove-key"];

const ACCOUNT = `0x${"22".repeat(20)}`;
const L1 = ["--l1-url", "http://a", "--deployment", "/nowhere"];

describe("Agents on the command line", function () {
  this.timeout(300_000);

  const run = (args: string[], env: Record<string, string> = {}) => {
    const clean = Object.entries(process.env).filter(([name]) => !/^(NODE_|METIS_)/.test(name));
    const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
      encoding: "utf8",
      env: { ...Object.fromEntries(clean), ...env },
    });
    return { status, stdout, stderr };
  };

  it("lists its roles and every flag of each, with its environment variable, without a build", () => {
    const env = { NODE_OPTIONS: NOT_COMPILED };
    const { status, stdout } = run(["--help"], env);
    expect(status).to.equal(0);
    for (const role of ROLES) expect(stdout).to.contain(role.split(" ")[0]);
    for (const role of ROLES) {
      const help = run([...role.split(" "), "--help"], env);
      expect(help.status, role).to.equal(0);
      const text = help.stdout.replace(/\s+/g, " ");
      const flags = [...text.matchAll(/ --([a-z0-9-]+)(?: <| {1,}[a-z])/g)].map(([, flag]) => flag!);
      expect(flags, role).to.include("config");
      const variables = [...text.matchAll(/env: (METIS_[A-Z0-9_]+)/g)].map(([, variable]) => variable!);
      expect(variables.length, role).to.be.greaterThan(5);
      for (const variable of variables) {
        const flag = variable.slice("METIS_".length).toLowerCase().replaceAll("_", "-");
        expect(text, role).to.contain(`--${flag}`);
      }
    }
  });

  it("has the flags that the operations guide lists, and no others", () => {
    const guide = readFileSync(new URL("../../../docs/operations.md", import.meta.url), "utf8");
    const [, section = ""] = /^## 2\. (.*?)^## 3\. /ms.exec(guide) ?? [];
    const listed = [...section.matchAll(/^\| `(--[^`]+)`/gm)].map(([, flag]) => flag!);
    const commands = [...ROLES, ...STAKE].map((command) => command.split(" "));
    const flags = commands.flatMap((command) => flagsOf(run([...command, "--help"]).stdout));
    expect([...new Set(listed)].toSorted()).to.deep.equal([...new Set(flags)].toSorted());
  });

  it("says in one line what is wrong, and fails", () => {
    const addresses = join(temporaryDirectory(), "addresses.json");
    writeFileSync(addresses, "{}");
    const key = `0x${"11".repeat(32)}`;
    const cases: [string[], string, Record<string, string>?][] = [
      [["verifier"], "--genesis is missing; it can also be set by METIS_GENESIS or in --config"],
      [["storage", "--l1-url", "localhost"], "Expected an address like http://127.0.0.1:8545"],
      [["storage", "--l1-url", "http://a", "--deployment", "/nowhere"], "/nowhere"],
      [["storage", "--l1-url", "http://a", "--deployment", addresses], "no address of"],
      [["storage", "--surprise"], "unknown option '--surprise'"],
      [["voter", "--key", "0x12"], "Expected 32 bytes in hexadecimal"],
      [["user", "send", "--l2-url", "http://a", "--key", key, "--to", "bob"], "Expected a 20-byte address"],
      [["user", "send", "--data", "0x123"], "Expected bytes in hexadecimal (0x…) or a file that holds them"],
      [["user", "send", "--l2-url", "http://a", "--key", key], "nothing to send: expected --to or --data"],
      [["fund", "accounts", "--to", `${ACCOUNT},bob`], "Expected a 20-byte address"],
      [["fund", "accounts", "--to", ACCOUNT, ...L1, "--key", key], "nothing to send: expected --amount or --ether"],
      [["stake", "join", "--possession", "0x12"], "Expected 64 bytes in hexadecimal"],
      [["storage"], "Expected a whole number from 0 to 65535", { METIS_PORT: "many" }],
      [["storage", "--config", addresses.replace("addresses", "absent")], "cannot read --config"],
    ];
    for (const [args, message, env] of cases) {
      const { status, stderr } = run(args, env);
      expect(status, message).to.equal(1);
      expect(stderr, message).to.contain(message);
      const [line, ...rest] = stderr.trim().split("\n");
      expect(line, message).to.match(/^error: /);
      expect(rest.join(), message).not.to.match(/ at |Error:/);
    }
  });
});

/** Every flag of a help text but `--help`, with its placeholder. */
function flagsOf(help: string): string[] {
  return [...help.matchAll(/^ {2}(--[a-z0-9-]+(?: <[^>]+>)?)/gm)].map(([, flag]) => flag!);
}
