import { dataLength } from "ethers";

import type { BatchHeader } from "../../../l2/batch/header.ts";
import { checkInclusion, proveInclusion } from "../../../l2/batch/inclusion.ts";
import { ZERO_HASH, fromHex } from "../../../l2/base/hex.ts";
import { keccakHex } from "../../../l2/base/keccak.ts";
import { batch, finalise, headerAt, payday } from "../acts.ts";
import type { Scenario } from "../scenario.ts";
import type { Stage } from "../stage.ts";
import { amount, grouped } from "../story.ts";

/** L1's transaction has no transaction of the L2 in it (Q5). */
async function observeRootsOnly(stage: Stage, { index, dataSize, firstBlock, lastBlock }: BatchHeader): Promise<void> {
  const { inbox } = stage.system;
  const blocks = await stage.current.chain.blocks(Number(firstBlock), Number(lastBlock));
  const raws = blocks.flatMap(({ transactions }) => transactions.map((raw) => raw.slice(2)));
  await stage.story.observe({
    steps: ["Q5"],
    actor: "L1",
    read: async () => {
      const [event] = await inbox.queryFilter(inbox.filters.BatchSubmitted(index));
      return (await event?.getTransaction())?.data ?? "";
    },
    holds: (data) => data !== "" && raws.length > 0 && !raws.some((raw) => data.includes(raw)),
    text: (data) =>
      `carries two roots and a certificate, ${grouped(dataLength(data))} bytes, and none of the ${grouped(dataSize)} bytes of transactions`,
  });
}

/** Steps 1 to 11.3.1: everybody does as they should. */
export const honest: Scenario = {
  name: "honest",
  title: "The honest path: 200 users pay each other, and nothing happens",
  prepare: () => ({
    setting: {},
    async play(stage) {
      const { story, local } = stage;
      story.chapter("Users pay each other on the L2");
      const hashes = await payday(stage);

      story.chapter("The batch goes to L1 as two roots, and everybody checks");
      const header = await batch(stage);
      await observeRootsOnly(stage, header);
      await stage.beat();

      story.chapter("A user checks that her transaction is in it");
      const { chain } = stage.current;
      const transactions = await chain.transactions(Number(header.firstBlock), Number(header.lastBlock));
      const blocks = await chain.blocks(Number(header.firstBlock), Number(header.lastBlock));
      const stateRoots = blocks.flatMap((block) => block.stateRoots);
      const place = blocks
        .flatMap((block) => block.transactions.map((raw) => keccakHex(fromHex(raw))))
        .indexOf(hashes[0] ?? ZERO_HASH);
      const proof = proveInclusion(transactions, stateRoots, place);
      const altered = { ...proof, stateRoot: ZERO_HASH };
      await story.observe({
        steps: ["Q7"],
        actor: "user 1",
        read: () => [proof, altered].map((each) => checkInclusion(headerAt(stage, 1), each)),
        holds: ([problem, found]) => problem === undefined && found !== undefined,
        text: `proves her transaction at place ${place} of the MTTBR and the state after it in the MTSR; an altered proof fails`,
      });

      story.chapter("The challenge window passes");
      await finalise(stage);
      const owed = await stage.system.sequencers.owed(header.sequencer);
      story.note(
        `${stage.name(header.sequencer)} can claim ${amount(owed)} METIS; batch 1 is final (${local.l1State.finalised} of ${local.l1State.head})`,
      );
    },
  }),
};
