import { access, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

import { isHexString, keccak256 } from "ethers";

import { writeAtomically } from "../runtime/cursor.ts";
import { AgentError } from "../runtime/errors.ts";
import { checked, notFound, type Storage } from "./storage.ts";

/** A storage in a directory: one file for each object, in folders by the first byte of the hash. */
export class FileStore implements Storage {
  readonly name = "file store";
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async put(object: Uint8Array): Promise<string> {
    const hash = keccak256(object);
    const file = this.#file(hash);
    // An object that is there but damaged is written again.
    const present = await access(file).then(
      () =>
        this.get(hash)
          .then(() => true)
          .catch(() => false),
      () => false,
    );
    if (!present) await writeAtomically(file, object);
    return hash;
  }

  async get(hash: string): Promise<Uint8Array> {
    let object: Uint8Array;
    try {
      object = await readFile(this.#file(hash));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") throw notFound(this.name, hash);
      throw error;
    }
    return checked(this.name, hash, object);
  }

  /** Removes an object, if it is there. */
  async remove(hash: string): Promise<void> {
    await rm(this.#file(hash), { force: true });
  }

  /** Hashes of all objects, in ascending order. */
  async list(): Promise<string[]> {
    const folders = await readdir(this.#directory).catch(() => []);
    const names = await Promise.all(
      folders.filter((folder) => /^[0-9a-f]{2}$/.test(folder)).map((folder) => readdir(join(this.#directory, folder))),
    );
    return names
      .flat()
      .map((name) => `0x${name}`)
      .filter((name) => isHexString(name, 32))
      .sort();
  }

  #file(hash: string): string {
    if (!isHexString(hash, 32)) {
      throw new AgentError(
        "STORAGE_NOT_FOUND",
        `${JSON.stringify(hash)} is not a hash; expected 32 bytes in hexadecimal`,
      );
    }
    const digits = hash.slice(2).toLowerCase();
    return join(this.#directory, digits.slice(0, 2), digits);
  }
}
