/** Shares a selection out among processes. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import type { Selection } from "./cases.ts";
import type { Result } from "./run.ts";
import type { Share } from "./worker.ts";

const WORKER = fileURLToPath(new URL("worker.ts", import.meta.url));

/** How a selection is run. */
export interface PoolOptions {
  /** Processes. */
  readonly jobs: number;
  /** Seconds that one case may take. */
  readonly timeout: number;
}

/**
 * Runs the cases of a selection in several processes.
 *
 * @param report Called with each result, in the order in which they come.
 * @throws Error where a process ends before its cases do.
 */
export async function runAll(
  selection: Selection,
  { jobs, timeout }: PoolOptions,
  report: (result: Result) => void,
): Promise<void> {
  const workers = Array.from({ length: jobs }, (_, index) => {
    const share: Share = { ...selection, index, of: jobs, timeout };
    return fork(WORKER, [JSON.stringify(share)]);
  });
  try {
    await Promise.all(workers.map((worker) => finish(worker, report)));
  } finally {
    for (const worker of workers) worker.kill();
  }
}

async function finish(worker: ChildProcess, report: (result: Result) => void): Promise<void> {
  worker.on("message", (result) => {
    report(result as Result);
  });
  const [code, signal] = (await once(worker, "exit")) as [number | null, string | null];
  if (code !== 0) throw new Error(`a process ended early: ${signal ?? `exit code ${String(code)}`}`);
}
