/** Compares what L1 and the reference make of a case. */
import { L1Revert, decodeRevert, messageOf } from "../../../agents/common/errors.ts";
import type { Expected } from "../support/reference.ts";
import type { FuzzCase } from "./case.ts";
import type { FuzzL1 } from "./l1.ts";
import { type Run, runReference } from "./reference.ts";

/** What two executions of one case disagree on. */
export interface Difference {
  /** Whether L1 gives another outcome, or none, or the reference itself breaks. */
  readonly kind: "outcome" | "revert" | "reference";
  readonly expected: string;
  readonly actual: string;
}

/** Runs a case in both. */
export async function compare(l1: FuzzL1, one: FuzzCase): Promise<Difference | undefined> {
  return await compareWith(l1, await runReference(one).catch((error: unknown) => new Error(messageOf(error))));
}

/** Runs on L1 what the reference has run, or has broken over. */
export async function compareWith(l1: FuzzL1, reference: Run | Error): Promise<Difference | undefined> {
  if (reference instanceof Error) return { kind: "reference", expected: reference.message, actual: "" };
  const expected = describe(reference.expected);
  try {
    const actual = describe(await l1.execute(reference));
    return actual === expected ? undefined : { kind: "outcome", expected, actual };
  } catch (error) {
    return { kind: "revert", expected, actual: new L1Revert("execute", decodeRevert(error), error).message };
  }
}

function describe(outcomes: readonly Expected[]): string {
  return outcomes
    .map(({ valid, gasUsed, stateRoot }) => (valid ? `valid, ${gasUsed} gas, root ${stateRoot}` : "invalid"))
    .join("; ");
}
