import { ClassicLevel } from "classic-level";

/** One change of a store; without a value, a removal. */
export interface Change {
  readonly key: string;
  readonly value?: Uint8Array;
}

/** A key-value store whose writes happen as a whole or not at all, also when the process dies. */
export interface KeyValueStore {
  get(key: string): Promise<Uint8Array | undefined>;
  write(changes: readonly Change[]): Promise<void>;
  close(): Promise<void>;
}

/** Opens a store on disk, or in memory where no directory is given. */
export async function openStore(directory?: string): Promise<KeyValueStore> {
  return directory === undefined ? new MemoryStore() : await DiskStore.open(directory);
}

class MemoryStore implements KeyValueStore {
  readonly #values = new Map<string, Uint8Array>();

  get(key: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.#values.get(key));
  }

  write(changes: readonly Change[]): Promise<void> {
    for (const { key, value } of changes) {
      if (value === undefined) this.#values.delete(key);
      else this.#values.set(key, value);
    }
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

class DiskStore implements KeyValueStore {
  readonly #level: ClassicLevel<string, Uint8Array>;

  private constructor(level: ClassicLevel<string, Uint8Array>) {
    this.#level = level;
  }

  static async open(directory: string): Promise<DiskStore> {
    const level = new ClassicLevel<string, Uint8Array>(directory, { valueEncoding: "view" });
    await level.open();
    return new DiskStore(level);
  }

  get(key: string): Promise<Uint8Array | undefined> {
    return this.#level.get(key);
  }

  async write(changes: readonly Change[]): Promise<void> {
    const batch = this.#level.batch();
    for (const { key, value } of changes) {
      if (value === undefined) batch.del(key);
      else batch.put(key, value);
    }
    // A block that was signed and sent must not be forgotten when the machine loses power.
    await batch.write({ sync: true });
  }

  close(): Promise<void> {
    return this.#level.close();
  }
}
