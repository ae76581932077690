import { parseEther } from "ethers";

import { hashHeader } from "../../../l2/batch/header.ts";
import { batch, payday, wakeVerifier } from "../acts.ts";
import { DISPUTE } from "../chronicle.ts";
import { Gate } from "../mischief.ts";
import type { Scenario } from "../scenario.ts";

/** Steps 9.2, 9.3 and 11.6 to 11.10.3.4: data is withheld, posted on L1 when asked for, and right. */
export const dataRequest: Scenario = {
  name: "data-request",
  title: "Data is withheld, posted when L1 asks, and right: governance kicks the sequencer",
  prepare: () => {
    const gate = new Gate();
    const kick = { slashShare: 2_000, compensation: parseEther("1000") };
    return {
      setting: { local: () => ({ blocks: gate, verifierOptions: { kick } }) },
      async play(stage) {
        const { story, local, memolabs, chronicle } = stage;
        gate.open(stage);
        await local.verifiers[0]?.stop();
        story.chapter("A batch reaches L1, and then its data is nowhere to be had");
        await payday(stage);
        const header = await batch(stage);
        const headerHash = hashHeader(header);
        await memolabs.stop();
        gate.close();
        story.say("9.2", stage.name(header.sequencer), "keeps the data: neither Memolabs nor the blockchain gives it");

        story.chapter("The verifier asks on L1");
        chronicle.meanings = { ...DISPUTE, ProposalCreated: ["11.10.3"] };
        await wakeVerifier(stage);
        await stage.until(() => local.l1State.requests[headerHash]?.phase === "answered");
        await stage.until(() => local.verifiers[0]?.agent.finding(headerHash)?.proposed === true);

        story.chapter("The community votes");
        chronicle.meanings = {
          ...DISPUTE,
          SequencerKicked: ["11.10.3.1"],
          SequencerSlashed: ["11.10.3.1"],
          Granted: ["11.10.3.2"],
          SequencerRotated: ["11.10.3.3"],
        };
        await stage.vote();

        const finding = local.verifiers[0]?.agent.finding(headerHash)?.verdict;
        story.say(
          "11.10.3.4",
          "verifier 1",
          `could still prove a fraud; with the data at hand, its finding is "${finding}"`,
        );
      },
    };
  },
};
