import { payday, sendAgain, sendPayments } from "../acts.ts";
import { refusal } from "../mischief.ts";
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
      story.narrate(stage.name(first.owner), "stops");
      const before = stage.current.chain.head.number;
      await payday(stage, 20);
      await story.observe({
        steps: ["S2", "Q3"],
        actor: "Metis blockchain",
        read: () => ({ stopped: !first.running, blocks: stage.current.chain.head.number - before }),
        holds: ({ stopped, blocks }) => stopped && blocks > 0,
        text: ({ blocks }) => `goes on without it: ${blocks} more blocks`,
      });

      story.chapter("A second one stops: that is half of the stake");
      await second.stop();
      story.narrate(stage.name(second.owner), "stops too");
      await stage.until(async () => (await local.consensus.agent.status()).halted);
      await story.observe({
        steps: ["S2", "3.2"],
        actor: "consensus",
        to: "user 1",
        read: () => refusal(sendPayments(stage, 1)),
        holds: (message) => message?.includes("the chain is halted") === true,
        text: (message) => `tells user 1: ${message}`,
      });

      story.chapter("They come back");
      await first.restart();
      await second.restart();
      await stage.until(async () => !(await local.consensus.agent.status()).halted);
      await sendAgain(stage, []);
      await story.observe({
        steps: ["5.2"],
        actor: "peers",
        read: () => local.sequencers.map(({ chain }) => chain.head.hash),
        holds: (heads) => new Set(heads).size === 1,
        text: "all four sequencers hold the same last block",
      });
    },
  }),
};
