import type { Wallet } from "ethers";

import { NO_CERTIFICATE } from "../../../agents/l1/certificate.ts";
import { BATCH_STATUS } from "../../../agents/l1/standing.ts";
import { NO_COMPENSATION } from "../../../testkit/governance.ts";
import { type Fault, silent } from "../../../testkit/faults.ts";
import { payday, sendAgain, sendPayments } from "../acts.ts";
import { nextBatch, postAlone, withFalseRoots } from "../mischief.ts";
import type { Scenario } from "../scenario.ts";

/** Steps 3.3 to 3.3.6b.3: the current sequencer posts a batch alone; L1 recomputes it, and finds it false, then right. */
export const fakeBatch: Scenario = {
  name: "fake-batch",
  title: "The sequencer posts a batch alone: L1 recomputes it, once false and once right",
  prepare: () => {
    const faults: Fault[] = [];
    return {
      setting: {
        behaviour: (place) => silent((faults[place] = { on: false })),
      },
      async play(stage) {
        const { story, local, cast } = stage;
        story.chapter("A batch without a certificate, whose roots come from nowhere");
        await payday(stage);
        await local.submitter?.stop();
        const offender = stage.current;
        const forged = withFalseRoots(await nextBatch(stage), 0);
        await postAlone(stage, forged);
        // Memolabs takes what stands on L1; without the false roots nobody could show where they are false.
        await local.storage.put(forged.object, {
          header: forged.header,
          certificate: NO_CERTIFICATE,
        });
        await stage.until(() => local.l1State.condemned.length === 1);
        if (stage.current.owner === offender.owner) throw new Error("The offender is still the current sequencer.");
        await sendAgain(stage, ["3.3.6a.3", "3.3.6a.4"]);

        story.chapter("A batch without a certificate, whose roots are right");
        const signaller = stage.current;
        const right = await nextBatch(stage);
        await postAlone(stage, right);
        await stage.until(() => local.l1State.batches[1]?.standing.status === BATCH_STATUS.recomputed);

        story.chapter("The sequencer that could not go on is rotated");
        const fault = faults[local.sequencers.indexOf(signaller)];
        if (fault !== undefined) fault.on = true;
        await sendPayments(stage, 1);
        await stage.until(() => stage.current.owner !== signaller.owner);
        await sendAgain(stage, ["3.3.6b.2", "3.3.6b.3"]);

        story.chapter("The community votes to kick the sequencer that posted alone");
        const proposer = cast.voters[0] as Wallet;
        const text = "Kick the sequencer that posted a batch without a certificate";
        const { governor } = stage.as(proposer);
        await (await governor.proposeKick(signaller.owner, 1_000, NO_COMPENSATION, text)).wait();
        await stage.vote();
      },
    };
  },
};
