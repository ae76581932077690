/** Shares a selection out among processes. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import type { Selection } from "./cases.ts";
import type { Result } from "./run.ts";
import type { Share } from "./worker.ts";

const WORKER = fileURLToPath(new URL("worker.ts", import.meta.url));

/**
 * Runs the cases of a selection in several processes.
 *
 * @param report Called with each result, in the order in which they come.
 * @throws Error where a process ends before its cases do.
 */
export async function runAll(selection: Selection, jobs: number, report: (result: Result) => void): Promise<void> {
  await Promise.all(Array.from({ length: jobs }, (_, index) => runOne({ ...selection, index, of: jobs }, report)));
}

async function runOne(share: Share, report: (result: Result) => void): Promise<void> {
  const child = fork(WORKER, [JSON.stringify(share)]);
  child.on("message", (result) => {
    report(result as Result);
  });
  const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
  if (code !== 0)
    throw new Error(`process ${share.index + 1} of ${share.of} ended early (${signal ?? `exit code ${code}`})`);
}
