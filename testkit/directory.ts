/** Directories for tests. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const directories = new Set<string>();

process.once("exit", () => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** A new, empty directory, which is gone when the tests end. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "metis-"));
  directories.add(directory);
  return directory;
}
