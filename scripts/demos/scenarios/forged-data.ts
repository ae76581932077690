import type { Wallet } from "ethers";

import { NO_POSTING } from "../../../agents/l1/mirror.ts";
import { unresponsive } from "../../../testkit/faults.ts";
import { hashHeader } from "../../../l2/batch/header.ts";
import { batch, payday, startOver, wakeVerifier } from "../acts.ts";
import { Gate, otherData } from "../mischief.ts";
import type { Scenario } from "../scenario.ts";

/** Steps 11.6 to 11.8 and 11.11 to 11.16: the sequencer answers with data that it did not commit to. */
export const forgedData: Scenario = {
  name: "forged-data",
  title: "The sequencer answers a request with forged data, and is slashed for it",
  prepare: () => {
    const gate = new Gate();
    return {
      setting: { behaviour: unresponsive, local: () => ({ blocks: gate }) },
      async play(stage) {
        const { story, local, memolabs } = stage;
        gate.open(stage);
        await local.verifiers[0]?.stop();
        story.chapter("A batch reaches L1, and then its data is nowhere to be had");
        const hashes = await payday(stage);
        const header = await batch(stage);
        await memolabs.stop();
        gate.close();

        story.chapter("The verifier asks on L1, and gets forged data");
        await wakeVerifier(stage);
        await stage.until(() => local.l1State.requests[hashHeader(header)] !== undefined);
        const offender = stage.current;
        const forged = await otherData(stage, header, (stage.cast.users[0] as Wallet).address);
        story.narrate(stage.name(offender.owner), "forges the last payment and posts the rest as it was", "L1");
        const posting = await stage.as(offender.key).disputes.post(header, NO_POSTING, forged);
        await posting.wait();
        await stage.tell();

        story.chapter("The users send again, and the next sequencer submits");
        gate.open(stage);
        await startOver(stage, hashes);
      },
    };
  },
};
