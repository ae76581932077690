/** Shares a selection out among processes. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import type { Selection } from "./cases.ts";
import type { Result } from "./run.ts";
import type { Task, Told } from "./worker.ts";

const WORKER = fileURLToPath(new URL("worker.ts", import.meta.url));

/** How a selection is run. */
export interface PoolOptions {
  /** Cases of the selection. */
  readonly total: number;
  /** Processes. */
  readonly jobs: number;
  /** Seconds that one case may take; any number where absent. */
  readonly timeout?: number;
}

/** What is called while a selection is run. */
export interface Listener {
  /** A case has ended; they come in any order. */
  ended(result: Result): void;
  /** A case goes on that takes long. */
  running(name: string, steps: number): void;
}

/**
 * Runs the cases of a selection in several processes, each of which takes the next one when it has time.
 *
 * @throws Error where a process ends before its cases do.
 */
export async function runAll(
  selection: Selection,
  { total, jobs, timeout }: PoolOptions,
  listener: Listener,
): Promise<void> {
  const task: Task = { ...selection, ...(timeout === undefined ? {} : { timeout }) };
  const workers = Array.from({ length: jobs }, () => fork(WORKER, [JSON.stringify(task)]));
  let next = 0;
  const take = (): number | null => (next < total ? next++ : null);
  try {
    await Promise.all(workers.map((worker) => finish(worker, take, listener)));
  } finally {
    for (const worker of workers) worker.kill();
  }
}

async function finish(worker: ChildProcess, take: () => number | null, listener: Listener): Promise<void> {
  worker.on("message", (message) => {
    const told = message as Told;
    if (told !== "ready" && "running" in told) {
      listener.running(told.running, told.steps);
      return;
    }
    if (told !== "ready") listener.ended(told.result);
    const place = take();
    worker.send(place ?? "no more");
  });
  const [code, signal] = (await once(worker, "exit")) as [number | null, string | null];
  if (code !== 0) throw new Error(`a process ended early: ${signal ?? `exit code ${String(code)}`}`);
}
