/** Which mutants are tried: the same for the same seed and sources. */
import { createHash } from "node:crypto";

import type { Mutant } from "./operators.ts";

/**
 * Draws mutants so that every file and every operator has its share: the groups of equal file and operator take turns.
 *
 * @param seed What the draw follows from.
 * @param count How many; all of them where there are fewer.
 */
export function draw(mutants: readonly Mutant[], seed: string, count: number): Mutant[] {
  const groups = new Map<string, Mutant[]>();
  for (const mutant of mutants) {
    const key = `${mutant.file} ${mutant.operator}`;
    groups.set(key, [...(groups.get(key) ?? []), mutant]);
  }
  const rank = ({ id }: Mutant): string => createHash("sha256").update(`${seed} ${id}`).digest("hex");
  const queues = [...groups.values()].map((group) =>
    group.map((mutant) => [rank(mutant), mutant] as const).sort(([first], [second]) => first.localeCompare(second)),
  );
  const drawn: Mutant[] = [];
  for (let turn = 0; drawn.length < count; turn++) {
    const round = queues.flatMap((queue) => (turn < queue.length ? [queue[turn] as readonly [string, Mutant]] : []));
    if (round.length === 0) break;
    round.sort(([first], [second]) => first.localeCompare(second));
    drawn.push(...round.slice(0, count - drawn.length).map(([, mutant]) => mutant));
  }
  return drawn;
}
