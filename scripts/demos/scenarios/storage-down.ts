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
      story.narrate("somebody", `keeps a snapshot of Memolabs: ${copied} object, that of batch 1`);
      await payday(stage, 20);
      const second = await batch(stage);

      story.chapter("Memolabs goes down, and the verifier comes back");
      await memolabs.stop();
      story.narrate("Memolabs", "is down");
      await wakeVerifier(stage);
      await stage.beat();
      const verified = stage.logOf("verifier 0").filter(({ msg }) => msg.startsWith("[11.3.1]"));
      await story.observe({
        steps: ["9.1", "Q3", "Q10"],
        actor: "verifier 1",
        read: () => [first, second].map(({ index }) => verified.find(({ batch: of }) => of === Number(index))?.source),
        holds: ([one, two]) => one === "snapshot" && two === "blockchain",
        text: ([one, two]) =>
          `has verified both batches without Memolabs, from ${one ?? "nothing"} and ${two ?? "nothing"}`,
      });
    },
  }),
};
