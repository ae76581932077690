import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";

import { AgentError } from "./errors.ts";
import { fromJson, toJson } from "./json.ts";

/** State of an agent that cannot be derived again from L1 or the L2. */
export interface Cursor<T> {
  /** What was saved last; undefined before the first time. */
  load(): Promise<T | undefined>;
  /** Resolves once the value would survive a loss of power. */
  save(value: T): Promise<void>;
}

/** Writes a file so that a reader sees either all of it or what was there before. */
export async function writeAtomically(file: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  const handle = await open(temporary, "w");
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
  const directory = await open(dirname(file), "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** A cursor in a JSON file. */
export class FileCursor<T> implements Cursor<T> {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  async load(): Promise<T | undefined> {
    let text: string;
    try {
      text = await readFile(this.#file, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
    try {
      return fromJson(text) as T;
    } catch (cause) {
      throw new AgentError("CONFIG", `${this.#file} is not JSON; remove it to start over from L1`, { cause });
    }
  }

  async save(value: T): Promise<void> {
    await writeAtomically(this.#file, toJson(value));
  }
}

/** A cursor that lives as long as the process. It keeps a copy, as a file would. */
export class MemoryCursor<T> implements Cursor<T> {
  #text: string | undefined;

  load(): Promise<T | undefined> {
    return Promise.resolve(this.#text === undefined ? undefined : (fromJson(this.#text) as T));
  }

  save(value: T): Promise<void> {
    this.#text = toJson(value);
    return Promise.resolve();
  }
}
