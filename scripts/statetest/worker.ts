/** A process that runs every n-th case of a selection, and tells its parent how each of them ended. */
import { type Selection, casesOf } from "./cases.ts";
import { StateTestL1 } from "./l1.ts";
import { type Result, runCase } from "./run.ts";

/** What a worker is to run: of every `of` cases the one at place `index`. */
export interface Share extends Selection {
  readonly index: number;
  readonly of: number;
  /** Seconds that one case may take. */
  readonly timeout: number;
}

/** Runs a share, one case after the other. */
export async function* runShare({ index, of, timeout, ...selection }: Share): AsyncGenerator<Result> {
  const l1 = await StateTestL1.open();
  try {
    let place = 0;
    for (const one of casesOf(selection)) if (place++ % of === index) yield await runCase(l1, one, timeout);
  } finally {
    await l1.close();
  }
}

if (process.send !== undefined && process.argv[1] === import.meta.filename) {
  // Its L1 ends with it.
  process.once("disconnect", () => process.exit());
  process.once("SIGTERM", () => process.exit(1));
  const share = JSON.parse(process.argv[2] ?? "") as Share;
  for await (const result of runShare(share)) {
    process.send(result, undefined, undefined, (error) => {
      if (error !== null) process.exit(1);
    });
  }
  process.disconnect();
}
