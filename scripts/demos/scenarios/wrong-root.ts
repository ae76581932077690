import { hashHeader } from "../../../l2/batch/header.ts";
import { payday, startOver, wakeVerifier } from "../acts.ts";
import { submitFalseRoots } from "../mischief.ts";
import type { Scenario } from "../scenario.ts";

/** Steps 11.3 to 11.5 and 11.11 to 11.16: a quorum certifies a false state root, and one call proves it. */
export const wrongRoot: Scenario = {
  name: "wrong-root",
  title: "A colluding quorum certifies a false state root: one call on L1 proves the fraud",
  prepare: () => ({
    setting: {},
    async play(stage) {
      const { story, local } = stage;
      await local.verifiers[0]?.stop();
      story.chapter("Users pay each other, and three of four sequencers collude");
      const hashes = await payday(stage);
      const { forged } = await submitFalseRoots(stage, ({ transactions }) => Math.floor((2 * transactions.length) / 3));

      story.chapter("The verifier downloads the data and re-executes it");
      await wakeVerifier(stage);
      await stage.until(() => local.l1State.condemned.length > 0);
      const finding = local.verifiers[0]?.agent.finding(hashHeader(forged.header));
      if (finding?.verdict !== "wrong") throw new Error(`The verifier found "${finding?.verdict}".`);
      await stage.tell();

      story.chapter("The users send again, and the next sequencer submits a true batch");
      await local.submitter?.restart();
      await startOver(stage, hashes);
    },
  }),
};
