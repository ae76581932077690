/** What tools are given to analyse: contracts with all that they import, as one standard JSON input. */
import { globSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";

const IMPORT = /^\s*import\s+(?:[^"';]*?from\s+)?["']([^"']+)["']/gm;

/** Texts of the files that a pattern names, with what they import, by the name that imports give them. */
export function readSources(root: string, pattern: string): Map<string, string> {
  const sources = new Map<string, string>();
  const waiting = globSync(pattern, { cwd: root }).map((file) => file.replaceAll("\\", "/"));
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (sources.has(name)) continue;
    const content = readFileSync(join(root, folderOf(name), name), "utf8");
    sources.set(name, content);
    for (const [, target = ""] of content.matchAll(IMPORT)) waiting.push(resolve(name, target));
  }
  return sources;
}

/** Standard JSON of these texts, which are compiled as those that are deployed. */
export function standardInput(sources: ReadonlyMap<string, string>): string {
  return JSON.stringify({
    language: "Solidity",
    sources: Object.fromEntries([...sources].map(([name, content]) => [name, { content }])),
    settings: { evmVersion: "osaka", optimizer: { enabled: true, runs: 2000 } },
  });
}

function folderOf(name: string): string {
  return /^(?:contracts|test)\//.test(name) ? "" : "node_modules";
}

function resolve(from: string, target: string): string {
  return target.startsWith(".") ? posix.join(dirname(from), target) : target;
}
