/**
 * The step map: which code does each step of the specification, and which tests and demos show it.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { Command } from "commander";

import { ensureCompiled } from "../ignition/compiled.ts";
import { checkMap, parseMap, renderMap, renderStep } from "./spec/map.ts";
import { readProject } from "./spec/project.ts";
import { passedIds } from "./spec/run.ts";
import { STEPS } from "./spec/steps.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

const program = new Command("spec")
  .description("Checks that every step of docs/specification.md has code, a test and a demo; or shows one step's.")
  .argument("[step]", "id of a step to show, such as 11.6")
  .option("--quiet", "print only what is wrong", false)
  .option("--run <log>", "what a run of the tests printed: every step must be asserted by a test that passed in it")
  .showHelpAfterError("(add --help for all flags)")
  .parse();
const flags = program.opts<{ quiet: boolean; run?: string }>();
const [wanted] = program.args;

await ensureCompiled();
const project = readProject(ROOT);
const map = parseMap(readFileSync(join(ROOT, "docs/specification.md"), "utf8"));

if (wanted !== undefined) {
  const step = map.find(({ id }) => id === wanted.replaceAll(/[[\]]/g, ""));
  if (step !== undefined) console.log(renderStep(step, project));
  else program.error(`error: ${wanted} is not a step, expected one of: ${STEPS.join(" ")}`);
} else {
  const problems = checkMap(map, project, STEPS, flags.run === undefined ? undefined : readRun(flags.run));
  if (!flags.quiet) console.log(renderMap(map, project));
  for (const problem of problems) console.error(problem);
  console.log(`${map.length} steps, ${problems.length} problems`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

function readRun(file: string): Set<string> {
  if (!existsSync(file)) program.error(`error: --run names ${file}, which does not exist.`);
  return passedIds(ROOT, readFileSync(file, "utf8"));
}
