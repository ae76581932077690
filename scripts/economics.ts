/**
 * What attacks cost: the tables of docs/economics.md, from the default parameters and the bench's figures.
 *
 *   npm run economics               prints them
 *   npm run economics -- --update   writes them into docs/economics.md
 *   npm run economics -- --check    fails where the document has others
 *   npm run economics -- --derive   prints the constants of AnswerCost that follow from the bench
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { DOCUMENT, derivation, expected, parts } from "./economics/report.ts";
import { sceneAt } from "./economics/scene.ts";

const { values: flags } = parseArgs({
  options: {
    update: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
    derive: { type: "boolean", default: false },
  },
});

if (flags.derive) console.log(derivation(sceneAt(1)));
else if (flags.update) writeFileSync(DOCUMENT, await expected(readFileSync(DOCUMENT, "utf8")));
else if (flags.check) {
  const document = readFileSync(DOCUMENT, "utf8");
  if ((await expected(document)) !== document) {
    console.error('docs/economics.md is out of date; "npm run economics -- --update" writes it');
    process.exitCode = 1;
  }
} else for (const [name, text] of Object.entries(parts())) console.log(`${name}\n${text}\n`);
