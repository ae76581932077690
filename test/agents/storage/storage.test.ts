import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect } from "chai";
import { getBytes, id, keccak256, randomBytes } from "ethers";

import { AgentError, type AgentErrorCode } from "../../../agents/runtime/errors.ts";
import { FileStore } from "../../../agents/data/file-store.ts";
import { HttpStorage } from "../../../agents/data/http-storage.ts";
import { StorageServer, type Authorise } from "../../../agents/storage/server.ts";
import { Snapshot, writeSnapshot } from "../../../agents/data/snapshot.ts";
import { basics } from "../../../testkit/agents/kit.ts";
import { temporaryDirectory } from "../../../testkit/directory.ts";

const anyone: Authorise = () => Promise.resolve();

describe("Storage", () => {
  const directory = temporaryDirectory;

  const fails = async (action: Promise<unknown>, code: AgentErrorCode): Promise<void> => {
    const error = await action.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(AgentError);
    expect((error as AgentError).code).to.equal(code);
  };

  const damage = async (store: string, hash: string): Promise<void> => {
    const file = join(store, hash.slice(2, 4), hash.slice(2));
    const bytes = await readFile(file);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(file, bytes);
  };

  async function served(authorise: Authorise = anyone) {
    const path = directory();
    const store = new FileStore(path);
    const { log, metrics } = basics();
    const server = new StorageServer(
      { host: "127.0.0.1", port: 0, maxObject: 1_000_000 },
      { store, authorise, log, metrics },
    );
    await server.start();
    return { path, store, server, client: new HttpStorage(server.url, 2_000) };
  }

  it("[6] keeps objects under their hash", async () => {
    const store = new FileStore(directory());
    const objects = [randomBytes(10), randomBytes(1_000), new Uint8Array()];
    const hashes = await Promise.all(objects.map((object) => store.put(object)));
    expect(hashes).to.deep.equal(objects.map((object) => keccak256(object)));
    for (const [place, hash] of hashes.entries()) expect(getBytes(await store.get(hash))).to.deep.equal(objects[place]);
    expect(await store.list()).to.deep.equal(hashes.toSorted());
    await store.remove(hashes[0]!);
    await fails(store.get(hashes[0]!), "STORAGE_NOT_FOUND");
  });

  it("[9.1] never gives bytes that do not hash to what was asked for", async () => {
    const path = directory();
    const store = new FileStore(path);
    const hash = await store.put(randomBytes(100));
    await damage(path, hash);
    await fails(store.get(hash), "STORAGE_CORRUPT");
    await fails(store.get(id("nothing")), "STORAGE_NOT_FOUND");
    await fails(store.get("../../etc/passwd"), "STORAGE_NOT_FOUND");
  });

  it("mends a damaged object when it is stored again", async () => {
    const path = directory();
    const store = new FileStore(path);
    const object = randomBytes(100);
    const hash = await store.put(object);
    await damage(path, hash);
    await store.put(object);
    expect(getBytes(await store.get(hash))).to.deep.equal(object);
  });

  it("[6, 9] is written and read over HTTP", async () => {
    const { server, client, store } = await served();
    try {
      const object = randomBytes(50_000);
      const hash = await client.put(object);
      expect(getBytes(await client.get(hash))).to.deep.equal(object);
      expect(getBytes(await store.get(hash))).to.deep.equal(object);
      await fails(client.get(id("nothing")), "STORAGE_NOT_FOUND");
      await fails(client.put(randomBytes(1_000_001)), "STORAGE_REFUSED");
    } finally {
      await server.stop();
    }
  });

  it("[9.1] does not pass on what a server made up", async () => {
    const { path, server, client } = await served();
    try {
      const hash = await client.put(randomBytes(100));
      await damage(path, hash);
      // The server checks as well, so that the damage shows as a missing object.
      await fails(client.get(hash), "STORAGE_NOT_FOUND");
    } finally {
      await server.stop();
    }
    const { createServer } = await import("node:http");
    const liar = createServer((_, response) => response.end("something else"));
    await new Promise<void>((resolve) => liar.listen(0, "127.0.0.1", resolve));
    const { port } = liar.address() as { port: number };
    try {
      await fails(new HttpStorage(`http://127.0.0.1:${port}`, 2_000).get(id("asked for")), "STORAGE_CORRUPT");
    } finally {
      liar.close();
    }
  });

  it("[9.1] counts as unavailable once it is down", async () => {
    const { server, client } = await served();
    const hash = await client.put(randomBytes(10));
    await server.stop();
    await fails(client.get(hash), "STORAGE_UNAVAILABLE");
    await fails(client.put(randomBytes(10)), "STORAGE_UNAVAILABLE");
    await server.start();
    await server.stop();
  });

  it("[S4] asks for an authorisation and passes on why it refused", async () => {
    const asked: unknown[] = [];
    const { server, client } = await served((hash, authorisation) => {
      asked.push(authorisation);
      if (authorisation === undefined) throw new AgentError("STORAGE_REFUSED", `no certificate for ${hash}`);
      return Promise.resolve();
    });
    try {
      const object = randomBytes(10);
      const refused = await client.put(object).catch((error: unknown) => error);
      expect((refused as AgentError).code).to.equal("STORAGE_REFUSED");
      expect((refused as AgentError).message).to.contain(`no certificate for ${keccak256(object)}`);
      await fails(client.get(keccak256(object)), "STORAGE_NOT_FOUND");
      await client.put(object, { signers: 5n });
      expect(asked).to.deep.equal([undefined, { signers: 5n }]);
    } finally {
      await server.stop();
    }
  });

  it("[9.1] restores objects from a snapshot, and checks them too", async () => {
    const path = directory();
    const store = new FileStore(path);
    const objects = Array.from({ length: 5 }, (_, size) => randomBytes(size * 100 + 1));
    const hashes = await Promise.all(objects.map((object) => store.put(object)));
    const file = join(directory(), "objects.snapshot");
    const snapshot = new Snapshot(file);
    await fails(snapshot.get(hashes[0]!), "STORAGE_UNAVAILABLE");
    expect(await writeSnapshot(store, hashes.slice(0, 4), file)).to.equal(4);
    for (const [place, hash] of hashes.slice(0, 4).entries()) {
      expect(getBytes(await snapshot.get(hash))).to.deep.equal(objects[place]);
    }
    await fails(snapshot.get(hashes[4]!), "STORAGE_NOT_FOUND");

    await writeSnapshot(store, hashes, file);
    expect(getBytes(await snapshot.get(hashes[4]!))).to.deep.equal(objects[4]);

    const bytes = await readFile(file);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(file, bytes);
    const damaged = await Promise.allSettled(hashes.map((hash) => snapshot.get(hash)));
    expect(damaged.filter(({ status }) => status === "rejected")).to.have.length(1);
    await writeFile(file, bytes.subarray(0, bytes.length - 1));
    await fails(snapshot.get(hashes[4]!), "STORAGE_CORRUPT");
    await writeFile(file, "no snapshot, but long enough for one");
    await fails(snapshot.get(hashes[0]!), "STORAGE_CORRUPT");
  });

  it("[9.1] leaves damaged objects out of a snapshot", async () => {
    const path = directory();
    const store = new FileStore(path);
    const hashes = await Promise.all([store.put(randomBytes(9)), store.put(randomBytes(9))]);
    await damage(path, hashes[0]);
    expect(await writeSnapshot(store, hashes, join(path, "s"))).to.equal(1);
  });
});
