/** Slither over the contracts that are deployed: `npm run slither -- --help`. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { Command, Option } from "commander";

import { SLITHER, Unavailable, install } from "./analysis/install.ts";
import { readSources, standardInput } from "./analysis/sources.ts";
import { type Answers, type Finding, placeOf, unanswered } from "./slither/answers.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** Code of packages is not ours to answer for. */
const FOREIGN = "@openzeppelin/";

interface Report {
  readonly success: boolean;
  readonly error: string | null;
  readonly results: { readonly detectors?: readonly Finding[] };
}

const program = new Command("npm run slither --")
  .description(
    "Prints findings of Slither without an answer in scripts/slither/answers.json, and answers without a finding, and ends " +
      "with 1 where there are any. It needs Python 3 and, once, PyPI; where Slither cannot be had it ends with 2.",
  )
  .addOption(new Option("--all", "print every finding").default(false).env("METIS_SLITHER_ALL"))
  .allowExcessArguments(false)
  .action(run);

function run({ all }: { readonly all: boolean }): void {
  try {
    const answers = JSON.parse(readFileSync(new URL("slither/answers.json", import.meta.url), "utf8")) as Answers;
    const findings = analyse(install(ROOT, SLITHER), Object.keys(answers.detectors));
    if (all) for (const finding of findings) console.log(`${finding.impact} ${finding.check} in ${placeOf(finding)}`);
    const problems = unanswered(findings, answers);
    for (const problem of problems) console.error(problem);
    console.log(`Slither: ${findings.length} findings, ${problems.length} to answer`);
    if (problems.length > 0) process.exitCode = 1;
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}

/** Runs Slither without some detectors, in a folder where nothing but its files lies. */
function analyse(slither: string, excluded: readonly string[]): readonly Finding[] {
  const folder = mkdtempSync(join(tmpdir(), "metis-slither-"));
  try {
    const compiler = join(folder, "solc");
    const script = fileURLToPath(new URL("slither/solc.ts", import.meta.url));
    writeFileSync(compiler, `#!/bin/sh\nexec "${process.execPath}" "${script}" "$@"\n`, { mode: 0o755 });
    const sources = readSources(ROOT, "contracts/**/*.sol");
    writeFileSync(join(folder, "contracts.json"), standardInput(sources));
    // Slither shows the lines that it speaks of.
    for (const [name, content] of sources) {
      mkdirSync(join(folder, dirname(name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    const args = [
      "contracts.json",
      ...["--compile-force-framework", "solc-json"],
      ...["--solc", compiler],
      ...["--json", "report.json"],
      ...(excluded.length === 0 ? [] : ["--exclude", excluded.join(",")]),
    ];
    const { stderr, error } = spawnSync(slither, args, { cwd: folder, encoding: "utf8", maxBuffer: 2 ** 28 });
    if (error !== undefined) throw error;
    const { success, error: failure, results } = readReport(join(folder, "report.json"), stderr);
    if (!success) throw new Error(`Slither failed: ${failure ?? stderr}`);
    return (results.detectors ?? []).filter((finding) => !isForeign(finding));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readReport(file: string, stderr: string): Report {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Report;
  } catch {
    throw new Error(`Slither wrote no report:\n${stderr}`);
  }
}

function isForeign({ elements }: Finding): boolean {
  return elements.every(({ source_mapping: { filename_relative: file } }) => file.includes(FOREIGN));
}

program.parse();
