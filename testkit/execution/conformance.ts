import { existsSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** Where they lie. */
export const CONFORMANCE_ROOT = fileURLToPath(new URL("../../../shared/ethereum-tests", import.meta.url));

/** State tests with the results of the L2's fork. */
export const STATE_TESTS = fileURLToPath(new URL("../../../shared/ethereum-tests-osaka", import.meta.url));

/** Ethereum's conformance tests lie beside the project; where they do not, their suites are skipped. */
export const conformanceTests = existsSync(CONFORMANCE_ROOT) && existsSync(STATE_TESTS);

/** Why a suite was skipped, for its title. */
export const skipped = conformanceTests ? "" : " (skipped: ../shared/ethereum-tests is absent)";

/** A file of the conformance tests, parsed. Integers beyond 2^53 are strings in these files. */
export async function conformanceFile<T>(...segments: string[]): Promise<T> {
  return JSON.parse(await readFile(path.join(CONFORMANCE_ROOT, ...segments), "utf8")) as T;
}

/** All JSON files in a folder and below it, as paths relative to the tests' root. */
export async function conformanceFiles(folder: string): Promise<string[]> {
  const entries = await readdir(path.join(CONFORMANCE_ROOT, folder), { recursive: true });
  return entries
    .filter((entry) => entry.endsWith(".json"))
    .map((entry) => path.join(folder, entry))
    .sort();
}
