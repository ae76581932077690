import { expect } from "chai";

import { type Performance, play } from "../../scripts/demos/index.ts";
import { openPlayground } from "../../scripts/demos/network.ts";
import type { Scenario } from "../../scripts/demos/scenario.ts";
import type { Story } from "../../scripts/demos/story.ts";

const USERS = 24;
/** What every scenario shows on its way; the honest path's own test asserts it. */
const HONEST = "1 2a 2b 3 4 5 5.1 5.2 6 7 8a 8b 8c 8d 8e 8.3 9 10 11 11.1 11.2 11.3 11.3.1 Q4".split(" ");

/** Plays a scenario as a demo does, with fewer users. */
export async function perform(scenario: Scenario, performance: Performance = {}): Promise<Story> {
  const playground = await openPlayground(undefined, () => undefined);
  try {
    return await play(scenario, playground, () => undefined, { users: USERS, ...performance });
  } finally {
    await playground.connection.close();
  }
}

/** Step ids in a title, in brackets there. */
function idsIn(title = ""): string[] {
  return [...title.matchAll(/\[([\w.]+)\]/g)].map(([, id]) => id ?? "");
}

/**
 * Plays a scenario once, before the tests of the suite that calls this, and adds two tests to it: how it ends, and that
 * it shows no step which no title names.
 * @returns The body of a test: every step in the test's title was observed.
 */
export function performance(scenario: Scenario, inspect: NonNullable<Performance["inspect"]>): Mocha.Func {
  let story: Story;
  let wrong: unknown;
  before(async function () {
    this.timeout(900_000);
    const look: Performance["inspect"] = async (stage) => {
      await inspect(stage).catch((error: unknown) => (wrong = error));
    };
    story = await perform(scenario, { inspect: look });
  });
  it("ends as it should, on L1 and on the L2", () => {
    if (wrong !== undefined) throw wrong as Error;
  });
  it("shows no step that no title names", function () {
    const named = this.test?.parent?.tests.flatMap(({ title }) => idsIn(title)) ?? [];
    expect(story.steps.filter((step) => !named.includes(step) && !HONEST.includes(step))).to.deep.equal([]);
  });
  return function () {
    const ids = idsIn(this.test?.title);
    expect(ids, "ids in the title").not.to.deep.equal([]);
    expect(story.steps).to.include.members(ids);
    for (const id of ids)
      expect(story.diagram(scenario.title)).to.match(new RegExp(`[[ ]${id.replaceAll(".", "\\.")}[\\],]`));
  };
}
