/** Objects in a storage, and what befalls them. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect } from "chai";

import { AgentError, type AgentErrorCode } from "../../agents/runtime/errors.ts";
import { failureOf } from "./failure.ts";

/** Expects an action to fail with a code. */
export async function failsWith(action: Promise<unknown>, code: AgentErrorCode): Promise<void> {
  expect(await failureOf(action))
    .to.be.instanceOf(AgentError)
    .with.property("code", code);
}

/** Flips a bit of an object in the directory of a file store. */
export async function damage(store: string, hash: string): Promise<void> {
  const file = join(store, hash.slice(2, 4), hash.slice(2));
  const bytes = await readFile(file);
  bytes[bytes.length - 1]! ^= 1;
  await writeFile(file, bytes);
}
