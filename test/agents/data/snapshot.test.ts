import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect } from "chai";
import { getBytes, randomBytes } from "ethers";

import { FileStore } from "../../../agents/data/file-store.ts";
import { Snapshot, writeSnapshot } from "../../../agents/data/snapshot.ts";
import { damage, failsWith } from "../../../testkit/agents/objects.ts";
import { temporaryDirectory } from "../../../testkit/directory.ts";

describe("Snapshot", () => {
  it("[9.1] restores objects from a snapshot, and checks them too", async () => {
    const path = temporaryDirectory();
    const store = new FileStore(path);
    const objects = Array.from({ length: 5 }, (_, size) => randomBytes(size * 100 + 1));
    const hashes = await Promise.all(objects.map((object) => store.put(object)));
    const file = join(temporaryDirectory(), "objects.snapshot");
    const snapshot = new Snapshot(file);
    await failsWith(snapshot.get(hashes[0]!), "STORAGE_UNAVAILABLE");
    expect(await writeSnapshot(store, hashes.slice(0, 4), file)).to.equal(4);
    for (const [place, hash] of hashes.slice(0, 4).entries()) {
      expect(getBytes(await snapshot.get(hash))).to.deep.equal(objects[place]);
    }
    await failsWith(snapshot.get(hashes[4]!), "STORAGE_NOT_FOUND");

    await writeSnapshot(store, hashes, file);
    expect(getBytes(await snapshot.get(hashes[4]!))).to.deep.equal(objects[4]);

    const bytes = await readFile(file);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(file, bytes);
    const damaged = await Promise.allSettled(hashes.map((hash) => snapshot.get(hash)));
    expect(damaged.filter(({ status }) => status === "rejected")).to.have.length(1);
    await writeFile(file, bytes.subarray(0, bytes.length - 1));
    await failsWith(snapshot.get(hashes[4]!), "STORAGE_CORRUPT");
    await writeFile(file, "no snapshot, but long enough for one");
    await failsWith(snapshot.get(hashes[0]!), "STORAGE_CORRUPT");
  });

  it("[9.1] leaves damaged objects out of a snapshot", async () => {
    const path = temporaryDirectory();
    const store = new FileStore(path);
    const hashes = await Promise.all([store.put(randomBytes(9)), store.put(randomBytes(9))]);
    await damage(path, hashes[0]);
    expect(await writeSnapshot(store, hashes, join(path, "s"))).to.equal(1);
  });
});
