import { expect } from "chai";

import { type Performance, play } from "../../scripts/demos/index.ts";
import { openPlayground } from "../../scripts/demos/network.ts";
import type { Scenario } from "../../scripts/demos/scenario.ts";

const USERS = 24;

/** Plays a scenario as a demo does, with fewer users, and expects every one of these steps to have been told. */
export async function perform(
  scenario: Scenario,
  steps: readonly string[],
  inspect: NonNullable<Performance["inspect"]>,
): Promise<void> {
  const playground = await openPlayground(undefined, () => undefined);
  try {
    const story = await play(scenario, playground, () => undefined, { users: USERS, inspect });
    expect(story.steps).to.include.members([...steps]);
    const diagram = story.diagram(scenario.title);
    for (const step of steps) expect(diagram).to.match(new RegExp(`[[ ]${step.replaceAll(".", "\\.")}[\\],]`));
  } finally {
    await playground.connection.close();
  }
}
