import { expect } from "chai";

import { type KeyValueStore, openStore } from "../../../l2/base/store.ts";
import { temporaryDirectory } from "../../../testkit/directory.ts";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

async function fill(store: KeyValueStore): Promise<void> {
  await store.write([
    { key: "a", value: bytes(1) },
    { key: "b", value: bytes(2) },
  ]);
  await store.write([{ key: "a" }, { key: "b", value: bytes(3) }, { key: "c", value: bytes() }]);
}

async function expectFilled(store: KeyValueStore): Promise<void> {
  expect(await store.get("a"), "removed").to.equal(undefined);
  expect(Buffer.from((await store.get("b")) ?? []).toString("hex"), "overwritten").to.equal("03");
  expect(await store.get("c"), "empty").to.have.length(0);
  expect(await store.get("d"), "never there").to.equal(undefined);
}

describe("Key-value store", () => {
  it("in memory writes, overwrites and removes", async () => {
    const store = await openStore();
    await fill(store);
    await expectFilled(store);
    await store.close();
  });

  it("on disk does the same, and keeps it for the next time", async () => {
    const directory = temporaryDirectory();
    const store = await openStore(directory);
    await fill(store);
    await expectFilled(store);
    await store.close();
    const reopened = await openStore(directory);
    await expectFilled(reopened);
    await reopened.close();
  });
});
