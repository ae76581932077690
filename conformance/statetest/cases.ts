/** The cases of a folder: one for each expected result of each test of each file. */
import { readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

import { type Expectation, type StateTest, parseFile } from "./format.ts";
import { carriesBlobs } from "./transaction.ts";

/** What to run. */
export interface Selection {
  /** A file, or a folder with files at any depth. */
  readonly path: string;
  readonly fork: string;
  /** Part of the names of the cases to run; all of them where absent. */
  readonly filter?: string;
}

/** What a file has at one place. */
export type Case = {
  /** Folder, file, test, and the choice that is made: `stExample/add11/add11/d0g0v0`. */
  readonly name: string;
  readonly folder: string;
} & (
  | { readonly kind: "run"; readonly test: StateTest; readonly expectation: Expectation }
  | { readonly kind: "skip"; readonly reason: string }
  | { readonly kind: "broken"; readonly reason: string }
);

/** The cases of a selection in order, with one file in memory at a time. @throws Error where there are no files. */
export function* casesOf({ path, fork, filter = "" }: Selection): Generator<Case> {
  const files = filesOf(path);
  const base = dirname(statSync(path).isDirectory() ? resolve(path) : dirname(resolve(path)));
  for (const file of files) {
    const name = relative(base, file).replace(/\.json$/, "");
    const folder = relative(base, dirname(file));
    for (const one of casesOfFile(file, name, folder, fork)) if (one.name.includes(filter)) yield one;
  }
}

/** How many cases a selection has. */
export function countCases(selection: Selection): number {
  let count = 0;
  for (const _ of casesOf(selection)) count++;
  return count;
}

function* casesOfFile(path: string, file: string, folder: string, fork: string): Generator<Case> {
  let tests;
  try {
    tests = parseFile(readFileSync(path, "utf8"));
  } catch (error) {
    yield { name: file, folder, kind: "broken", reason: (error as Error).message };
    return;
  }
  for (const [title, test] of Object.entries(tests)) {
    const expectations = test.post[fork];
    if (expectations === undefined) {
      yield { name: `${file}/${title}`, folder, kind: "skip", reason: "another fork" };
      continue;
    }
    for (const expectation of expectations) {
      const { data, gas, value } = expectation.indexes;
      const name = `${file}/${title}/d${data}g${gas}v${value}`;
      if (carriesBlobs(test, expectation)) yield { name, folder, kind: "skip", reason: "blob transaction" };
      else yield { name, folder, kind: "run", test, expectation };
    }
  }
}

function filesOf(path: string): string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new Error(`${path} does not exist; expected a file or folder of state tests`);
  if (!stats.isDirectory()) return [resolve(path)];
  const files = readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".json") && !file.split("/").some((part) => part.startsWith(".")))
    .sort();
  if (files.length === 0) throw new Error(`${path} has no JSON files; expected state tests`);
  return files.map((file) => join(resolve(path), file));
}
