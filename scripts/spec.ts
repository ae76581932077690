/**
 * The step map: prints, for every step of the specification, the contract function, agent, test and demo that show it,
 * and fails where one is missing or does not exist.
 *
 *   npm run spec                 prints the map and checks it
 *   npm run spec -- --quiet      prints only what is wrong
 *   npm run spec -- --update     writes the tests and demos that it finds into the document first
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { checkMap, parseMap, renderMap, withFindings } from "./spec/map.ts";
import { readProject, readSharedIds } from "./spec/project.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DOCUMENT = join(ROOT, "docs/specification.md");
const SHARED = join(ROOT, "../shared/spec/steps.md");

const { values: flags } = parseArgs({
  options: { quiet: { type: "boolean", default: false }, update: { type: "boolean", default: false } },
});

if (!existsSync(join(ROOT, "artifacts/contracts"))) {
  console.error('There are no compiled contracts; run "npm run build" first.');
  process.exit(1);
}

const project = readProject(ROOT);
if (flags.update) writeFileSync(DOCUMENT, withFindings(readFileSync(DOCUMENT, "utf8"), project.tests));

const map = parseMap(readFileSync(DOCUMENT, "utf8"));
const problems = checkMap(map, project, existsSync(SHARED) ? readSharedIds(SHARED) : undefined);

if (!flags.quiet) console.log(renderMap(map));
for (const problem of problems) console.error(problem);
console.log(`${String(map.length)} steps, ${String(problems.length)} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
