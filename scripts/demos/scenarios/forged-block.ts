import { ZERO_HASH } from "../../../l2/base/hex.ts";
import { type Fault, forging } from "../../../testkit/faults.ts";
import { included, payday, sendPayments } from "../acts.ts";
import { SILENCE } from "../chronicle.ts";
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
        const { story, local, chronicle } = stage;
        chronicle.meanings = SILENCE;
        story.chapter("Blocks are good at first");
        await payday(stage);

        story.chapter("Then the sequencer forges one");
        const offender = stage.current;
        const fault = faults[local.sequencers.indexOf(offender)];
        if (fault !== undefined) fault.on = true;
        const hashes = await sendPayments(stage, 1);
        await stage.until(() => local.consensus.agent.reports.length > 0);
        const [report] = local.consensus.agent.reports;
        story.say(
          "S3",
          stage.name(offender.owner),
          "signs a block with a false state root and sends it round",
          "peers",
        );
        story.say(["3", "S3"], stage.name(report?.from ?? ""), `refuses it: ${report?.reason ?? ""}`, "consensus");

        story.chapter("No block that counts is no block: it is rotated");
        await stage.until(() => stage.current.owner !== offender.owner);
        const status = await local.consensus.agent.transactionStatus(hashes[0] ?? ZERO_HASH);
        story.say("3.2", "consensus", `tells user 1 that the transaction is ${status.state}`, "user 1");
        const again = await sendPayments(stage, 1);
        await stage.until(() => included(stage, again));
        story.say(
          ["3.3.10", "Q8"],
          "user 1",
          `sends it again; ${stage.name(stage.current.owner)} takes it into a block`,
        );
      },
    };
  },
};
