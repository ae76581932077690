import { Parameter } from "../../../ignition/parameters.ts";
import { Transitions } from "../../../agents/execution/ranges.ts";
import type { BatchHeader } from "../../../l2/batch/header.ts";
import { hashHeader } from "../../../l2/batch/header.ts";
import { toHex, ZERO_HASH } from "../../../l2/base/hex.ts";
import type { Wallet } from "ethers";
import { batch, batchAt, duration, payday, wakeVerifier } from "../acts.ts";
import { Gate, otherData, refusal } from "../mischief.ts";
import type { Scenario } from "../scenario.ts";
import type { Stage } from "../stage.ts";

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
        await answerFalsely(stage, header, offender.key);

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

/** The data that everybody committed to, but for the last payment. */
async function answerFalsely(stage: Stage, header: BatchHeader, key: Wallet): Promise<void> {
  const { chain, owner } = stage.current;
  const [first, last] = [Number(header.firstBlock), Number(header.lastBlock)];
  const stateRoots = (await chain.blocks(first, last)).flatMap((block) => block.stateRoots);
  const whole = new Transitions(header, await chain.transactions(first, last), stateRoots).range(0, stateRoots.length);
  const records = toHex(await otherData(stage, header, (stage.cast.users[0] as Wallet).address));
  const { headerHash, standing } = batchAt(stage, Number(header.index));
  const none = { signers: 0n, signatures: "0x" };
  const { disputes } = stage.as(key);
  await stage.story.observe({
    steps: ["11.8"],
    actor: stage.name(owner),
    to: "L1",
    read: () =>
      refusal(
        disputes.check.staticCall(
          header,
          { inPlace: headerHash, standing, certificate: none },
          { ...whole, records },
          "0x",
          ZERO_HASH,
        ),
      ),
    holds: (error) => error === "RangeWrongLeaves",
    text: "forges the last payment and posts the rest as it was: L1 rebuilds the MTTBR, and refuses",
  });
}
