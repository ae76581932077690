import { expect } from "chai";
import { keccak256, randomBytes } from "ethers";

import { FileStore } from "../../../agents/data/file-store.ts";
import { HttpStorage } from "../../../agents/data/http-storage.ts";
import { AgentError } from "../../../agents/runtime/errors.ts";
import { StorageServer, type Authorise } from "../../../agents/storage/server.ts";
import { basics } from "../../../testkit/agents/kit.ts";
import { failsWith } from "../../../testkit/agents/objects.ts";
import { temporaryDirectory } from "../../../testkit/directory.ts";

const anyone: Authorise = () => Promise.resolve();

describe("Storage server", () => {
  async function served(authorise: Authorise = anyone) {
    const path = temporaryDirectory();
    const store = new FileStore(path);
    const { log, metrics } = basics();
    const server = new StorageServer(
      { host: "127.0.0.1", port: 0, maxObject: 1_000_000 },
      { store, authorise, log, metrics },
    );
    await server.start();
    return { server, client: new HttpStorage(server.url, 2_000) };
  }

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
      await failsWith(client.get(keccak256(object)), "STORAGE_NOT_FOUND");
      await client.put(object, { signers: 5n });
      expect(asked).to.deep.equal([undefined, { signers: 5n }]);
    } finally {
      await server.stop();
    }
  });

  it("refuses a body that is not the object it is put under, and tells its health", async () => {
    const { server, client } = await served();
    try {
      const put = (hash: string, body: string): Promise<Response> =>
        fetch(`${server.url}/objects/${hash}`, { method: "PUT", body });
      const hash = keccak256(Buffer.from("right"));
      expect((await put(hash, "wrong")).status).to.equal(400);
      expect((await put("0x12", "right")).status).to.equal(400);
      await failsWith(client.get(hash), "STORAGE_NOT_FOUND");
      expect((await put(hash, "right")).status).to.equal(201);
      expect(server.health()).to.deep.equal({ healthy: true, detail: server.url });
    } finally {
      await server.stop();
    }
    expect(server.health()).to.deep.equal({ healthy: false, detail: "stopped" });
  });
});
