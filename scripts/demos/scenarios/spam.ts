import { type Wallet, parseEther } from "ethers";

import { Stake } from "../../../agents/sequencer/stake.ts";
import { hashHeader } from "../../../l2/batch/header.ts";
import type { BatchHeader } from "../../../l2/batch/header.ts";
import { passed } from "../../../agents/l1/mirror.ts";
import { batch, batchAt, payday, request } from "../acts.ts";
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
        await ask(stage, spammer, header);
        await stage.until(() => local.l1State.requests[hashHeader(header)]?.phase === "answered");
      }

      story.chapter("The sequencer proposes to ban it, and the community votes");
      const owner = stage.ownerOf(stage.current).connect(stage.playground.provider);
      // What it cost to answer one of them: the fee that was paid for it, which the treasury has.
      const answered = Object.values(local.l1State.requests).find(({ header }) => header.sequencer === owner.address);
      if (answered === undefined) throw new Error("Nobody requested a batch of the current sequencer.");
      const text = "Ban verifier 2: it requests data that everybody has";
      const complaint = new Stake({ l1: local.l1, transactions: local.manager(owner) });
      await complaint.proposeBan(spammer.address, answered.headerHash, answered.fee, text);
      await stage.tell();
      const last: BatchHeader[] = [];
      await stage.vote({
        queued: async () => {
          await payday(stage, FEW);
          last.push(await batch(stage));
        },
        ripe: async () => {
          for (const header of last) await ask(stage, spammer, header);
        },
      });
      for (const header of last) await observeAnswer(stage, spammer, header);

      const { verifiers } = stage.system;
      const [banned] = await verifiers.queryFilter(verifiers.filters.VerifierBanned(spammer.address));
      const ban = banned?.transactionHash ?? "";
      story.chapter("Everybody else goes on, and verifier 2 can request nothing more");
      await payday(stage, FEW);
      const next = await batch(stage);
      await stage.beat();
      const { disputes } = stage.as(spammer);
      const value = parseEther("1");
      await story.observe({
        steps: ["11.6.2"],
        actor: "L1",
        to: "verifier 2",
        read: () => refusal(disputes.requestData.staticCall([passed(batchAt(stage, Number(next.index)))], { value })),
        holds: (error) => error === "RequestNotVerifier",
        text: `refuses the request of verifier 2 for batch ${next.index}`,
      });
      await story.observe({
        steps: ["11.6.3"],
        actor: "verifier 1",
        read: async () => [
          local.verifiers[0]?.agent.finding(hashHeader(next))?.verdict,
          await rotationWith(stage, ban),
        ],
        holds: ([verdict, rotation]) => ban !== "" && verdict === "right" && rotation === false,
        text: ([verdict]) => `finds batch ${next.index} ${verdict}; the ban rotated nobody out`,
      });
    },
  }),
};

/** Whether a transaction rotated a sequencer out. */
async function rotationWith({ system, local }: Stage, hash: string): Promise<boolean> {
  const receipt = await local.l1.provider.getTransactionReceipt(hash);
  const logs = receipt?.logs ?? [];
  return logs.some((log) => system.sequencers.interface.parseLog(log)?.name === "SequencerRotated");
}

/** A request that was made in time is answered, whoever made it (11.6.4). */
async function observeAnswer(stage: Stage, spammer: Wallet, header: BatchHeader): Promise<void> {
  const { story, local } = stage;
  await stage.until(() => local.l1State.requests[hashHeader(header)]?.phase === "answered");
  await story.observe({
    steps: ["11.6.4"],
    actor: stage.name(header.sequencer),
    read: () => local.l1State.requests[hashHeader(header)],
    holds: (found) => found?.phase === "answered" && found.requester === spammer.address,
    text: `has answered the request of verifier 2 for batch ${header.index}, which stood`,
  });
}

async function ask(stage: Stage, spammer: Wallet, header: BatchHeader): Promise<void> {
  await request(stage, spammer, header);
  // The community looks whether the data could be had, as soon as it is requested.
  for (const voter of stage.local.voters) await voter.tick();
  await stage.tell();
}
