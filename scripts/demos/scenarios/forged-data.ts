import { Parameter } from "../../../ignition/parameters.ts";
import { hashHeader } from "../../../l2/batch/header.ts";
import { batch, batchAt, duration, payday, wakeVerifier } from "../acts.ts";
import { answerFalsely, Gate } from "../mischief.ts";
import type { Scenario } from "../scenario.ts";

/** Steps 11.6 to 11.10.2: the sequencer has nothing but forged data to answer with, and another one answers. */
export const forgedData: Scenario = {
  name: "forged-data",
  title: "L1 takes no forged answer: another sequencer answers, and is repaid",
  prepare: () => {
    const gate = new Gate();
    return {
      setting: { local: () => ({ blocks: gate }) },
      async play(stage) {
        const { story, local, memolabs } = stage;
        gate.open(stage);
        await local.verifiers[0]?.stop();
        story.chapter("A batch reaches L1, and then its data is nowhere to be had");
        await payday(stage);
        const header = await batch(stage);
        const offender = stage.current;
        await local.answerers[local.sequencers.indexOf(offender)]?.stop();
        await memolabs.stop();
        gate.close();

        story.chapter("The verifier asks on L1, and the sequencer answers with forged data");
        await wakeVerifier(stage);
        await stage.until(() => local.l1State.requests[hashHeader(header)] !== undefined);
        const blocks = await stage.current.chain.blocks(Number(header.firstBlock), Number(header.lastBlock));
        await answerFalsely(stage, { header, stateRoots: blocks.flatMap(({ stateRoots }) => stateRoots) });

        const window = await stage.parameter(Parameter.RequestWindow);
        story.chapter(`After ${duration(window / 24)} the others step in, one after the other`);
        await stage.until(() => local.l1State.requests[hashHeader(header)]?.phase === "answered", {
          seconds: window / 2,
          step: 300,
        });
        await stage.beat();
        await story.observe({
          steps: ["11.10.1"],
          actor: "L1",
          read: () => ({ batch: batchAt(stage, Number(header.index)).headerHash, condemned: local.l1State.condemned }),
          holds: (found) => found.batch === hashHeader(header) && found.condemned.length === 0,
          text: `keeps batch ${header.index}: what the sequencer tried rolled nothing back`,
        });
      },
    };
  },
};
