import { join } from "node:path";

import { StorageSource } from "../../../agents/data/batch-data.ts";
import { Snapshot, writeSnapshot } from "../../../agents/data/snapshot.ts";
import { batch, payday, wakeVerifier } from "../acts.ts";
import type { Scenario } from "../scenario.ts";

/** Steps 9, 9.1 and Q10: Memolabs fails; a snapshot helps, then the blockchain. */
export const storageDown: Scenario = {
  name: "storage-down",
  title: "Memolabs is down: the verifier takes a snapshot, then asks the blockchain",
  prepare: () => ({
    setting: {
      local: ({ directory }) => ({ snapshots: [new StorageSource(new Snapshot(join(directory, "snapshot")))] }),
    },
    async play(stage) {
      const { story, local, memolabs, directory } = stage;
      await local.verifiers[0]?.stop();
      story.chapter("Two batches reach L1 while the verifier is away");
      await payday(stage);
      const first = await batch(stage);
      const copied = await writeSnapshot(local.storage, [first.dataHash], join(directory, "snapshot"));
      story.say("9.1", "somebody", `keeps a snapshot of Memolabs: ${copied} object, that of batch 1`);
      await payday(stage, 20);
      await batch(stage);

      story.chapter("Memolabs goes down, and the verifier comes back");
      await memolabs.stop();
      story.say("Q10", "Memolabs", "is down");
      await wakeVerifier(stage);
      await stage.beat();
      story.say(
        ["Q3", "Q10"],
        "verifier 1",
        "verified both batches all the same: no part of the system is needed by all",
      );
    },
  }),
};
