import { checkInclusion, proveInclusion } from "../../../l2/batch/inclusion.ts";
import { ZERO_HASH, fromHex } from "../../../l2/base/hex.ts";
import { keccakHex } from "../../../l2/base/keccak.ts";
import { batch, finalise, headerAt, payday } from "../acts.ts";
import type { Scenario } from "../scenario.ts";
import { amount, grouped } from "../story.ts";

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
      story.say("Q5", "L1", `carries two roots for ${grouped(header.dataSize)} bytes of transactions`);
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
      const problem = checkInclusion(headerAt(stage, 1), proof);
      if (problem !== undefined) throw new Error(problem);
      story.say(
        "Q7",
        "user 1",
        `proves her transaction at place ${place} of the MTTBR and the state behind it in the MTSR`,
      );

      story.chapter("The challenge window passes");
      await finalise(stage);
      const owed = await stage.system.sequencers.owed(header.sequencer);
      story.note(
        `${stage.name(header.sequencer)} can claim ${amount(owed)} METIS; batch 1 is final (${local.l1State.finalised} of ${local.l1State.head})`,
      );
    },
  }),
};
