import { open, stat, type FileHandle } from "node:fs/promises";

import { hexlify, isHexString } from "ethers";

import { writeAtomically } from "../runtime/cursor.ts";
import { AgentError, messageOf } from "../runtime/errors.ts";
import { checked, notFound, type ReadableStorage } from "./storage.ts";

/** First bytes of a snapshot file. */
const MAGIC = Buffer.from("metis-snapshot-1");
const ENTRY = 40;

/**
 * Copies objects into one file that can be kept elsewhere and read when the storage is down (9.1, Q10).
 *
 * Layout: magic (16 bytes), count (4), then for each object hash (32) and length (8), then the objects. Integers are
 * big-endian. Objects that the source cannot give are left out.
 *
 * @returns Number of objects written.
 */
export async function writeSnapshot(source: ReadableStorage, hashes: string[], file: string): Promise<number> {
  const objects: { hash: string; bytes: Uint8Array }[] = [];
  for (const hash of hashes) {
    try {
      objects.push({ hash, bytes: await source.get(hash) });
    } catch (error) {
      if (!(error instanceof AgentError)) throw error;
    }
  }
  const index = Buffer.alloc(4 + objects.length * ENTRY);
  index.writeUInt32BE(objects.length, 0);
  objects.forEach(({ hash, bytes }, place) => {
    index.write(hash.slice(2), 4 + place * ENTRY, "hex");
    index.writeBigUInt64BE(BigInt(bytes.length), 4 + place * ENTRY + 32);
  });
  await writeAtomically(file, Buffer.concat([MAGIC, index, ...objects.map(({ bytes }) => bytes)]));
  return objects.length;
}

/** Reads objects from a snapshot file, and reads its index again when the file was replaced. */
export class Snapshot implements ReadableStorage {
  readonly name = "snapshot";
  readonly #file: string;
  #version = "";
  #places = new Map<string, { offset: number; length: number }>();

  constructor(file: string) {
    this.#file = file;
  }

  async get(hash: string): Promise<Uint8Array> {
    if (!isHexString(hash, 32)) throw notFound(this.name, hash);
    let handle: FileHandle;
    try {
      handle = await open(this.#file, "r");
    } catch (error) {
      throw new AgentError("STORAGE_UNAVAILABLE", `cannot open the snapshot ${this.#file}: ${messageOf(error)}`);
    }
    try {
      await this.#index(handle);
      const place = this.#places.get(hash.toLowerCase());
      if (place === undefined) throw notFound(this.name, hash);
      return checked(this.name, hash, await this.#bytes(handle, place.offset, place.length));
    } finally {
      await handle.close();
    }
  }

  async #index(handle: FileHandle): Promise<void> {
    const { ino, mtimeMs, size } = await stat(this.#file);
    const version = `${ino}/${mtimeMs}/${size}`;
    if (version === this.#version) return;
    const head = await this.#bytes(handle, 0, MAGIC.length + 4);
    if (!head.subarray(0, MAGIC.length).equals(MAGIC)) {
      throw new AgentError(
        "STORAGE_CORRUPT",
        `${this.#file} is not a snapshot; expected it to start with ${MAGIC.toString()}`,
      );
    }
    const count = head.readUInt32BE(MAGIC.length);
    const entries = await this.#bytes(handle, head.length, count * ENTRY);
    const places = new Map<string, { offset: number; length: number }>();
    let offset = head.length + entries.length;
    for (let at = 0; at < entries.length; at += ENTRY) {
      const length = Number(entries.readBigUInt64BE(at + 32));
      places.set(hexlify(entries.subarray(at, at + 32)), { offset, length });
      offset += length;
    }
    this.#places = places;
    this.#version = version;
  }

  async #bytes(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
    const { size } = await handle.stat();
    if (offset + length > size) {
      throw new AgentError(
        "STORAGE_CORRUPT",
        `${this.#file} ends at byte ${size}; expected at least ${offset + length}`,
      );
    }
    const buffer = Buffer.alloc(length);
    await handle.read(buffer, 0, length, offset);
    return buffer;
  }
}
