import type { Wallet } from "ethers";

import { NO_COMPENSATION } from "../../../testkit/governance.ts";
import { type Fault, silent } from "../../../testkit/faults.ts";
import { hearOfFailure, sendAgain, sendPayments } from "../acts.ts";
import type { Scenario } from "../scenario.ts";

/** Steps 3.1, 3.2 and 3.3.7 to 3.3.10: the sequencer stops; its peers rotate it out, and a vote punishes it. */
export const silentSequencer: Scenario = {
  name: "silent-sequencer",
  title: "The sequencer stops: rotated after a minute, punished by a vote",
  prepare: () => {
    const faults: Fault[] = [];
    return {
      setting: { behaviour: (place) => silent((faults[place] = { on: false })) },
      async play(stage) {
        const { story, local, cast } = stage;
        story.chapter("The sequencer makes no more blocks");
        const offender = stage.current;
        const fault = faults[local.sequencers.indexOf(offender)];
        if (fault !== undefined) fault.on = true;
        const hashes = await sendPayments(stage, 1);
        story.narrate("user 1", "submits a transfer", "consensus");
        const { number } = offender.chain.head;

        story.chapter("Its peers certify the silence, and L1 rotates");
        await stage.until(() => stage.current.owner !== offender.owner);
        await story.observe({
          steps: ["3.1"],
          actor: "Metis blockchain",
          read: () => local.sequencers.map(({ chain }) => chain.head.number),
          holds: (heads) => heads.every((head) => head === number),
          text: `got no block meanwhile: every sequencer is at block ${number} still`,
        });
        await hearOfFailure(stage, hashes);
        await sendAgain(stage, ["3.3.10"]);

        story.chapter("Nothing was posted, so nothing can be requested: the community votes");
        const proposer = cast.voters[0] as Wallet;
        const proposal = await stage
          .as(proposer)
          .governor.proposeKick(offender.owner, 1_000, NO_COMPENSATION, "Kick the sequencer that fell silent");
        await proposal.wait();
        await stage.vote();
      },
    };
  },
};
