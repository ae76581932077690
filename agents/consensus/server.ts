import fastify, { type FastifyInstance } from "fastify";

import { TransactionError } from "../../l2/protocol/errors.ts";
import { type Hex, asHash, fromHex, toHex } from "../../l2/base/hex.ts";
import { AgentError } from "../runtime/errors.ts";
import { toJson } from "../runtime/json.ts";
import type { Consensus } from "../node/consensus.ts";

/** Largest transaction that is taken, in bytes of its JSON. */
const MAX_BODY = 256 * 1024;

export interface ConsensusServerOptions {
  readonly host: string;
  /** TCP port; 0 picks a free one. */
  readonly port: number;
}

/** What a client is told of an error: its code, where it has one, and one sentence. */
export interface ErrorBody {
  readonly code: string;
  readonly error: string;
}

/**
 * Serves a consensus layer to users, sequencers and the submitter: `POST /transactions`, `GET /transactions` (those that
 * wait), `GET /transactions/<hash>`, `GET /batches/<index>`, `GET /status`.
 */
export class ConsensusServer {
  readonly #options: ConsensusServerOptions;
  readonly #consensus: Consensus;
  #server: FastifyInstance | undefined;

  constructor(options: ConsensusServerOptions, dependencies: { readonly consensus: Consensus }) {
    this.#options = options;
    this.#consensus = dependencies.consensus;
  }

  /** Address that it listens on. */
  get url(): string {
    if (this.#server === undefined) throw new Error("the consensus server is not running");
    return this.#server.listeningOrigin;
  }

  async start(): Promise<void> {
    const consensus = this.#consensus;
    const server = fastify({ bodyLimit: MAX_BODY, forceCloseConnections: true });
    server.setSerializerCompiler(() => toJson);
    server.setReplySerializer(toJson);
    server.post<{ Body: { raw: string } }>(
      "/transactions",
      {
        schema: {
          body: {
            type: "object",
            required: ["raw"],
            additionalProperties: false,
            properties: { raw: { type: "string", pattern: "^0x([0-9a-fA-F]{2})+$" } },
          },
        },
      },
      async ({ body }) => ({ hash: await consensus.submitTransaction(fromHex(body.raw)) }),
    );
    server.get("/transactions", async () => ({ pending: (await consensus.pendingTransactions()).map(toHex) }));
    server.get<{ Params: { hash: Hex } }>(
      "/transactions/:hash",
      {
        schema: {
          params: { type: "object", properties: { hash: { type: "string", pattern: "^0x[0-9a-fA-F]{64}$" } } },
        },
      },
      ({ params }) => consensus.transactionStatus(asHash(params.hash)),
    );
    server.get<{ Params: { index: string } }>("/batches/:index", async ({ params }, reply) => {
      if (!/^\d{1,19}$/.test(params.index)) {
        return reply.code(400).send({ code: "MALFORMED", error: `batch index is ${params.index}, expected a number` });
      }
      return { batch: (await consensus.certifiedBatch(BigInt(params.index))) ?? null };
    });
    server.get("/status", () => consensus.status());
    server.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
      const [status, code] = classify(error);
      const text = status === 500 ? "the consensus layer failed to answer" : error.message;
      return reply.code(status).send({ code, error: text } satisfies ErrorBody);
    });
    await server.listen({ host: this.#options.host, port: this.#options.port });
    this.#server = server;
  }

  async stop(): Promise<void> {
    await this.#server?.close();
    this.#server = undefined;
  }
}

function classify(error: Error & { statusCode?: number }): [status: number, code: string] {
  if (error instanceof TransactionError) return [422, error.code];
  if (error instanceof AgentError) return [503, error.code];
  const { statusCode = 500 } = error;
  return statusCode < 500 ? [statusCode, "MALFORMED"] : [500, "INTERNAL"];
}
