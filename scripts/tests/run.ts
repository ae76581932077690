/** All tests in two processes: `npx hardhat test` without files. */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { Lane, type Outcome } from "./lane.ts";
import { type Times, forecast, longestFirst } from "./order.ts";
import { SOLIDITY } from "./protocol.ts";
import { unlisted } from "./skips.ts";
import { SUITES, type Suite } from "./suites.ts";

/** Each takes about 2 GB of memory. */
const PROCESSES = 2;

const SLOWEST = 10;
const TIMES = new URL("times.json", import.meta.url);

/** How to run. */
export interface RunOptions {
  /** The project's root. */
  readonly root: string;
  readonly suite: Suite;
  /** Whether to write down how long each file took. */
  readonly record: boolean;
  /** Whether a skip that is not listed is a failure. */
  readonly strict: boolean;
  readonly color: boolean;
}

/**
 * Runs a suite. All contracts have to be compiled.
 * @param say Takes what is to be printed, in whole lines.
 * @returns Whether nothing failed.
 */
export async function runSuite(
  { root, suite, record, strict, color }: RunOptions,
  say: (text: string) => void,
): Promise<boolean> {
  const times = JSON.parse(readFileSync(TIMES, "utf8")) as Times;
  const queue = longestFirst(filesOf(root, suite), times);
  const outcomes: Outcome[] = [];
  const started = performance.now();
  const elapsed = (): string => ((performance.now() - started) / 1000).toFixed(0);
  const minutes = Math.ceil(forecast(queue, times, PROCESSES) / 60);
  const expected = suite === "default" ? `, about ${minutes} min` : "";
  say(`Running ${queue.length} files in ${PROCESSES} processes${expected}`);

  const lanes = Array.from({ length: PROCESSES }, () => new Lane({ METIS_TESTS_BUILT: "1" }));
  let stopped = false;
  const stop = (): void => {
    stopped = true;
    void Promise.all(lanes.map((lane) => lane.stop())).then(() => process.exit(130));
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  const total = queue.length;
  await Promise.all(
    lanes.map(async (lane) => {
      for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
        const outcome = await lane.run({ file, suite, color });
        // Nobody waits for what is left: the process is about to end.
        if (stopped) return;
        outcomes.push(outcome);
        if (outcome.passed + outcome.failed.length + outcome.skipped.length === 0) continue;
        say(`\n── ${file}, ${outcome.seconds.toFixed(1)} s (${outcomes.length} of ${total}, ${elapsed()} s)`);
        say(outcome.output);
      }
      await lane.stop();
    }),
  );
  process.off("SIGINT", stop);
  process.off("SIGTERM", stop);

  if (record) {
    const recorded = outcomes.map(({ file, seconds }) => [file, Math.ceil(seconds)] as const).sort();
    writeFileSync(TIMES, `${JSON.stringify(Object.fromEntries(recorded), null, 2)}\n`);
  }
  const { text, ok } = summary(outcomes, suite, strict ? unlisted(outcomes) : []);
  say(`\nDone in ${elapsed()} s. ${text}`);
  return ok;
}

/** What may have tests of a suite. Loading a file takes seconds, so that those without a mark of the suite are left out. */
function filesOf(root: string, suite: Suite): string[] {
  const files = globSync("test/**/*.test.ts", { cwd: root }).map((file) => file.replaceAll("\\", "/"));
  if (suite === "default" || suite === "full") return [SOLIDITY, ...files];
  return files.filter((file) => SUITES[suite].test(readFileSync(join(root, file), "utf8")));
}

/**
 * What is said at the end; the last line has the numbers.
 * @param forbidden Skips that count as failures.
 */
export function summary(
  outcomes: readonly Outcome[],
  suite: Suite,
  forbidden: readonly string[],
): { text: string; ok: boolean } {
  const lines = ["Slowest files:"];
  const slowest = [...outcomes].sort((a, b) => b.seconds - a.seconds).slice(0, SLOWEST);
  for (const { file, seconds } of slowest) lines.push(`${seconds.toFixed(1).padStart(8)} s  ${file}`);
  const failed = outcomes.flatMap(({ file, failed }) => failed.map((title) => `  ${file}: ${title}`));
  if (failed.length > 0) lines.push("Failed:", ...failed);
  const skipped = outcomes.flatMap(({ file, skipped }) => skipped.map((title) => `  ${file}: ${title}`));
  if (skipped.length > 0) lines.push("Skipped:", ...skipped);
  if (forbidden.length > 0) lines.push("Skipped, but not listed in scripts/tests/skips.json:", ...forbidden);
  const left = sum(outcomes.map((outcome) => outcome.left));
  if (suite === "default" && left > 0) lines.push(`${left} heavier tests: npm run test:full`);
  const passed = sum(outcomes.map((outcome) => outcome.passed));
  lines.push(`${passed} passed, ${failed.length + forbidden.length} failed, ${skipped.length} skipped`);
  return { text: lines.join("\n"), ok: failed.length === 0 && forbidden.length === 0 && passed > 0 };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
