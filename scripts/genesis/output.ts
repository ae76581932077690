/** Files that come about together, or not at all. */
import { existsSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";

import { AgentError, messageOf } from "../../agents/runtime/errors.ts";

/** What is written, and what must stay as it is. */
export interface OutputRules {
  /** Files that were read: never written. */
  readonly inputs: readonly string[];
  /** Whether existing files may be replaced. */
  readonly force: boolean;
}

/**
 * Refuses places that must not be written to. Call it before the work, so that nothing is computed in vain.
 *
 * @throws {AgentError} `CONFIG` naming the file: it is an input, named twice, a directory, or there already.
 */
export function checkOutputs(files: readonly string[], { inputs, force }: OutputRules): void {
  const taken = new Map(inputs.map((file) => [placeOf(file), "is an input"]));
  for (const file of files) {
    const reason = taken.get(placeOf(file));
    if (reason !== undefined) throw new AgentError("CONFIG", `${file} ${reason}; expected another file to write to`);
    taken.set(placeOf(file), "is written twice");
    if (!existsSync(file)) continue;
    if (statSync(file).isDirectory()) throw new AgentError("CONFIG", `${file} is a directory; expected a file`);
    if (!force) throw new AgentError("CONFIG", `${file} exists; name another file, or add --force to replace it`);
  }
}

/**
 * Writes every file beside its place first, and moves them there only once all are written.
 *
 * @param contents Text by file.
 * @throws {AgentError} `CONFIG` naming the file that cannot be written; then none is.
 */
export function writeTogether(contents: Readonly<Record<string, string>>): void {
  const files = Object.entries(contents).map(([file, text]) => ({ file, text, part: `${file}.${process.pid}.tmp` }));
  let place = "";
  try {
    for (const { file, part, text } of files) {
      place = file;
      writeFileSync(part, text, { flush: true });
    }
    for (const { file, part } of files) {
      place = file;
      renameSync(part, file);
    }
  } catch (error) {
    throw new AgentError("CONFIG", `cannot write ${place}: ${messageOf(error)}`);
  } finally {
    for (const { part } of files) rmSync(part, { force: true });
  }
}

/** One name for one file, however it was given. */
function placeOf(file: string): string {
  return existsSync(file) ? realpathSync(file) : resolve(file);
}
