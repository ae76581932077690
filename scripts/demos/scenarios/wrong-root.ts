import { hashHeader } from "../../../l2/batch/header.ts";
import { batchTree } from "../../../l2/batch/tree.ts";
import { headerAt, payday, startOver, wakeVerifier } from "../acts.ts";
import { collude, nextBatch, withFalseRoots } from "../mischief.ts";
import type { Scenario } from "../scenario.ts";

/** Steps 11.3 to 11.5 and 11.11 to 11.16: a quorum certifies a false state root, and one call proves it. */
export const wrongRoot: Scenario = {
  name: "wrong-root",
  title: "A colluding quorum certifies a false state root: one call on L1 proves the fraud",
  prepare: () => ({
    setting: {},
    async play(stage) {
      const { story, local, cast } = stage;
      await local.verifiers[0]?.stop();
      story.chapter("Users pay each other, and three of four sequencers collude");
      const hashes = await payday(stage);
      await local.submitter?.stop();
      const parent = headerAt(stage, local.l1State.head - 1);
      const honest = await nextBatch(stage);
      const falseFrom = Math.floor((2 * honest.transactions.length) / 3);
      const forged = withFalseRoots(honest, falseFrom);
      const colluders = [stage.current.key, ...cast.keys.filter((key) => key !== stage.current.key)].slice(0, 3);
      const certificate = collude(stage, forged.header, colluders);
      story.say("7", "three sequencers", `sign a batch whose state is false from transaction ${falseFrom} on`);
      await local.storage.put(forged.object, { header: forged.header, certificate });
      const proof = batchTree(forged.stateRoots).proof(forged.stateRoots.length - 1);
      const sent = await stage.as(cast.submitter).inbox.submit(parent, forged.header, proof, certificate);
      await sent.wait();
      await stage.chronicle.catchUp();

      story.chapter("The verifier downloads the data and re-executes it");
      await wakeVerifier(stage);
      await local.verifiers[0]?.tick();
      const finding = local.verifiers[0]?.agent.finding(hashHeader(forged.header));
      if (finding?.verdict !== "wrong transition") throw new Error(`The verifier found "${finding?.verdict}".`);
      story.say(
        ["9", "10", "11", "11.1"],
        "verifier 1",
        "gets the data from Memolabs: the MTTBR is L1's; re-executes it all",
      );
      story.say(
        ["11.2", "11.3"],
        "verifier 1",
        `comes to another state root at transaction ${falseFrom}: the MTSR is false`,
      );
      await stage.chronicle.catchUp();

      story.chapter("The users send again, and the next sequencer submits a true batch");
      await local.submitter?.restart();
      await startOver(stage, hashes);
    },
  }),
};
