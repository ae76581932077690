/** Compares what L1 and the reference make of a case. */
import { L1Revert, decodeRevert } from "../../../agents/common/errors.ts";
import type { Expected } from "../support/reference.ts";
import type { FuzzCase } from "./case.ts";
import type { FuzzL1 } from "./l1.ts";
import { type OpcodeCounts, type Run, runReference } from "./reference.ts";

/** What two executions of one case disagree on. */
export interface Difference {
  /** Whether L1 gives another outcome, or none. */
  readonly kind: "outcome" | "revert";
  readonly expected: string;
  readonly actual: string;
}

/** How a case went. */
export interface Comparison {
  readonly run: Run;
  readonly difference: Difference | undefined;
}

/** Runs a case in both. */
export async function compare(l1: FuzzL1, one: FuzzCase, counts?: OpcodeCounts): Promise<Comparison> {
  const run = await runReference(one, counts);
  const expected = describe(run.expected);
  let actual: string;
  try {
    actual = describe(await l1.execute(run));
  } catch (error) {
    return { run, difference: { kind: "revert", expected, actual: new L1Revert("execute", decodeRevert(error), error).message } };
  }
  return { run, difference: actual === expected ? undefined : { kind: "outcome", expected, actual } };
}

function describe(outcomes: readonly Expected[]): string {
  return outcomes
    .map(({ valid, gasUsed, stateRoot }) => (valid ? `valid, ${gasUsed} gas, root ${stateRoot}` : "invalid"))
    .join("; ");
}
