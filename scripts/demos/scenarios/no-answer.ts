import { Parameter } from "../../../ignition/parameters.ts";
import { unresponsive } from "../../../testkit/faults.ts";
import { hashHeader } from "../../../l2/batch/header.ts";
import { passed } from "../../../agents/l1/mirror.ts";
import { batch, batchAt, duration, payday, startOver, wakeVerifier } from "../acts.ts";
import { Gate, refusal } from "../mischief.ts";
import type { Scenario } from "../scenario.ts";
import type { Stage } from "../stage.ts";

async function stakesOf({ system, cast }: Stage): Promise<bigint[]> {
  return await Promise.all(
    cast.owners.map(async ({ address }) => (await system.sequencers.sequencerOf(address)).stake),
  );
}

/** Step 11.D1: the window passes unanswered. */
export const noAnswer: Scenario = {
  name: "no-answer",
  title: "Nobody who signed a batch answers for it within 24 hours",
  prepare: () => {
    const gate = new Gate();
    return {
      setting: { behaviour: unresponsive, local: () => ({ blocks: gate }) },
      async play(stage) {
        const { story, local, memolabs } = stage;
        gate.open(stage);
        await local.verifiers[0]?.stop();
        story.chapter("Two batches reach L1, and then the data of the first is nowhere to be had");
        const hashes = await payday(stage);
        const header = await batch(stage);
        await payday(stage, 20);
        const later = await batch(stage);
        await memolabs.stop();
        gate.close();

        story.chapter("The verifier asks on L1, and waits");
        await wakeVerifier(stage);
        await stage.until(() => local.l1State.requests[hashHeader(header)] !== undefined);
        const window = await stage.parameter(Parameter.RequestWindow);
        const { inbox } = stage.system;
        await story.observe({
          steps: ["S1"],
          actor: "L1",
          read: async () => [
            await inbox.insecure(),
            await refusal(inbox.finalise.staticCall([passed(batchAt(stage, Number(header.index)))])),
          ],
          holds: ([insecure, error]) => insecure === true && error === "InboxInsecure",
          text: `refuses to finalise batch ${header.index} while the window of ${duration(window)} is open`,
        });
        const stakes = await stakesOf(stage);
        story.note(`… ${duration(window)} pass, and nothing comes …`);
        await local.advance(window + 1);
        await stage.until(() => local.l1State.condemned.length > 0);
        await story.observe({
          steps: ["11.14"],
          actor: "L1",
          read: async () => ({
            head: await inbox.head(),
            verdicts: [header, later].map((each) => local.l1State.verdicts[hashHeader(each)] !== undefined),
            left: (await stakesOf(stage)).map((stake, place) => Number((10n * stake) / (stakes[place] ?? 1n))),
          }),
          holds: ({ head, verdicts: [first, second], left }) =>
            head === header.index && first === true && second === false && left.every((share) => share < 10),
          text: ({ left }) =>
            `rolled batch ${later.index} back with it, without blame; of their stakes for batch ${header.index} its ` +
            `signers keep ${left.map((share) => `${share}0 %`).join(", ")}`,
        });

        story.chapter("The users send again, and the next sequencer submits");
        gate.open(stage);
        await startOver(stage, hashes);
      },
    };
  },
};
