import { Parameter } from "../../../ignition/parameters.ts";
import { unresponsive } from "../../../testkit/faults.ts";
import { hashHeader } from "../../../l2/batch/header.ts";
import { batch, duration, payday, startOver, wakeVerifier } from "../acts.ts";
import { Gate } from "../mischief.ts";
import type { Scenario } from "../scenario.ts";

/** Step 11.D1: the window passes unanswered. */
export const noAnswer: Scenario = {
  name: "no-answer",
  title: "The sequencer does not answer within 24 hours",
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
        await batch(stage);
        await memolabs.stop();
        gate.close();

        story.chapter("The verifier asks on L1, and waits");
        await wakeVerifier(stage);
        await stage.until(() => local.l1State.requests[hashHeader(header)] !== undefined);
        const window = await stage.parameter(Parameter.RequestWindow);
        story.say("S1", "L1", `finalises nothing while the window of ${duration(window)} is open`);
        story.note(`… ${duration(window)} pass, and nothing comes …`);
        await local.advance(window + 1);
        await local.verifiers[0]?.tick();
        await stage.chronicle.catchUp();
        story.say("11.14", "L1", "rolled batch 2 back with it, without blame");

        story.chapter("The users send again, and the next sequencer submits");
        gate.open(stage);
        await startOver(stage, hashes);
      },
    };
  },
};
