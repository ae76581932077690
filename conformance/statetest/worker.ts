/** A process that runs the cases of a selection which its parent gives it, one after the other. */
import { type Selection, casesOf } from "./cases.ts";
import { StateTestL1 } from "./l1.ts";
import { type Result, runCase } from "./run.ts";

/** What a worker is to run. */
export interface Task extends Selection {
  /** Seconds that one case may take; any number where absent. */
  readonly timeout?: number;
}

/** What a worker tells its parent: how a case ended, after which it waits for the next one, or how far it has come. */
export type Told = { readonly result: Result } | { readonly running: string; readonly steps: number } | "ready";

/** Milliseconds after which a case that runs is told of again. */
const PROGRESS = 10_000;

/**
 * Runs cases.
 *
 * @param places Places of cases in the selection, in ascending order.
 */
async function run({ timeout, ...selection }: Task, places: AsyncIterator<number>, tell: (told: Told) => void) {
  const l1 = await StateTestL1.open();
  try {
    tell("ready");
    let wanted = (await places.next()).value as number | undefined;
    let place = 0;
    for (const one of casesOf(selection)) {
      if (wanted === undefined) break;
      if (place++ !== wanted) continue;
      let last = performance.now();
      const result = await runCase(l1, one, {
        ...(timeout === undefined ? {} : { timeout }),
        onStep: (steps) => {
          if (performance.now() - last < PROGRESS) return;
          last = performance.now();
          tell({ running: one.name, steps });
        },
      });
      tell({ result });
      wanted = (await places.next()).value as number | undefined;
    }
  } finally {
    await l1.close();
  }
}

/** The numbers that the parent sends, until it sends another thing. */
async function* received(): AsyncGenerator<number> {
  for (;;) {
    const place = await new Promise<unknown>((resolve) => process.once("message", resolve));
    if (typeof place !== "number") return;
    yield place;
  }
}

if (process.send !== undefined && process.argv[1] === import.meta.filename) {
  // Its L1 ends with it.
  process.once("disconnect", () => process.exit());
  process.once("SIGTERM", () => process.exit(1));
  const task = JSON.parse(process.argv[2] ?? "") as Task;
  await run(task, received(), (told) => {
    process.send?.(told, undefined, undefined, (error) => {
      if (error !== null) process.exit(1);
    });
  });
  process.disconnect();
}
