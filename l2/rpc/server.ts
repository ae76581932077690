import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";

import { allowOrigins } from "./cors.ts";
import { RPC_CODES, RpcError, toRpcError } from "./errors.ts";
import { ETH_METHODS } from "./eth.ts";
import { METIS_METHODS } from "./metis.ts";
import { type Method, Node, type NodeParts } from "./methods.ts";
import { Params } from "./params.ts";

export interface RpcOptions extends NodeParts {
  readonly host?: string;
  /** 0 for a free one. */
  readonly port?: number;
  /** Origins whose pages may call, `*` for all; none if left out. */
  readonly cors?: readonly string[] | undefined;
  /** Most bytes of one HTTP request. */
  readonly maxBodyBytes?: number;
  /** Most calls in one batch request. */
  readonly maxBatch?: number;
  /** Hears of errors that are the node's own fault. */
  readonly onError?: (error: unknown, method: string) => void;
}

/** A browser asks before it sends these across origins, and sends others without a question. */
const CONTENT_TYPES = ["application/json", "application/json-rpc", "application/jsonrequest"] as const;

const METHODS: ReadonlyMap<string, Method> = new Map(Object.entries({ ...ETH_METHODS, ...METIS_METHODS }));

/** The node's JSON-RPC over HTTP: Ethereum's methods over the chain, and those of Metis L2. */
export class RpcServer {
  readonly #options: RpcOptions;
  readonly #node: Node;
  readonly #http: FastifyInstance;

  constructor(options: RpcOptions) {
    this.#options = options;
    this.#node = new Node(options);
    this.#http = Fastify({ bodyLimit: options.maxBodyBytes ?? 1_048_576, forceCloseConnections: true });
    this.#routes();
  }

  /** Starts to listen and gives the address to call. */
  async listen(): Promise<string> {
    const { host = "127.0.0.1", port = 8545 } = this.#options;
    return await this.#http.listen({ host, port });
  }

  /** Answers what is under way and stops. */
  async close(): Promise<void> {
    await this.#http.close();
  }

  /**
   * Answers one JSON-RPC request or batch of requests.
   * @returns The response; nothing for notifications alone.
   */
  async handle(request: unknown): Promise<unknown> {
    if (!Array.isArray(request)) return await this.#answer(request);
    const most = this.#options.maxBatch ?? 100;
    if (request.length === 0) return failure(null, new RpcError("invalidRequest", "The batch is empty."));
    if (request.length > most) {
      const message = `The batch has ${request.length} requests, expected at most ${most}.`;
      return failure(null, new RpcError("limitExceeded", message));
    }
    const responses: unknown[] = [];
    for (const single of request) responses.push(await this.#answer(single));
    const answers = responses.filter((response) => response !== undefined);
    return answers.length === 0 ? undefined : answers;
  }

  async #answer(request: unknown): Promise<unknown> {
    const { id, method, params, jsonrpc } = (request ?? {}) as Record<string, unknown>;
    const named = typeof id === "string" || isExact(id) || id === null;
    if (jsonrpc !== "2.0" || typeof method !== "string" || (id !== undefined && !named)) {
      const message = 'Expected {"jsonrpc": "2.0", "id": …, "method": …, "params": […]}.';
      return failure(named ? id : null, new RpcError("invalidRequest", message));
    }
    try {
      const result = await this.#run(method, params);
      return id === undefined ? undefined : { jsonrpc: "2.0", id, result };
    } catch (error) {
      const told = toRpcError(error);
      if (told.code === RPC_CODES.internalError) this.#options.onError?.(error, method);
      return id === undefined ? undefined : failure(id, told);
    }
  }

  async #run(name: string, params: unknown): Promise<unknown> {
    const method = METHODS.get(name);
    if (method === undefined) {
      throw new RpcError("methodNotFound", `the method ${name} does not exist/is not available`);
    }
    return await method.run(this.#node, new Params(params, method.params));
  }

  #routes(): void {
    const { cors } = this.#options;
    this.#http.removeAllContentTypeParsers();
    this.#http.addContentTypeParser([...CONTENT_TYPES], { parseAs: "string" }, (_request, body, done) => {
      done(null, body);
    });
    if (cors !== undefined) allowOrigins(this.#http, cors);
    this.#http.post("/", async (request, reply) => {
      let parsed: unknown;
      try {
        parsed = JSON.parse(request.body as string);
      } catch {
        return send(reply, failure(null, new RpcError("parseError", "The body is not JSON.")));
      }
      const response = await this.handle(parsed);
      return response === undefined ? reply.code(204).send() : send(reply, response);
    });
    this.#http.setErrorHandler((error: FastifyError, request, reply) => {
      const { statusCode = 500 } = error;
      return send(reply.code(statusCode), failure(null, httpError(statusCode, error, request)));
    });
  }
}

/** Whether a number comes back as it was sent: JavaScript rounds greater ones, and the caller would not know its own. */
function isExact(id: unknown): boolean {
  return typeof id === "number" && Math.abs(id) <= Number.MAX_SAFE_INTEGER;
}

/** What is told of a request that did not reach a method. */
function httpError(status: number, error: FastifyError, { headers }: FastifyRequest): RpcError {
  if (status === 413) return new RpcError("limitExceeded", "The request is too large.");
  if (status === 415) {
    const found = headers["content-type"] ?? "missing";
    return new RpcError("invalidRequest", `The content type is ${found}, expected ${CONTENT_TYPES[0]}.`);
  }
  return status < 500 ? new RpcError("invalidRequest", error.message) : toRpcError(error);
}

function send(reply: FastifyReply, body: unknown): FastifyReply {
  return reply.type("application/json").send(JSON.stringify(body));
}

function failure(id: unknown, { code, message, data }: RpcError): unknown {
  return { jsonrpc: "2.0", id, error: data === undefined ? { code, message } : { code, message, data } };
}
