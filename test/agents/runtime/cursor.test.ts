import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect } from "chai";

import { FileCursor, MemoryCursor } from "../../../agents/runtime/cursor.ts";
import type { AgentError } from "../../../agents/runtime/errors.ts";
import { temporaryDirectory } from "../../../testkit/directory.ts";

describe("Cursor", () => {
  it("keeps bigints, on disk as in memory", async () => {
    const file = join(temporaryDirectory(), "deep", "cursor.json");
    const value = { at: 12n ** 30n, list: [{ n: 0n }], text: "5" };
    for (const cursor of [new FileCursor<typeof value>(file), new MemoryCursor<typeof value>()]) {
      expect(await cursor.load()).to.equal(undefined);
      await cursor.save(value);
      expect(await cursor.load()).to.deep.equal(value);
    }
    expect(await new FileCursor(file).load()).to.deep.equal(value);
  });

  it("leaves the old one or the new one, never a half", async () => {
    const directory = temporaryDirectory();
    const file = join(directory, "cursor.json");
    const cursor = new FileCursor<{ text: string }>(file);
    await cursor.save({ text: "old" });
    // What a process leaves that died while it wrote.
    await writeFile(`${file}.1.tmp`, '{"te');
    expect(await cursor.load()).to.deep.equal({ text: "old" });
    await cursor.save({ text: "new" });
    expect(JSON.parse(await readFile(file, "utf8"))).to.deep.equal({ text: "new" });
    expect((await readdir(directory)).filter((name) => name.endsWith(`${process.pid}.tmp`))).to.deep.equal([]);
  });

  it("says which file is damaged", async () => {
    const file = join(temporaryDirectory(), "cursor.json");
    await writeFile(file, "{");
    const failure = await new FileCursor(file).load().catch((error: unknown) => error);
    expect((failure as AgentError).message).to.contain(file);
  });
});
