/** Cases that failed once. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import path from "node:path";

import { type FuzzCase, parse, stringify } from "./case.ts";

const FOLDER = fileURLToPath(new URL("regressions", import.meta.url));

/** All stored cases by name. */
export function regressions(): Map<string, FuzzCase> {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));
  return new Map(
    names.sort().map((name) => [name.replace(/\.json$/, ""), parse(readFileSync(path.join(FOLDER, name), "utf8"))]),
  );
}

/** Stores a case. @returns The file. */
export function saveRegression(name: string, one: FuzzCase): string {
  mkdirSync(FOLDER, { recursive: true });
  const file = path.join(FOLDER, `${name.replace(/[^\w-]+/g, "-")}.json`);
  writeFileSync(file, `${stringify(one)}\n`);
  return path.relative(process.cwd(), file);
}
