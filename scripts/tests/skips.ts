/** Tests that may skip themselves in CI. */
import { readFileSync } from "node:fs";

import type { FileResult } from "./protocol.ts";

const LIST = new URL("skips.json", import.meta.url);

/** Titles that may be skipped, by file; a title that ends in `…` stands for all that start like it. */
export type Skips = Readonly<Record<string, readonly string[]>>;

/** What was skipped and is not on the list. */
export function unlisted(
  results: readonly Pick<FileResult, "file" | "skipped">[],
  list: Skips = JSON.parse(readFileSync(LIST, "utf8")) as Skips,
): string[] {
  return results.flatMap(({ file, skipped }) =>
    skipped.filter((title) => !(list[file] ?? []).some((allowed) => fits(title, allowed))).map((t) => `${file}: ${t}`),
  );
}

function fits(title: string, allowed: string): boolean {
  return allowed.endsWith("…") ? title.startsWith(allowed.slice(0, -1)) : title === allowed;
}
