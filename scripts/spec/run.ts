/** What a run of the tests has shown, read from what it printed. */
import { existsSync } from "node:fs";
import { join } from "node:path";

import { idsIn, testsOfSolidity } from "./project.ts";

const SOLIDITY_SUITE = /^ *(test\/\S+\.t\.sol):\w+$/;
const SOLIDITY_TEST = /^((?:test|invariant|statefulFuzz)\w*)\(/;
const PASSED = /^( *)✔ (.*)$/;

/**
 * The ids of steps that a run asserted: those in the titles of tests that passed, and of the suites around them. A Solidity
 * test is printed by its name; its ids are read from its file.
 *
 * @param root The folder of the checkout.
 * @param log What `npx hardhat test` printed, without colours.
 */
export function passedIds(root: string, log: string): Set<string> {
  const passed = new Set<string>();
  /** Titles of the suites around the current line, with their indentation. */
  let suites: { indent: number; ids: string[] }[] = [];
  let solidity: ReadonlyMap<string, readonly string[]> = new Map();

  for (const line of log.split("\n")) {
    if (line.trim() === "") continue;
    const [, space, title = ""] = PASSED.exec(line) ?? [];
    const indent = space?.length ?? line.length - line.trimStart().length;
    suites = suites.filter((suite) => suite.indent < indent);
    if (space !== undefined) {
      const [, name] = SOLIDITY_TEST.exec(title) ?? [];
      const ids = name === undefined ? idsIn(title) : (solidity.get(name) ?? []);
      for (const id of [...ids, ...suites.flatMap((suite) => suite.ids)]) passed.add(id);
      continue;
    }
    const [, file] = SOLIDITY_SUITE.exec(line) ?? [];
    if (file !== undefined) solidity = solidityIds(join(root, file));
    suites.push({ indent, ids: idsIn(line) });
  }
  return passed;
}

function solidityIds(path: string): ReadonlyMap<string, readonly string[]> {
  return new Map(existsSync(path) ? testsOfSolidity(path).map(({ title, ids }) => [title, ids]) : []);
}
