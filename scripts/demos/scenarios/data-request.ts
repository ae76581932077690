import { type Wallet, parseEther } from "ethers";

import { type BatchHeader, hashHeader } from "../../../l2/batch/header.ts";
import { ZERO_HASH } from "../../../l2/base/hex.ts";
import { transitionWitness } from "../../../l2/execution/witness.ts";
import { placeOf } from "../../../agents/execution/checker.ts";
import { Transitions } from "../../../agents/execution/ranges.ts";
import { TERM_LIMIT } from "../../../agents/l1/rotations.ts";
import { batch, batchAt, payday, wakeVerifier } from "../acts.ts";
import { Gate, refusal } from "../mischief.ts";
import type { Scenario } from "../scenario.ts";
import type { Stage } from "../stage.ts";

/** Steps 9.2, 9.3 and 11.6 to 11.10.3.4: data is withheld, posted on L1 when asked for, and right. */
export const dataRequest: Scenario = {
  name: "data-request",
  title: "Data is withheld, posted when L1 asks, and right: governance kicks the sequencer",
  prepare: () => {
    const gate = new Gate();
    const kick = { slashShare: 1_000, compensation: parseEther("200") };
    return {
      setting: { local: () => ({ blocks: gate, verifierOptions: { kick } }) },
      async play(stage) {
        const { story, local, memolabs } = stage;
        gate.open(stage);
        await local.verifiers[0]?.stop();
        story.chapter("A batch reaches L1, and then its data is nowhere to be had");
        await payday(stage);
        const header = await batch(stage);
        const headerHash = hashHeader(header);
        await memolabs.stop();
        gate.close();
        story.narrate(stage.name(header.sequencer), "keeps the data: neither Memolabs nor the blockchain gives it");

        story.chapter("The verifier asks on L1");
        await wakeVerifier(stage);
        await stage.until(() => local.l1State.requests[headerHash]?.phase === "answered");
        await stage.until(() => local.verifiers[0]?.agent.finding(headerHash)?.proposed === true);

        story.chapter("The verifier may still prove a fraud: L1 executes what it submits, and finds none");
        await tryFraudProof(stage, header);

        story.chapter("The community votes");
        // Quiet terms end every day; the vote is carried out in one of the offender's, where L1 rotates it at once.
        await stage.vote({ ripe: () => termOf(stage, header.sequencer) });
      },
    };
  },
};

/** Lets terms pass until a sequencer's begins; the consensus layer ends those that are over. */
async function termOf({ local, system }: Stage, sequencer: string): Promise<void> {
  for (let days = 0; days < 100; days++) {
    if ((await system.sequencers.term()).sequencer === sequencer) return;
    await local.advance(TERM_LIMIT);
    await local.consensus.agent.tick();
  }
  throw new Error(`${sequencer} was not drawn in 100 days.`);
}

/** L1 takes a fraud proof of a batch that it has recomputed, and judges it: there is no fraud in this one (11.10.3.4). */
async function tryFraudProof(stage: Stage, header: BatchHeader): Promise<void> {
  const { chain } = stage.current;
  const [first, last] = [Number(header.firstBlock), Number(header.lastBlock)];
  const transactions = await chain.transactions(first, last);
  const stateRoots = (await chain.blocks(first, last)).flatMap((block) => block.stateRoots);
  const range = new Transitions(header, transactions, stateRoots).range(0, 1);
  const witness = await transitionWitness(stage.config, chain.states, header.preStateRoot, transactions.slice(0, 1));
  const place = placeOf(batchAt(stage, Number(header.index)));
  const { disputes, inbox } = stage.as(stage.cast.verifiers[0] as Wallet);
  await stage.story.observe({
    steps: ["11.10.3.4"],
    actor: "verifier 1",
    to: "L1",
    read: async () => ({
      open: (await inbox.finalised()) <= header.index,
      refusal: await refusal(disputes.check.staticCall(header, place, range, witness, ZERO_HASH)),
    }),
    holds: ({ open, refusal: error }) => open && error === "FraudNotFound",
    text: "tries a fraud proof of the batch: L1 executes the transaction and finds no fraud",
  });
}
