import Fastify from "fastify";
import type { FastifyInstance } from "fastify";

import { PeerError } from "./transport.ts";
import type { Envelope, EnvelopeHandler, PeerErrorCode, Transport } from "./transport.ts";

/** One peer message: a signature request or up to {@link HttpTransportOptions.maxBytes} of blocks. */
const PATH = "/peer";

const ENVELOPE_SCHEMA = {
  type: "object",
  additionalProperties: false,
  required: ["from", "to", "method", "time", "inReplyTo", "body", "signature"],
  properties: {
    from: { type: "string", pattern: "^0x[0-9a-fA-F]{40}$" },
    to: { type: "string", pattern: "^0x[0-9a-fA-F]{40}$" },
    method: { type: "string", maxLength: 64 },
    time: { type: "integer", minimum: 0 },
    inReplyTo: { type: "string", pattern: "^0x[0-9a-fA-F]{64}$" },
    body: { type: "string" },
    signature: { type: "string", pattern: "^0x[0-9a-fA-F]{130}$" },
  },
} as const;

const STATUS: Record<PeerErrorCode, number> = {
  unreachable: 502,
  timeout: 504,
  "too-large": 413,
  unauthenticated: 401,
  malformed: 400,
  refused: 409,
};

export interface HttpTransportOptions {
  /** Where to listen. */
  readonly host?: string;
  readonly port: number;
  /** URL of each peer, by address. */
  readonly peers: Readonly<Record<string, string>>;
  /** Largest message, in bytes. */
  readonly maxBytes?: number;
  /** How long to wait for an answer, in milliseconds. */
  readonly timeout?: number;
}

/** Peers over HTTP: one POST for each message. */
export class HttpTransport implements Transport {
  readonly #options: Required<HttpTransportOptions>;
  readonly #urls: ReadonlyMap<string, string>;
  readonly #handlers = new Map<string, EnvelopeHandler>();
  #server: FastifyInstance | undefined;

  constructor(options: HttpTransportOptions) {
    this.#options = { host: "127.0.0.1", maxBytes: 16 * 1024 * 1024, timeout: 10_000, ...options };
    this.#urls = new Map(
      Object.entries(options.peers).map(([address, url]) => [address.toLowerCase(), new URL(PATH, url).href]),
    );
  }

  /** Where it listens; undefined while closed. */
  get url(): string | undefined {
    return this.#server?.listeningOrigin;
  }

  async send(to: string, request: Envelope): Promise<Envelope> {
    const url = this.#urls.get(to.toLowerCase());
    if (url === undefined) throw new PeerError("unreachable", `peer ${to} has no URL`);
    const body = JSON.stringify(request);
    if (Buffer.byteLength(body) > this.#options.maxBytes) {
      throw new PeerError("too-large", `message to ${to} exceeds ${this.#options.maxBytes} bytes`);
    }
    let response: Response;
    let text: string;
    try {
      response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
        signal: AbortSignal.timeout(this.#options.timeout),
      });
      text = await this.#read(response, to);
    } catch (error) {
      if (error instanceof PeerError) throw error;
      const code = error instanceof Error && error.name === "TimeoutError" ? "timeout" : "unreachable";
      throw new PeerError(code, `peer ${to} at ${url}: ${code}`, { cause: error });
    }
    const answer = parse(text, to);
    if (!response.ok) {
      const { code, message } = answer as { code?: PeerErrorCode; message?: string };
      const known = code !== undefined && code in STATUS ? code : "refused";
      throw new PeerError(known, `peer ${to}: ${message ?? `HTTP ${response.status}`}`);
    }
    return answer as Envelope;
  }

  async #read(response: Response, from: string): Promise<string> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > this.#options.maxBytes) {
        throw new PeerError("too-large", `answer of ${from} exceeds ${this.#options.maxBytes} bytes`);
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString("utf8");
  }

  async open(address: string, handler: EnvelopeHandler): Promise<void> {
    this.#handlers.set(address.toLowerCase(), handler);
    if (this.#server !== undefined) return;
    const server = Fastify({
      bodyLimit: this.#options.maxBytes,
      requestTimeout: this.#options.timeout,
      forceCloseConnections: true,
    });
    server.post<{ Body: Envelope }>(PATH, { schema: { body: ENVELOPE_SCHEMA } }, async (request) => {
      const recipient = this.#handlers.get(request.body.to.toLowerCase());
      if (recipient === undefined) throw new PeerError("unreachable", `no peer ${request.body.to} here`);
      return recipient(request.body);
    });
    server.setErrorHandler(async (error: Error & { statusCode?: number }, _request, reply) => {
      if (error instanceof PeerError) {
        return reply.status(STATUS[error.code]).send({ code: error.code, message: error.message });
      }
      const status = error.statusCode ?? 500;
      const code: PeerErrorCode = status === 413 ? "too-large" : status < 500 ? "malformed" : "refused";
      return reply.status(status).send({ code, message: status < 500 ? error.message : "the peer failed to answer" });
    });
    await server.listen({ host: this.#options.host, port: this.#options.port });
    this.#server = server;
  }

  async close(address: string): Promise<void> {
    this.#handlers.delete(address.toLowerCase());
    if (this.#handlers.size > 0) return;
    const server = this.#server;
    this.#server = undefined;
    await server?.close();
  }
}

function parse(text: string, from: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PeerError("malformed", `answer of ${from} is not JSON`, { cause: error });
  }
}
