import { keccak256 } from "ethers";

import { AgentError } from "../runtime/errors.ts";

/** Header that carries the authorisation to store an object, as JSON. */
export const AUTHORISATION_HEADER = "x-metis-authorisation";

/** Storage of batch data by its keccak-256 hash ("Memolabs", steps 6 and 9). */
export interface ReadableStorage {
  /** A name for logs. */
  readonly name: string;
  /**
   * Reads an object. Implementations go through {@link checked}, so that wrong bytes never leave a storage (9.1).
   *
   * @param hash keccak-256 of the object, 0x-prefixed.
   * @throws {AgentError} `STORAGE_NOT_FOUND`, `STORAGE_CORRUPT` or `STORAGE_UNAVAILABLE`.
   */
  get(hash: string): Promise<Uint8Array>;
}

/** A storage that takes objects. */
export interface Storage extends ReadableStorage {
  /**
   * Stores an object durably. Storing it again changes nothing.
   *
   * @param authorisation What the storage wants to see before it accepts an object (S4); opaque to most.
   * @returns Its keccak-256 hash.
   * @throws {AgentError} `STORAGE_REFUSED` or `STORAGE_UNAVAILABLE`.
   */
  put(object: Uint8Array, authorisation?: unknown): Promise<string>;
}

/**
 * Passes an object on if it is what its name says.
 *
 * @throws {AgentError} `STORAGE_CORRUPT` otherwise.
 */
export function checked(source: string, hash: string, object: Uint8Array): Uint8Array {
  const actual = keccak256(object);
  if (actual !== hash.toLowerCase()) {
    throw new AgentError(
      "STORAGE_CORRUPT",
      `${source} gave ${object.length} bytes with hash ${actual}; expected ${hash}`,
    );
  }
  return object;
}

/** An error for an object that a storage does not have. */
export function notFound(source: string, hash: string): AgentError {
  return new AgentError("STORAGE_NOT_FOUND", `${source} has no object ${hash}`);
}
