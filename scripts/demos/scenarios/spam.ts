import { type Wallet, parseEther } from "ethers";

import { Stake } from "../../../agents/sequencer/stake.ts";
import { hashHeader } from "../../../l2/batch/header.ts";
import type { BatchHeader } from "../../../l2/batch/header.ts";
import { batch, payday } from "../acts.ts";
import { DISPUTE } from "../chronicle.ts";
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
      const { story, local, cast, chronicle } = stage;
      const spammer = cast.verifiers[1] as Wallet;
      story.chapter("Verifier 2 requests data that Memolabs has");
      for (let count = 0; count < NEEDLESS; count++) {
        await payday(stage, count === 0 ? cast.users.length : FEW);
        const header = await batch(stage);
        await request(stage, spammer, header);
        await stage.until(() => local.l1State.requests[hashHeader(header)]?.phase === "answered");
      }

      story.chapter("The sequencer proposes to ban it, and the community votes");
      chronicle.meanings = { ...DISPUTE, ProposalCreated: ["11.6.1"], Granted: ["11.6.1"] };
      const { term } = local.l1State;
      const owner = stage.ownerOf(stage.current).connect(stage.playground.provider);
      const [, available] = await stage.system.treasury.available();
      const compensation = available < parseEther("1") ? available : parseEther("1");
      const text = "Ban verifier 2: it requests data that everybody has";
      const complaint = new Stake({ l1: local.l1, transactions: local.manager(owner) });
      await complaint.proposeBan(spammer.address, compensation, text);
      await chronicle.catchUp();
      await payday(stage, FEW);
      const last = await batch(stage);
      await stage.vote(async () => {
        await request(stage, spammer, last);
      });

      const { verifiers } = stage.system;
      if (await verifiers.isVerifier(spammer.address)) throw new Error("A banned verifier can request again.");
      story.say("11.6.2", "L1", "refuses every further request of verifier 2", "verifier 2");
      await stage.until(() => local.l1State.requests[hashHeader(last)]?.phase === "answered");
      story.say("11.6.4", stage.name(last.sequencer), "answered the request that stood all the same");
      if (local.l1State.term.number !== term.number) throw new Error("The sequencer was rotated.");
      const found = local.verifiers[0]?.agent.finding(hashHeader(last))?.verdict;
      story.say(
        "11.6.3",
        "verifier 1",
        `went on meanwhile, and found batch ${last.index} ${found}; no rotation followed`,
      );
    },
  }),
};

async function request(stage: Stage, spammer: Wallet, header: BatchHeader): Promise<void> {
  const { disputes } = stage.as(spammer);
  await (await disputes.requestData(header, { value: await disputes.requestFee(header) })).wait();
  // The community looks whether the data could be had, as soon as it is requested.
  for (const voter of stage.local.voters) await voter.tick();
  await stage.chronicle.catchUp();
}
