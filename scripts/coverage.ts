/**
 * Runs every test with coverage, prints lines and branches of each contract, and fails below the limits.
 *
 *   npm run coverage               runs the tests first
 *   npm run coverage -- --report   reads what the last run left
 */
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { readCoverage, renderCoverage, totals } from "./coverage/report.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const LIMITS = { lines: 98, branches: 95 };

const { values: flags } = parseArgs({ options: { report: { type: "boolean", default: false } } });

if (!flags.report) {
  rmSync(join(ROOT, "coverage"), { recursive: true, force: true });
  const { status } = spawnSync("hardhat", ["test", "--coverage"], { cwd: ROOT, stdio: "inherit" });
  if (status !== 0) console.error("Some tests failed; the figures below count what ran.");
  process.exitCode = status ?? 1;
}

const files = readCoverage(join(ROOT, "coverage"));
console.log(renderCoverage(files));

for (const [kind, { hit, found }] of Object.entries(totals(files))) {
  const percent = found === 0 ? 0 : (100 * hit) / found;
  const limit = LIMITS[kind as keyof typeof LIMITS];
  console.log(
    `${kind}: ${String(hit)} of ${String(found)}, ${percent.toFixed(2)} %, at least ${String(limit)} % wanted`,
  );
  if (percent < limit) process.exitCode = 1;
}
