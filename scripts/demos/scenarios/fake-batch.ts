import type { Wallet } from "ethers";

import { submitUnattested } from "../../../agents/sequencer/unattested.ts";
import type { Batch } from "../../../l2/batch/build.ts";
import { hashHeader } from "../../../l2/batch/header.ts";
import { type Fault, silent } from "../../../testkit/faults.ts";
import { headerAt, included, payday, sendPayments } from "../acts.ts";
import { FAKE_BATCH } from "../chronicle.ts";
import { nextBatch, withFalseRoots } from "../mischief.ts";
import type { Scenario } from "../scenario.ts";
import type { Stage } from "../stage.ts";

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
        const { story, local, chronicle } = stage;
        chronicle.meanings = FAKE_BATCH;
        story.chapter("A batch without a certificate, whose roots come from nowhere");
        await payday(stage);
        await local.submitter?.stop();
        const offender = stage.current;
        await postAlone(stage, withFalseRoots(await nextBatch(stage), 0));
        await stage.until(() => local.l1State.condemned.length === 1);
        if (stage.current.owner === offender.owner) throw new Error("The offender is still the current sequencer.");
        await resend(stage, "3.3.6a.3", "3.3.6a.4");

        story.chapter("A batch without a certificate, whose roots are right");
        const signaller = stage.current;
        const right = await nextBatch(stage);
        await postAlone(stage, right);
        await request(stage, right);
        await stage.until(() => local.l1State.batches[1]?.confirmed === true);

        story.chapter("The sequencer that could not go on is rotated");
        chronicle.meanings = { ...FAKE_BATCH, SequencerRotated: ["3.3.6b.2"] };
        const fault = faults[local.sequencers.indexOf(signaller)];
        if (fault !== undefined) fault.on = true;
        await sendPayments(stage, 1);
        await stage.until(() => stage.current.owner !== signaller.owner);
        await resend(stage, "3.3.6b.2", "3.3.6b.3");
      },
    };
  },
};

async function postAlone(stage: Stage, batch: Batch): Promise<void> {
  const { local } = stage;
  const parent = headerAt(stage, local.l1State.head - 1);
  const { l1 } = local;
  await submitUnattested({ ...batch, parent }, { l1, transactions: stage.current.transactions });
  await local.look();
  await stage.chronicle.catchUp();
}

/** A second verifier asks for the data of a batch that it cannot fault (3.3.2). */
async function request(stage: Stage, { header }: Batch): Promise<void> {
  const { disputes } = stage.as(stage.cast.verifiers[1] as Wallet);
  const sent = await disputes.requestData(header, { value: await disputes.requestFee(header) });
  await sent.wait();
  if (stage.local.l1State.requests[hashHeader(header)] !== undefined) throw new Error("It was requested before.");
  await stage.chronicle.catchUp();
}

/** A user sends again, and it works. */
async function resend(stage: Stage, step: string, enabled: string): Promise<void> {
  // Her wallet asks the node for the nonce, and the node has to have heard of it all.
  await stage.beat();
  const hashes = await sendPayments(stage, 1);
  await stage.until(() => included(stage, hashes));
  stage.story.say([step, "Q8"], "user 1", "sends her transaction again");
  stage.story.say(enabled, "Metis blockchain", `runs again: ${stage.name(stage.current.owner)} took it into a block`);
}
