/** Compares L1's contracts with a reference on random programs: `npm run fuzz -- --help`. */
import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";

import { Command, Option } from "commander";

import { integer } from "../agents/cli/flags.ts";
import { ensureCompiled } from "../ignition/compiled.ts";

interface Options {
  readonly programs: number;
  readonly seed: string;
  readonly first: number;
  readonly jobs: number;
  readonly save: boolean;
}

const program = new Command("npm run fuzz --")
  .description("Executes random programs and transactions by L1's contracts and by @ethereumjs/vm, and compares.")
  .addOption(
    new Option("--programs <count>", "cases to run")
      .argParser(integer(1, 1e9))
      .default(1000)
      .env("METIS_FUZZ_PROGRAMS"),
  )
  .addOption(
    new Option("--seed <text>", "what the cases follow from")
      .default(randomBytes(4).toString("hex"), "a random one")
      .env("METIS_FUZZ_SEED"),
  )
  .addOption(
    new Option("--first <number>", "number of the first case of the seed to run")
      .argParser(integer(0, 1e9))
      .default(0)
      .env("METIS_FUZZ_FIRST"),
  )
  .addOption(
    new Option("--jobs <count>", "processes to share the cases out among")
      .argParser(integer(1, 256))
      .default(availableParallelism())
      .env("METIS_FUZZ_JOBS"),
  )
  .addOption(
    new Option("--save", "store shrunk cases in conformance/fuzz/regressions").default(false).env("METIS_FUZZ_SAVE"),
  )
  .allowExcessArguments(false)
  .action(async ({ programs, seed, first, jobs, save }: Options) => {
    await ensureCompiled();
    const { runAll } = await import("../conformance/fuzz/pool.ts");
    const { Report } = await import("../conformance/fuzz/report.ts");
    const report = new Report(process.stdout, { seed, programs, save });
    await runAll({ seed, first, programs }, Math.min(jobs, programs), (message) => {
      report.add(message);
    });
    report.close();
    if (report.failures > 0) process.exitCode = 1;
  });

try {
  await program.parseAsync();
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
