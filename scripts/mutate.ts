/** Shows what the tests of the contracts would not notice: `npm run mutate -- --help`. */
import { globSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { Command, Option } from "commander";

import { integer } from "../agents/cli/flags.ts";
import { type Mutant, mutantsOf } from "./mutate/operators.ts";
import { Results } from "./mutate/results.ts";
import { draw } from "./mutate/sample.ts";
import { parse } from "./mutate/source.ts";
import { Trial } from "./mutate/trial.ts";

interface Options {
  readonly seed: string;
  readonly count: number;
  readonly jobs: number;
  readonly filter: string;
  readonly results: string;
  readonly list: boolean;
}

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FOLDERS = "contracts/{batches,disputes,sequencers,verifiers,governance,payments}/**/*.sol";

const program = new Command("npm run mutate --")
  .description("Changes the contracts of disputes one place at a time, and tells which changes no test notices.")
  .addOption(new Option("--seed <text>", "what the sample follows from").default("metis").env("METIS_MUTATE_SEED"))
  .addOption(
    new Option("--count <number>", "mutants to draw").argParser(integer(1, 1e6)).default(400).env("METIS_MUTATE_COUNT"),
  )
  .addOption(
    new Option("--jobs <count>", "copies of the project to work in at once")
      .argParser(integer(1, 64))
      .default(1)
      .env("METIS_MUTATE_JOBS"),
  )
  .addOption(
    new Option("--filter <text>", "only mutants of the sample whose id has this in it")
      .default("")
      .env("METIS_MUTATE_FILTER"),
  )
  .addOption(
    new Option("--results <file>", "where results are kept; a run goes on where the last one stopped")
      .default("scripts/mutate/results.json")
      .env("METIS_MUTATE_RESULTS"),
  )
  .addOption(new Option("--list", "only print the sample").default(false).env("METIS_MUTATE_LIST"))
  .allowExcessArguments(false)
  .action(run);

async function run({ seed, count, jobs, filter, results: path, list }: Options): Promise<void> {
  // Interfaces have nothing that a test could tell.
  const files = globSync(FOLDERS, { cwd: ROOT })
    .filter((file) => !/\/I[A-Z][a-z]\w*\.sol$/.test(file))
    .sort();
  const trees = parse(ROOT, files);
  const sources = new Map(files.map((file) => [file, readFileSync(join(ROOT, file))]));
  const sourceOf = (file: string): Buffer => sources.get(file) as Buffer;
  const all = [...trees].flatMap(([file, tree]) => mutantsOf(file, sourceOf(file), tree));
  const sample = draw(all, seed, count).filter(({ id }) => id.includes(filter));
  console.log(`${sample.length} mutants of ${all.length}, in ${files.length} files`);
  if (list) {
    for (const { id, text } of sample) console.log(`${id}  (${text.replaceAll(/\s+/g, " ")})`);
    return;
  }
  const results = new Results(path, seed);
  const left = sample.filter((mutant) => results.of(mutant, sourceOf(mutant.file)) === undefined);
  console.log(`${sample.length - left.length} are known already`);
  let done = 0;
  const started = Date.now();
  const work = async (worker: number): Promise<void> => {
    const trial = new Trial(ROOT, join(tmpdir(), `metis-mutants-${worker}`));
    for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
      const fate = await trial.run(mutant);
      results.note(mutant, sourceOf(mutant.file), fate);
      done++;
      const minutes = ((Date.now() - started) / done / 60_000) * left.length;
      console.log(`${fate.padEnd(9)} ${mutant.id}  (about ${Math.ceil(minutes)} min left)`);
    }
    trial.remove();
  };
  await Promise.all(Array.from({ length: jobs }, (_, worker) => work(worker)));
  report(sample, results, sourceOf);
}

function report(sample: readonly Mutant[], results: Results, sourceOf: (file: string) => Buffer): void {
  const fates = sample.map((mutant) => results.of(mutant, sourceOf(mutant.file)));
  const survivors = fates.filter((result) => result?.fate === "survived");
  const killed = fates.filter((result) => result?.fate === "killed").length;
  const explained = survivors.filter((result) => result?.reason !== undefined).length;
  const alive = killed + survivors.length;
  console.log(`${killed} of ${alive} killed (${((100 * killed) / Math.max(1, alive)).toFixed(1)} %)`);
  console.log(`${survivors.length} survived, ${explained} of them with a reason`);
  for (const result of survivors) if (result?.reason === undefined) console.log(`  ${result?.id ?? ""}`);
  if (survivors.length > explained) process.exitCode = 1;
}

try {
  await program.parseAsync();
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
