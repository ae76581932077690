/** Compares what L1 and the reference make of a case. */
import { messageOf } from "../../agents/runtime/errors.ts";
import { L1Revert, decodeRevert } from "../../agents/l1/reverts.ts";
import type { Expected } from "../../testkit/execution/reference.ts";
import type { FuzzCase } from "./case.ts";
import { Dice } from "./dice.ts";
import type { FuzzL1 } from "./l1.ts";
import { type Run, runReference } from "./reference.ts";
import { inSessions } from "./sessions.ts";

/** What two executions of one case disagree on. */
export interface Difference {
  /** Whether L1 gives another outcome, or none, or the reference itself breaks. */
  readonly kind: "outcome" | "revert" | "session" | "reference";
  readonly expected: string;
  readonly actual: string;
}

/** Runs a case in both. */
export async function compare(l1: FuzzL1, one: FuzzCase): Promise<Difference | undefined> {
  return await compareWith(l1, one, await runReference(one).catch((error: unknown) => new Error(messageOf(error))));
}

/** Runs on L1 what the reference has run, or has broken over. */
export async function compareWith(
  l1: FuzzL1,
  { session }: FuzzCase,
  reference: Run | Error,
): Promise<Difference | undefined> {
  if (reference instanceof Error) return { kind: "reference", expected: reference.message, actual: "" };
  const expected = describe(reference.expected);
  try {
    const actual = describe(await l1.execute(reference));
    if (actual !== expected) return { kind: "outcome", expected, actual };
  } catch (error) {
    return { kind: "revert", expected, actual: reasonOf(error) };
  }
  if (session === undefined) return undefined;
  const actual = await inSessions(l1, reference, new Dice(session)).then(describe, reasonOf);
  return actual === expected ? undefined : { kind: "session", expected, actual };
}

function reasonOf(error: unknown): string {
  return new L1Revert("L1", decodeRevert(error), error).message;
}

function describe(outcomes: readonly Expected[]): string {
  return outcomes
    .map(({ valid, gasUsed, stateRoot }) => (valid ? `valid, ${gasUsed} gas, root ${stateRoot}` : "invalid"))
    .join("; ");
}
