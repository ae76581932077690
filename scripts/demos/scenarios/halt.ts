import { messageOf } from "../../../agents/runtime/errors.ts";
import { included, payday, sendPayments } from "../acts.ts";
import type { Scenario } from "../scenario.ts";

/** S2: more than a third of the stake stops, and comes back. */
export const halt: Scenario = {
  name: "halt",
  title: "More than a third of the sequencers stop, and come back",
  prepare: () => ({
    setting: {},
    async play(stage) {
      const { story, local } = stage;
      story.chapter("One of four sequencers stops: nothing happens");
      await payday(stage);
      const [first, second] = local.sequencers.filter(({ owner }) => owner !== stage.current.owner);
      if (first === undefined || second === undefined) throw new Error("Expected three other sequencers.");
      await first.stop();
      story.say(["S2", "Q3"], stage.name(first.owner), "stops");
      await payday(stage, 20);

      story.chapter("A second one stops: that is half of the stake");
      await second.stop();
      story.say("S2", stage.name(second.owner), "stops too");
      await stage.until(async () => (await local.consensus.agent.status()).halted);
      const refusal = await sendPayments(stage, 1).then(
        () => undefined,
        (error: unknown) => messageOf(error),
      );
      if (refusal === undefined) throw new Error("The halted chain took a transaction.");
      story.say(["S2", "3.2"], "consensus", `tells user 1: ${refusal}`, "user 1");

      story.chapter("They come back");
      await first.restart();
      await second.restart();
      await stage.until(async () => !(await local.consensus.agent.status()).halted);
      story.say("S2", "Metis blockchain", "runs again: two thirds of the stake are there");
      const hashes = await sendPayments(stage, 1);
      await stage.until(() => included(stage, hashes));
      story.say(["Q8", "5.2"], "user 1", "sends her transaction again; all four sequencers have it in the same block");
    },
  }),
};
