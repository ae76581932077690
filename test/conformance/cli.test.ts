import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { expect } from "chai";
import hre from "hardhat";

import { blobBaseFee } from "../../conformance/statetest/chain.ts";
import { ROOT } from "../../testkit/hardhat.ts";

/** What the command printed, line by line, and how it ended. */
interface Run {
  readonly code: number | null;
  readonly lines: string[];
  readonly errors: string;
}

/** Instrumented code is too large for Anvil, whose calls are not counted either. */
function skipInstrumented(test: Mocha.Context): void {
  if (hre.globalOptions.coverage) test.skip();
}

describe("State tests", () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "metis-statetest-"));
    cpSync(join(ROOT, "test/conformance/statetest"), folder, { recursive: true });
    writeFileSync(join(folder, "stOther/broken.json"), '{ "cut": { "env":');
    mkdirSync(join(folder, "empty"));
    writeFileSync(join(folder, "empty/other.json"), "{}");
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  async function statetest(...args: string[]): Promise<Run> {
    const child = spawn(process.execPath, [join(ROOT, "scripts/statetest.ts"), ...args], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined },
    });
    const exit = once(child, "exit") as Promise<[number | null]>;
    const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
    return { code, lines: output.trimEnd().split("\n"), errors };
  }

  it("passes cases with and without signed bytes, and those whose transaction has to be refused", async function () {
    skipInstrumented(this);
    const { code, lines, errors } = await statetest(join(folder, "stMadeUp/adds.json"), "--jobs", "1");
    expect(lines.at(-1), errors).to.equal("4 passed, 0 failed, 0 skipped");
    expect(code).to.equal(0);
    expect(lines.filter((line) => line.startsWith("failed"))).to.deep.equal([]);
  });

  it("tells why each other case failed or was skipped, and ends with the numbers", async function () {
    skipInstrumented(this);
    const json = join(folder, "results.json");
    const { code, lines } = await statetest(folder, "--jobs", "2", "--json", json);
    const failed = lines.filter((line) => line.startsWith("failed")).join("\n");
    expect(failed).to.match(/stMadeUp\/fails\/wrongHash\/d0g0v0: state root 0x136d\w+; expected 0x1111/);
    expect(failed).to.match(/fails\/unexpected\/d0g0v0: valid; expected TransactionException\.NONCE_TOO_LOW/);
    expect(failed).to.match(/fails\/unexpected\/d0g1v0: invalid; expected a valid transaction/);
    expect(failed).to.match(/fails\/keyless\/d0g0v0: the transaction has no replay protection, and .* no secretKey/);
    expect(failed).to.match(/fails\/onL2\/d0g0v0: on the L2: hash of the logs 0x1dcc4de8\w+; expected 0x2222/);
    expect(failed).to.match(/onL2\/d0g1v0: on the L2: refused for GAS_TOO_LOW; expected .*INSUFFICIENT_ACCOUNT_FUNDS/);
    expect(failed).to.match(/stOther\/broken: no JSON: /);
    expect(lines).to.include("skipped: 1, another fork").and.to.include("skipped: 1, blob transaction");
    expect(
      lines.find((line) => /stMadeUp +4 +6 +0 /.test(line)),
      lines.join("\n"),
    ).to.not.equal(undefined);
    expect(lines.at(-1)).to.equal("4 passed, 7 failed, 2 skipped");
    expect(code).to.equal(1);

    const results = JSON.parse(readFileSync(json, "utf8")) as { fork: string; failed: number; cases: object[] };
    expect(results).to.include({ fork: "Osaka", passed: 4, failed: 7, skipped: 2 });
    expect(results.cases).to.have.length(13);
    expect(results.cases.find((one) => "name" in one && String(one.name).endsWith("adds/adds/d0g0v0"))).to.include({
      status: "passed",
      gasUsed: 26_155,
      steps: 0,
    });
  });

  it("runs the cases that a filter names", async function () {
    skipInstrumented(this);
    const { code, lines } = await statetest(folder, "--filter", "adds/d1", "--jobs", "2");
    expect(lines.at(-1)).to.equal("1 passed, 0 failed, 0 skipped");
    expect(code).to.equal(0);
  });

  for (const [what, args, message] of [
    ["a folder that is not there", ["nowhere"], "error: nowhere does not exist"],
    ["a folder without tests", ["empty"], "has no state tests"],
    ["a filter that fits nothing", [".", "--filter", "nothing"], "has no state tests named nothing"],
    ["a fork whose rules L1 does not have", [".", "--fork", "Homestead"], "Allowed choices are Osaka"],
    ["no path", [], "missing required argument 'path'"],
  ] as const) {
    it(`says in one line what is wrong with ${what}`, async () => {
      const [path, ...rest] = args;
      const given = path === undefined ? [] : [path === "nowhere" ? path : join(folder, path), ...rest];
      const { code, lines, errors } = await statetest(...given);
      expect(errors).to.include(message);
      expect(errors.trimEnd().split("\n")).to.have.length(1);
      expect(lines).to.deep.equal([""]);
      expect(code).to.equal(1);
    });
  }

  it("computes the price of blobs as EIP-4844 does", () => {
    // Values of the function `fake_exponential` in the EIP.
    expect([0n, 3_471_086n, 3_471_087n, 10n * 1024n * 1024n].map(blobBaseFee)).to.deep.equal([1n, 1n, 2n, 8n]);
  });
});
