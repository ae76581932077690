import type { Wallet } from "ethers";

import { ZERO_HASH } from "../../../l2/base/hex.ts";
import { type Fault, silent } from "../../../testkit/faults.ts";
import { included, sendPayments } from "../acts.ts";
import { SILENCE } from "../chronicle.ts";
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
        const { story, local, cast, chronicle } = stage;
        chronicle.meanings = SILENCE;
        story.chapter("The sequencer makes no more blocks");
        const offender = stage.current;
        const fault = faults[local.sequencers.indexOf(offender)];
        if (fault !== undefined) fault.on = true;
        const [hash = ZERO_HASH] = await sendPayments(stage, 1);
        story.say("1", "user 1", "submits a transfer", "consensus");
        await stage.beat();
        const { head } = offender.chain;
        story.say("3.1", stage.name(offender.owner), `makes no block; the blockchain stays at block ${head.number}`);

        story.chapter("Its peers certify the silence, and L1 rotates");
        await stage.until(() => stage.current.owner !== offender.owner);
        const status = await local.consensus.agent.transactionStatus(hash);
        if (status.state !== "failed") throw new Error(`The transaction is ${status.state}, expected failed.`);
        story.say("3.2", "consensus", `tells user 1: failed, ${status.reason}`, "user 1");
        const again = await sendPayments(stage, 1);
        await stage.until(() => included(stage, again));
        story.say(
          ["3.3.10", "Q8"],
          "user 1",
          `sends it again; ${stage.name(stage.current.owner)} takes it into a block`,
        );

        story.chapter("Nothing was posted, so nothing can be requested: the community votes");
        const proposer = cast.voters[0] as Wallet;
        chronicle.meanings = {
          ...SILENCE,
          ProposalCreated: ["3.3.7"],
          SequencerSlashed: ["3.3.8"],
          SequencerKicked: ["3.3.1", "3.3.8"],
        };
        const proposal = await stage
          .as(proposer)
          .governor.proposeKick(offender.owner, 1_000, proposer.address, 0, 0, "Kick the sequencer that fell silent");
        await proposal.wait();
        await chronicle.catchUp();
        await stage.vote();
      },
    };
  },
};
