import { expect } from "chai";
import { getBytes, id, randomBytes } from "ethers";

import { FileStore } from "../../../agents/data/file-store.ts";
import { HttpStorage } from "../../../agents/data/http-storage.ts";
import { StorageServer, type Authorise } from "../../../agents/storage/server.ts";
import { basics } from "../../../testkit/agents/kit.ts";
import { damage, failsWith } from "../../../testkit/agents/objects.ts";
import { temporaryDirectory } from "../../../testkit/directory.ts";

const anyone: Authorise = () => Promise.resolve();

describe("Storage over HTTP", () => {
  async function served(authorise: Authorise = anyone) {
    const path = temporaryDirectory();
    const store = new FileStore(path);
    const { log, metrics } = basics();
    const server = new StorageServer(
      { host: "127.0.0.1", port: 0, maxObject: 1_000_000 },
      { store, authorise, log, metrics },
    );
    await server.start();
    return { path, store, server, client: new HttpStorage(server.url, 2_000) };
  }

  it("[6, 9] is written and read over HTTP", async () => {
    const { server, client, store } = await served();
    try {
      const object = randomBytes(50_000);
      const hash = await client.put(object);
      expect(getBytes(await client.get(hash))).to.deep.equal(object);
      expect(getBytes(await store.get(hash))).to.deep.equal(object);
      await failsWith(client.get(id("nothing")), "STORAGE_NOT_FOUND");
      await failsWith(client.put(randomBytes(1_000_001)), "STORAGE_REFUSED");
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
      await failsWith(client.get(hash), "STORAGE_NOT_FOUND");
    } finally {
      await server.stop();
    }
    const { createServer } = await import("node:http");
    const liar = createServer((_, response) => response.end("something else"));
    await new Promise<void>((resolve) => liar.listen(0, "127.0.0.1", resolve));
    const { port } = liar.address() as { port: number };
    try {
      await failsWith(new HttpStorage(`http://127.0.0.1:${port}`, 2_000).get(id("asked for")), "STORAGE_CORRUPT");
    } finally {
      liar.close();
    }
  });

  it("[9.1] counts as unavailable once it is down", async () => {
    const { server, client } = await served();
    const hash = await client.put(randomBytes(10));
    await server.stop();
    await failsWith(client.get(hash), "STORAGE_UNAVAILABLE");
    await failsWith(client.put(randomBytes(10)), "STORAGE_UNAVAILABLE");
    await server.start();
    await server.stop();
  });
});
