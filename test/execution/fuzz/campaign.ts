/** Runs many cases, one for each number that follows a seed. */
import type { FuzzCase } from "./case.ts";
import { type Difference, compare } from "./differ.ts";
import { generateCase } from "./generate.ts";
import type { FuzzL1 } from "./l1.ts";
import type { OpcodeCounts } from "./reference.ts";
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

/** Runs a share, one case after the other; cases that fail are cut down at once. */
export async function* runShare(l1: FuzzL1, share: Share, counts?: OpcodeCounts): AsyncGenerator<Result> {
  const { seed, first, programs, index, of } = share;
  for (let number = first + index; number < first + programs; number += of) {
    const one = caseOf(seed, number);
    const { run, difference } = await compare(l1, one, counts);
    const endings = run.expected.map(({ valid }, place) => (valid ? ending(run.exceptions[place]) : "invalid"));
    if (difference === undefined) yield { number, endings };
    else yield { number, endings, failure: await minimise(l1, one, difference) };
  }
}

/** Where a jump led to is no part of how it ended. */
function ending(exception: string | undefined): string {
  return exception?.replace(/ at .*/, "") ?? "ok";
}

async function minimise(l1: FuzzL1, one: FuzzCase, found: Difference): Promise<NonNullable<Result["failure"]>> {
  const shrunk = await shrink(one, async (smaller) => {
    const difference = await differenceOf(l1, smaller);
    return difference !== undefined && difference.kind === found.kind;
  });
  return { difference: (await differenceOf(l1, shrunk)) ?? found, shrunk };
}

/** Cutting down makes cases that mean nothing: where the reference refuses one, it shows no difference. */
async function differenceOf(l1: FuzzL1, one: FuzzCase): Promise<Difference | undefined> {
  try {
    return (await compare(l1, one)).difference;
  } catch {
    return undefined;
  }
}
