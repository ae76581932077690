/** Lines from Hardhat's report and branches from the hits that it collected. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { Branch } from "../plugins/branch-coverage.ts";

/** How much of a kind was found, and how much of it ran. */
export interface Count {
  readonly hit: number;
  readonly found: number;
}

/** Coverage of one contract file. */
export interface FileCoverage {
  readonly file: string;
  readonly lines: Count;
  readonly branches: Count;
  /** Lines that never ran. */
  readonly missedLines: readonly number[];
  /** Ways not taken, as `line:true` or `line:false`. */
  readonly missedBranches: readonly string[];
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}

function readHits(folder: string): Set<string> {
  const files = globSync("data/**/*.json", { cwd: folder });
  return new Set(files.flatMap((file) => Object.keys(readJson(join(folder, file)) as Record<string, number>)));
}

function readLines(folder: string): Map<string, Map<number, number>> {
  const files = new Map<string, Map<number, number>>();
  for (const section of readFileSync(join(folder, "lcov.info"), "utf8").split("end_of_record")) {
    const file = /^SF:(.*)$/m.exec(section)?.[1];
    if (file === undefined) continue;
    const lines = [...section.matchAll(/^DA:(\d+),(\d+)/gm)].map(([, line, hits]) => [Number(line), Number(hits)] as const);
    files.set(file, new Map(lines));
  }
  return files;
}

/**
 * Reads what a run with coverage left.
 *
 * @param folder The coverage folder.
 */
export function readCoverage(folder: string): FileCoverage[] {
  const hits = readHits(folder);
  const branches = globSync("branches/*.json", { cwd: folder }).flatMap(
    (file) => readJson(join(folder, file)) as Branch[],
  );
  return [...readLines(folder)]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([file, lines]) => {
      const ways = branches
        .filter((branch) => branch.file === file)
        .flatMap(({ line, tags }) => tags.map((tag, way) => ({ name: `${String(line)}:${String(way === 0)}`, tag })));
      const missedBranches = ways.filter(({ tag }) => !hits.has(tag)).map(({ name }) => name);
      const missedLines = [...lines].filter(([, count]) => count === 0).map(([line]) => line);
      return {
        file,
        lines: { hit: lines.size - missedLines.length, found: lines.size },
        branches: { hit: ways.length - missedBranches.length, found: ways.length },
        missedLines,
        missedBranches,
      };
    });
}

/** Sums over all files. */
export function totals(files: readonly FileCoverage[]): { lines: Count; branches: Count } {
  function sum(kind: "lines" | "branches"): Count {
    return files.reduce((total, file) => ({ hit: total.hit + file[kind].hit, found: total.found + file[kind].found }), {
      hit: 0,
      found: 0,
    });
  }
  return { lines: sum("lines"), branches: sum("branches") };
}

function percent({ hit, found }: Count): string {
  return found === 0 ? "—" : ((100 * hit) / found).toFixed(2);
}

/** Renders one line for each file, with what never ran. */
export function renderCoverage(files: readonly FileCoverage[]): string {
  const width = Math.max(...files.map(({ file }) => file.length), 0);
  const head = `${"file".padEnd(width)}  ${"lines".padStart(6)}  ${"branches".padStart(8)}  missed`;
  const rows = files.map(({ file, lines, branches, missedLines, missedBranches }) =>
    [
      file.padEnd(width),
      percent(lines).padStart(6),
      percent(branches).padStart(8),
      [...missedLines.map(String), ...missedBranches].join(" "),
    ].join("  "),
  );
  return [head, ...rows].join("\n");
}
