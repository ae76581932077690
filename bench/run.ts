/**
 * Gas of this system beside the same work in other systems' contracts.
 *
 *   npm run bench               measures and prints
 *   npm run bench -- --check    fails where a figure is not the committed one, or above its limit
 *   npm run bench -- --update   writes the figures to commit
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { measureAll } from "./figures.ts";
import { compare, render } from "./report.ts";
import type { Snapshot } from "./report.ts";

const SNAPSHOT = new URL("snapshots/gas.json", import.meta.url);

const { values: flags } = parseArgs({
  options: { check: { type: "boolean", default: false }, update: { type: "boolean", default: false } },
});

const rows = await measureAll();
console.log(render(rows));

if (flags.update) {
  const snapshot = Object.fromEntries(rows.map(({ id, ours }) => [id, ours.value]));
  writeFileSync(SNAPSHOT, `${JSON.stringify(snapshot, null, 2)}\n`);
}
const problems = compare(rows, flags.check ? (JSON.parse(readFileSync(SNAPSHOT, "utf8")) as Snapshot) : undefined);
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
