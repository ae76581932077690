import type { Cursor } from "../runtime/cursor.ts";
import { AgentError } from "../runtime/errors.ts";
import type { Logger } from "../runtime/logger.ts";
import type { FileStore } from "../data/file-store.ts";
import type { Storage } from "../data/storage.ts";

/** Objects that the storage does not have yet, each with its authorisation. */
export interface OutboxCursor {
  waiting: { hash: string; authorisation: unknown }[];
}

/** Delivers objects to a storage, and keeps them on disk while it is down (step 6, Q10). */
export class Outbox {
  readonly #storage: Storage;
  readonly #files: FileStore;
  readonly #cursor: Cursor<OutboxCursor>;
  readonly #log: Logger;
  /** Why the storage refused the last time; logged once. */
  #reason = "";

  constructor(dependencies: { storage: Storage; files: FileStore; cursor: Cursor<OutboxCursor>; log: Logger }) {
    this.#storage = dependencies.storage;
    this.#files = dependencies.files;
    this.#cursor = dependencies.cursor;
    this.#log = dependencies.log;
  }

  /** Takes an object; it survives a restart from here on. */
  async add(object: Uint8Array, authorisation: unknown): Promise<void> {
    const hash = await this.#files.put(object);
    const waiting = await this.#waiting();
    if (!waiting.some((entry) => entry.hash === hash))
      await this.#cursor.save({ waiting: [...waiting, { hash, authorisation }] });
  }

  /**
   * Stores every waiting object and reads it back.
   *
   * @returns Number of objects that still wait.
   */
  async deliver(): Promise<number> {
    let left = await this.#waiting();
    for (const { hash, authorisation } of left) {
      try {
        await this.#storage.put(await this.#files.get(hash), authorisation);
        await this.#storage.get(hash);
        this.#log.info({ hash }, "[6] stored the transactions");
      } catch (error) {
        if (!(error instanceof AgentError)) throw error;
        const level = error.message === this.#reason ? "debug" : "warn";
        this.#log[level]({ hash, reason: error.message }, "[6] the storage does not take the transactions yet");
        this.#reason = error.message;
        if (error.code !== "STORAGE_REFUSED" && error.code !== "STORAGE_CORRUPT") return left.length;
        continue;
      }
      left = left.filter((entry) => entry.hash !== hash);
      await this.#cursor.save({ waiting: left });
      await this.#files.remove(hash);
    }
    return left.length;
  }

  async #waiting(): Promise<OutboxCursor["waiting"]> {
    return (await this.#cursor.load())?.waiting ?? [];
  }
}
