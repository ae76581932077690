/** Runs many cases, one for each number that follows a seed. */
import type { FuzzCase } from "./case.ts";
import { messageOf } from "../../agents/runtime/errors.ts";
import { type Difference, compare, compareWith } from "./differ.ts";
import { generateCase } from "./generate.ts";
import type { FuzzL1 } from "./l1.ts";
import { type OpcodeCounts, type Run, runReference } from "./reference.ts";
import { shrink } from "./shrink.ts";

/** What to run: of every `of` numbers from `first` on the one at place `index`. */
export interface Share {
  readonly seed: string;
  readonly first: number;
  readonly programs: number;
  readonly index: number;
  readonly of: number;
}

/** How one case ended. */
export interface Result {
  readonly number: number;
  /** How its transactions ended: `ok`, `invalid`, or an exception. */
  readonly endings: readonly string[];
  /** What L1 and the reference disagree on, and the case cut down to what it takes for it. */
  readonly failure?: { readonly difference: Difference; readonly shrunk: FuzzCase };
}

/** The case of a number. */
export function caseOf(seed: string, number: number): FuzzCase {
  return generateCase(`${seed} ${number}`);
}

/** How many cases L1 executes at a time. */
const AT_ONCE = 3;

/**
 * Runs a share; cases that fail are cut down at once. While L1 executes some cases, the reference executes the next one.
 */
export async function* runShare(l1: FuzzL1, share: Share, counts?: OpcodeCounts): AsyncGenerator<Result> {
  const { seed, first, programs, index, of } = share;
  const running: Promise<Result>[] = [];
  for (let number = first + index; number < first + programs; number += of) {
    const one = caseOf(seed, number);
    const reference = await runReference(one, { counts }).catch((error: unknown) => new Error(messageOf(error)));
    running.push(finish(l1, number, one, reference));
    if (running.length === AT_ONCE) yield await running.shift()!;
  }
  for (const result of running) yield await result;
}

async function finish(l1: FuzzL1, number: number, one: FuzzCase, reference: Run | Error): Promise<Result> {
  const difference = await compareWith(l1, one, reference);
  const failure = difference === undefined ? {} : { failure: await minimise(l1, one, difference) };
  if (reference instanceof Error) return { number, endings: [], ...failure };
  const { expected, exceptions } = reference;
  return { number, endings: expected.map(({ valid }, at) => (valid ? ending(exceptions[at]) : "invalid")), ...failure };
}

/** Where a jump led to is no part of how it ended. */
function ending(exception: string | undefined): string {
  return exception?.replace(/ at .*/, "") ?? "ok";
}

async function minimise(l1: FuzzL1, one: FuzzCase, found: Difference): Promise<NonNullable<Result["failure"]>> {
  const shrunk = await shrink(one, async (smaller) => (await compare(l1, smaller))?.kind === found.kind);
  return { difference: (await compare(l1, shrunk)) ?? found, shrunk };
}
