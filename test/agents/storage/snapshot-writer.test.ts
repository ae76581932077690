import { access } from "node:fs/promises";
import { join } from "node:path";

import { expect } from "chai";
import { getBytes, randomBytes } from "ethers";

import { FileStore } from "../../../agents/data/file-store.ts";
import { Snapshot } from "../../../agents/data/snapshot.ts";
import { SnapshotWriter } from "../../../agents/storage/snapshot-writer.ts";
import { failureOf } from "../../../testkit/agents/failure.ts";
import { basics } from "../../../testkit/agents/kit.ts";
import { temporaryDirectory } from "../../../testkit/directory.ts";

describe("Snapshot writer", () => {
  it("[9.1] [Q10] writes what the store has, again when there is something new", async () => {
    const store = new FileStore(temporaryDirectory());
    const file = join(temporaryDirectory(), "snapshot");
    const writer = new SnapshotWriter({ interval: 1_000, file }, { ...basics(), store });
    await writer.tick();
    await failureOf(access(file));
    const snapshot = new Snapshot(file);
    for (let round = 0; round < 2; round++) {
      const object = randomBytes(100);
      const hash = await store.put(object);
      await writer.tick();
      expect(getBytes(await snapshot.get(hash))).to.deep.equal(object);
    }
  });
});
