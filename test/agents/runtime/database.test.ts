import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import { openDatabase } from "../../../agents/runtime/database.ts";
import { AgentError } from "../../../agents/runtime/errors.ts";
import { StateStore } from "../../../l2/state/state.ts";
import { failureOf } from "../../../testkit/agents/failure.ts";
import { temporaryDirectory } from "../../../testkit/directory.ts";

describe("Database", () => {
  const open = (directory: string): Promise<StateStore> => openDatabase(directory, (path) => StateStore.open(path));

  it("opens", async () => {
    const store = await open(join(temporaryDirectory(), "states"));
    await store.close();
  });

  it("says that another process has it open", async () => {
    const directory = temporaryDirectory();
    const store = await open(directory);
    const failure = await failureOf(open(directory));
    expect(failure).to.be.instanceOf(AgentError);
    expect(failure.message).to.contain(`${directory}: another process has it open; expected a --data-dir of its own`);
    await store.close();
  });

  it("says that it is damaged", async () => {
    const directory = temporaryDirectory();
    await (await open(directory)).close();
    writeFileSync(join(directory, "CURRENT"), "rubbish");
    expect((await failureOf(open(directory))).message).to.contain(`${directory}: it is damaged`);
  });

  it("says what else keeps it from opening", async () => {
    const file = join(temporaryDirectory(), "file");
    writeFileSync(file, "");
    expect((await failureOf(open(file))).message).to.match(/cannot open the database in .*file: .*EEXIST/);
  });

  it("passes on what is no fault of the database", async () => {
    const failure = new Error("another genesis");
    const thrown = await failureOf(openDatabase("here", () => Promise.reject(failure)));
    expect(thrown).to.equal(failure);
  });
});
