import { expect } from "chai";
import { getBytes, randomBytes } from "ethers";

import { FileStore } from "../../../agents/data/file-store.ts";
import type { Storage } from "../../../agents/data/storage.ts";
import { MemoryCursor } from "../../../agents/runtime/cursor.ts";
import { AgentError, type AgentErrorCode } from "../../../agents/runtime/errors.ts";
import { Outbox, type OutboxCursor } from "../../../agents/submitter/outbox.ts";
import { failureOf } from "../../../testkit/agents/failure.ts";
import { basics } from "../../../testkit/agents/kit.ts";
import { temporaryDirectory } from "../../../testkit/directory.ts";

describe("Outbox", () => {
  function setUp() {
    const store = new FileStore(temporaryDirectory());
    const files = new FileStore(temporaryDirectory());
    const cursor = new MemoryCursor<OutboxCursor>();
    const seen: unknown[] = [];
    const fault: { code?: AgentErrorCode | "BUG" } = {};
    const storage: Storage = {
      name: "storage",
      get: (hash) => store.get(hash),
      put: (object, authorisation) => {
        seen.push(authorisation);
        if (fault.code === "BUG") return Promise.reject(new TypeError("a fault"));
        if (fault.code !== undefined) return Promise.reject(new AgentError(fault.code, "not now"));
        return store.put(object);
      },
    };
    const open = (): Outbox => new Outbox({ storage, files, cursor, log: basics().log });
    return { store, files, seen, fault, open };
  }

  it("[6] hands over what waits, with its authorisation, and keeps nothing", async () => {
    const { store, files, seen, open } = setUp();
    const object = randomBytes(50);
    const outbox = open();
    await outbox.add(object, { signers: 1n });
    await outbox.add(object, { signers: 1n });
    expect(await outbox.deliver()).to.equal(0);
    expect(seen).to.deep.equal([{ signers: 1n }]);
    const [hash] = await store.list();
    expect(getBytes(await store.get(hash!))).to.deep.equal(object);
    expect(await files.list()).to.deep.equal([]);
  });

  it("[Q10] waits for a storage that is down, also after a restart", async () => {
    const { store, seen, fault, open } = setUp();
    fault.code = "STORAGE_UNAVAILABLE";
    const outbox = open();
    for (let count = 0; count < 3; count++) await outbox.add(randomBytes(50), count);
    expect(await outbox.deliver()).to.equal(3);
    // One that does not answer is not asked for the rest.
    expect(seen).to.deep.equal([0]);
    delete fault.code;
    expect(await open().deliver()).to.equal(0);
    expect(await store.list()).to.have.length(3);
  });

  it("goes on after an object that the storage refuses", async () => {
    const { seen, fault, open } = setUp();
    fault.code = "STORAGE_REFUSED";
    const outbox = open();
    for (let count = 0; count < 3; count++) await outbox.add(randomBytes(50), count);
    expect(await outbox.deliver()).to.equal(3);
    expect(seen).to.deep.equal([0, 1, 2]);
  });

  it("passes on what it does not foresee", async () => {
    const { fault, open } = setUp();
    fault.code = "BUG";
    const outbox = open();
    await outbox.add(randomBytes(50), undefined);
    expect(await failureOf(outbox.deliver())).to.be.instanceOf(TypeError);
  });
});
