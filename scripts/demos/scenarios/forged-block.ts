import { type Fault, forging } from "../../../testkit/faults.ts";
import { recoverProducer } from "../../../l2/protocol/block.ts";
import { hearOfFailure, payday, sendAgain, sendPayments } from "../acts.ts";
import type { Scenario } from "../scenario.ts";

/** S3: the sequencer signs a block with a false state root; its peers re-execute it, and refuse. */
export const forgedBlock: Scenario = {
  name: "forged-block",
  title: "A forged block is refused by its peers",
  prepare: () => {
    const faults: Fault[] = [];
    return {
      setting: { behaviour: (place) => forging((faults[place] = { on: false })) },
      async play(stage) {
        const { story, local } = stage;
        story.chapter("Blocks are good at first");
        await payday(stage);

        story.chapter("Then the sequencer forges one");
        const offender = stage.current;
        const fault = faults[local.sequencers.indexOf(offender)];
        if (fault !== undefined) fault.on = true;
        const hashes = await sendPayments(stage, 1);
        await stage.until(() => local.consensus.agent.reports.length > 0);
        await story.observe({
          steps: ["S3"],
          actor: "consensus",
          read: () => {
            const { reports } = local.consensus.agent;
            return reports.map(({ block }) => recoverProducer(stage.config, block.hash, block.signature));
          },
          holds: (signers) => signers.every((signer) => signer === offender.key.address),
          text: (signers) =>
            `has ${signers.length} reports of a block with a false state root; ${stage.name(offender.owner)} signed it`,
        });

        story.chapter("No block that counts is no block: it is rotated");
        await stage.until(() => stage.current.owner !== offender.owner);
        await hearOfFailure(stage, hashes);
        await sendAgain(stage, ["3.3.10"]);
      },
    };
  },
};
