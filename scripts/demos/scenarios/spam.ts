import type { Wallet } from "ethers";

import { Stake } from "../../../agents/sequencer/stake.ts";
import { hashHeader } from "../../../l2/batch/header.ts";
import type { BatchHeader } from "../../../l2/batch/header.ts";
import { batch, payday } from "../acts.ts";
import { refusal } from "../mischief.ts";
import type { Scenario } from "../scenario.ts";
import type { Stage } from "../stage.ts";

const NEEDLESS = 3;
const FEW = 10;

/** Steps 11.6.1 to 11.6.4: a verifier asks for data that everybody can have, again and again. */
export const spam: Scenario = {
  name: "spam",
  title: "A verifier spams requests: a vote bans it, and compensates the sequencer",
  prepare: () => ({
    setting: {},
    async play(stage) {
      const { story, local, cast } = stage;
      const spammer = cast.verifiers[1] as Wallet;
      story.chapter("Verifier 2 requests data that Memolabs has");
      for (let count = 0; count < NEEDLESS; count++) {
        await payday(stage, count === 0 ? cast.users.length : FEW);
        const header = await batch(stage);
        await request(stage, spammer, header);
        await stage.until(() => local.l1State.requests[hashHeader(header)]?.phase === "answered");
      }

      story.chapter("The sequencer proposes to ban it, and the community votes");
      const { term } = local.l1State;
      const owner = stage.ownerOf(stage.current).connect(stage.playground.provider);
      // What it cost to answer one of them: the fee that was paid for it, which the treasury has.
      const answered = Object.values(local.l1State.requests).find(({ header }) => header.sequencer === owner.address);
      if (answered === undefined) throw new Error("Nobody requested a batch of the current sequencer.");
      const text = "Ban verifier 2: it requests data that everybody has";
      const complaint = new Stake({ l1: local.l1, transactions: local.manager(owner) });
      await complaint.proposeBan(spammer.address, answered.headerHash, answered.fee, text);
      await stage.tell();
      await payday(stage, FEW);
      const last = await batch(stage);
      await stage.vote(async () => {
        await request(stage, spammer, last);
      });

      await stage.until(() => local.l1State.requests[hashHeader(last)]?.phase === "answered");
      await story.observe({
        steps: ["11.6.4"],
        actor: stage.name(last.sequencer),
        read: () => local.l1State.requests[hashHeader(last)],
        holds: (found) => found?.phase === "answered" && found.requester === spammer.address,
        text: `has answered the request of verifier 2 for batch ${last.index}, which stood`,
      });

      story.chapter("Everybody else goes on, and verifier 2 can request nothing more");
      await payday(stage, FEW);
      const next = await batch(stage);
      await stage.beat();
      const { disputes } = stage.as(spammer);
      const value = await disputes.requestFee(next);
      await story.observe({
        steps: ["11.6.2"],
        actor: "L1",
        to: "verifier 2",
        read: () => refusal(disputes.requestData.staticCall(next, { value })),
        holds: (error) => error === "RequestNotVerifier",
        text: `refuses the request of verifier 2 for batch ${next.index}`,
      });
      await story.observe({
        steps: ["11.6.3"],
        actor: "verifier 1",
        read: () => [local.verifiers[0]?.agent.finding(hashHeader(next))?.verdict, local.l1State.term.number],
        holds: ([verdict, number]) => verdict === "right" && number === term.number,
        text: ([verdict]) => `finds batch ${next.index} ${verdict}; no rotation followed`,
      });
    },
  }),
};

async function request(stage: Stage, spammer: Wallet, header: BatchHeader): Promise<void> {
  const { disputes } = stage.as(spammer);
  await (await disputes.requestData(header, { value: await disputes.requestFee(header) })).wait();
  // The community looks whether the data could be had, as soon as it is requested.
  for (const voter of stage.local.voters) await voter.tick();
  await stage.tell();
}
