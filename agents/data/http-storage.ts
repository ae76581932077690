import { hexlify, keccak256 } from "ethers";

import { AgentError, messageOf } from "../runtime/errors.ts";
import { toJson } from "../runtime/json.ts";
import { AUTHORISATION_HEADER, checked, notFound, type Storage } from "./storage.ts";

/** Largest object that a client reads, in bytes: the largest batch with its roots has far less. */
const MAX_OBJECT = 256 * 1024 * 1024;

/** A storage over HTTP. The server is not trusted: the client checks every object against its hash (9.1). */
export class HttpStorage implements Storage {
  readonly name: string;
  readonly #url: string;
  readonly #timeout: number;

  /** @param timeout Milliseconds after which the storage counts as unavailable. */
  constructor(url: string, timeout = 30_000) {
    this.#url = url;
    this.#timeout = timeout;
    this.name = `storage ${url}`;
  }

  async put(object: Uint8Array, authorisation?: unknown): Promise<string> {
    const hash = keccak256(object);
    const headers: Record<string, string> = { "content-type": "application/octet-stream" };
    if (authorisation !== undefined) headers[AUTHORISATION_HEADER] = toJson(authorisation);
    const response = await this.#fetch(hash, { method: "PUT", body: Buffer.from(object), headers });
    if (response.ok) return hash;
    const reason = await response.text();
    const code = response.status >= 500 ? "STORAGE_UNAVAILABLE" : "STORAGE_REFUSED";
    throw new AgentError(code, `${this.name} answered ${response.status}: ${reason.slice(0, 300)}`);
  }

  async get(hash: string): Promise<Uint8Array> {
    const response = await this.#fetch(hash, { method: "GET" });
    if (response.status === 404) throw notFound(this.name, hash);
    if (!response.ok) throw new AgentError("STORAGE_UNAVAILABLE", `${this.name} answered ${response.status}`);
    return checked(this.name, hash, await this.#body(response));
  }

  async #body(response: Response): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    try {
      for await (const chunk of response.body ?? []) {
        size += (chunk as Uint8Array).length;
        if (size > MAX_OBJECT)
          throw new AgentError("STORAGE_CORRUPT", `${this.name} gave more than ${MAX_OBJECT} bytes`);
        chunks.push(chunk as Uint8Array);
      }
    } catch (error) {
      throw this.#unavailable(error);
    }
    return Buffer.concat(chunks);
  }

  async #fetch(hash: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(`${this.#url}/objects/${hexlify(hash)}`, {
        ...init,
        signal: AbortSignal.timeout(this.#timeout),
      });
    } catch (error) {
      throw this.#unavailable(error);
    }
  }

  #unavailable(error: unknown): AgentError {
    if (error instanceof AgentError) return error;
    return new AgentError("STORAGE_UNAVAILABLE", `${this.name} does not answer: ${messageOf(error)}`, { cause: error });
  }
}
