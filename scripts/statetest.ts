/** Runs Ethereum's GeneralStateTests through the contracts on L1: `npm run statetest -- --help`. */
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";

import { Command, Option } from "commander";

import { integer } from "../agents/cli/flags.ts";
import type { Selection } from "../conformance/statetest/cases.ts";
import { ensureCompiled } from "../ignition/compiled.ts";

/** Forks whose rules the contracts have. */
const FORKS = ["Osaka"];

interface Options {
  readonly fork: string;
  readonly filter?: string;
  readonly json?: string;
  readonly jobs: number;
  readonly timeout?: number;
}

const program = new Command("npm run statetest --")
  .description(
    "Runs Ethereum's GeneralStateTests through the contracts on L1, as they are deployed, and through the L2's EVM. " +
      "Compares validity and state root of both with the file, the L2's logs and reason to refuse with the file, and " +
      "L1's gas with the L2's.",
  )
  .argument("<path>", "a file of tests, or a folder with such files at any depth")
  .addOption(
    new Option("--fork <name>", "fork whose results are expected")
      .choices(FORKS)
      .default("Osaka")
      .env("METIS_STATETEST_FORK"),
  )
  .addOption(
    new Option("--filter <text>", "run the cases whose names have this in them: stExample/add11/add11/d0g0v0").env(
      "METIS_STATETEST_FILTER",
    ),
  )
  .addOption(new Option("--json <file>", "where to write the results as JSON").env("METIS_STATETEST_JSON"))
  .addOption(
    new Option("--jobs <count>", "processes to share the cases out among")
      .argParser(integer(1, 256))
      .default(availableParallelism())
      .env("METIS_STATETEST_JOBS"),
  )
  .addOption(
    new Option("--timeout <seconds>", "time that one case may take; the heaviest take many minutes")
      .argParser(integer(1, 86_400))
      .env("METIS_STATETEST_TIMEOUT"),
  )
  .allowExcessArguments(false)
  .action(async (path: string, { fork, filter, json, jobs, timeout }: Options) => {
    await ensureCompiled();
    const { countCases } = await import("../conformance/statetest/cases.ts");
    const { runAll } = await import("../conformance/statetest/pool.ts");
    const { Report } = await import("../conformance/statetest/report.ts");
    const selection: Selection = { path, fork, ...(filter === undefined ? {} : { filter }) };
    const total = countCases(selection);
    if (total === 0) throw new Error(`${path} has no state tests${filter === undefined ? "" : ` named ${filter}`}`);
    const report = new Report(process.stdout, total);
    try {
      const limit = timeout === undefined ? {} : { timeout };
      await runAll(selection, { total, jobs: Math.min(jobs, total), ...limit }, report);
    } finally {
      report.close();
      if (json !== undefined) writeFileSync(json, report.json(fork));
    }
    if (report.count("failed") > 0) process.exitCode = 1;
  });

try {
  await program.parseAsync();
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  if (process.env["METIS_STATETEST_TRACE"] !== undefined) console.error(error);
  process.exitCode = 1;
}
