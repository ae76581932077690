/** What attacks cost, from the default parameters and the bench's figures: `npm run economics -- --help`. */
import { readFileSync, writeFileSync } from "node:fs";

import { Command, Option } from "commander";

import { DOCUMENT, derivation, expected, parts } from "./economics/report.ts";
import { sceneAt } from "./economics/scene.ts";

interface Options {
  readonly update: boolean;
  readonly check: boolean;
  readonly derive: boolean;
}

const program = new Command("npm run economics --")
  .description("Computes the tables of docs/economics.md, and prints them unless a flag says otherwise.")
  .addOption(new Option("--update", "write them into the document").default(false).conflicts(["check", "derive"]))
  .addOption(new Option("--check", "fail where the document has others").default(false).conflicts("derive"))
  .addOption(new Option("--derive", "print the constants of AnswerCost that follow from the bench").default(false))
  .allowExcessArguments(false)
  .action(run);

async function run({ update, check, derive }: Options): Promise<void> {
  if (derive) console.log(derivation(sceneAt(1)));
  else if (update) writeFileSync(DOCUMENT, await expected(readFileSync(DOCUMENT, "utf8")));
  else if (check) {
    const document = readFileSync(DOCUMENT, "utf8");
    if ((await expected(document)) === document) return;
    console.error('docs/economics.md is out of date; "npm run economics -- --update" writes it');
    process.exitCode = 1;
  } else for (const [name, text] of Object.entries(parts())) console.log(`${name}\n${text}\n`);
}

await program.parseAsync();
