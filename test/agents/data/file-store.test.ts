import { expect } from "chai";
import { getBytes, id, keccak256, randomBytes } from "ethers";

import { FileStore } from "../../../agents/data/file-store.ts";
import { damage, failsWith } from "../../../testkit/agents/objects.ts";
import { temporaryDirectory } from "../../../testkit/directory.ts";

describe("File store", () => {
  it("[6] keeps objects under their hash", async () => {
    const store = new FileStore(temporaryDirectory());
    const objects = [randomBytes(10), randomBytes(1_000), new Uint8Array()];
    const hashes = await Promise.all(objects.map((object) => store.put(object)));
    expect(hashes).to.deep.equal(objects.map((object) => keccak256(object)));
    for (const [place, hash] of hashes.entries()) expect(getBytes(await store.get(hash))).to.deep.equal(objects[place]);
    expect(await store.list()).to.deep.equal(hashes.toSorted());
    await store.remove(hashes[0]!);
    await failsWith(store.get(hashes[0]!), "STORAGE_NOT_FOUND");
  });

  it("[9.1] never gives bytes that do not hash to what was asked for", async () => {
    const path = temporaryDirectory();
    const store = new FileStore(path);
    const hash = await store.put(randomBytes(100));
    await damage(path, hash);
    await failsWith(store.get(hash), "STORAGE_CORRUPT");
    await failsWith(store.get(id("nothing")), "STORAGE_NOT_FOUND");
    await failsWith(store.get("../../etc/passwd"), "STORAGE_NOT_FOUND");
  });

  it("mends a damaged object when it is stored again", async () => {
    const path = temporaryDirectory();
    const store = new FileStore(path);
    const object = randomBytes(100);
    const hash = await store.put(object);
    await damage(path, hash);
    await store.put(object);
    expect(getBytes(await store.get(hash))).to.deep.equal(object);
  });
});
