import fastify, { type FastifyInstance } from "fastify";
import { isHexString, keccak256 } from "ethers";

import { fromJson } from "../runtime/json.ts";
import { AgentError, messageOf } from "../runtime/errors.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Metrics } from "../runtime/metrics.ts";
import type { FileStore } from "../data/file-store.ts";
import { AUTHORISATION_HEADER } from "../data/storage.ts";

/** Decides whether an object may be stored (S4); throws an {@link AgentError} that says why not. */
export type Authorise = (hash: string, authorisation: unknown) => Promise<void>;

export interface StorageServerOptions {
  host: string;
  /** TCP port; 0 picks a free one. */
  port: number;
  /** Largest object, in bytes. */
  maxObject: number;
}

/**
 * Serves a file store over HTTP: `PUT /objects/<hash>` and `GET /objects/<hash>`.
 */
export class StorageServer {
  readonly #options: StorageServerOptions;
  readonly #store: FileStore;
  readonly #authorise: Authorise;
  readonly #log: Logger;
  readonly #metrics: Metrics;
  #server: FastifyInstance | undefined;

  constructor(
    options: StorageServerOptions,
    dependencies: { store: FileStore; authorise: Authorise; log: Logger; metrics: Metrics },
  ) {
    this.#options = options;
    this.#store = dependencies.store;
    this.#authorise = dependencies.authorise;
    this.#log = dependencies.log;
    this.#metrics = dependencies.metrics;
  }

  /** Address that it listens on. */
  get url(): string {
    if (this.#server === undefined) throw new Error("the storage server is not running");
    return this.#server.listeningOrigin;
  }

  async start(): Promise<void> {
    const server = fastify({ bodyLimit: this.#options.maxObject, forceCloseConnections: true });
    server.removeAllContentTypeParsers();
    server.addContentTypeParser("*", { parseAs: "buffer" }, (_, body, done) => {
      done(null, body);
    });
    server.put<{ Params: { hash: string }; Body: Buffer }>("/objects/:hash", async (request, reply) => {
      const { hash } = request.params;
      const object = request.body;
      if (!isHexString(hash, 32) || !Buffer.isBuffer(object) || keccak256(object) !== hash.toLowerCase()) {
        return reply.code(400).send({ error: `the body's keccak-256 is not ${hash}` });
      }
      try {
        const given = request.headers[AUTHORISATION_HEADER];
        await this.#authorise(hash, typeof given === "string" ? fromJson(given) : undefined);
      } catch (error) {
        if (!(error instanceof AgentError) && !(error instanceof SyntaxError)) throw error;
        this.#log.warn({ hash, reason: messageOf(error) }, "object refused");
        return reply.code(403).send({ error: messageOf(error) });
      }
      await this.#store.put(object);
      this.#metrics.storageObjects.inc();
      this.#log.info({ hash, bytes: object.length }, "object stored");
      return reply.code(201).send({ hash });
    });
    server.get<{ Params: { hash: string } }>("/objects/:hash", async (request, reply) => {
      try {
        const object = await this.#store.get(request.params.hash);
        return await reply.type("application/octet-stream").send(Buffer.from(object));
      } catch (error) {
        if (!(error instanceof AgentError)) throw error;
        if (error.code === "STORAGE_CORRUPT") this.#log.error({ reason: error.message }, "object damaged");
        return reply.code(404).send({ error: error.message });
      }
    });
    await server.listen({ host: this.#options.host, port: this.#options.port });
    this.#server = server;
    this.#metrics.storageObjects.set((await this.#store.list()).length);
  }

  async stop(): Promise<void> {
    await this.#server?.close();
    this.#server = undefined;
  }

  health(): { healthy: boolean; detail: string } {
    return { healthy: this.#server !== undefined, detail: this.#server?.listeningOrigin ?? "stopped" };
  }
}
