import { TypedDataEncoder, ZeroHash, getAddress, recoverAddress } from "ethers";
import type { TypedDataDomain } from "ethers";

import type { Clock } from "../runtime/clock.ts";
import type { PeerKey } from "./key.ts";
import type { PeerMethod, PeerMethods } from "./methods.ts";
import { PeerError } from "./transport.ts";
import type { Envelope, Transport } from "./transport.ts";

const MESSAGE_TYPES = {
  Message: [
    { name: "from", type: "address" },
    { name: "to", type: "address" },
    { name: "method", type: "string" },
    { name: "time", type: "uint64" },
    { name: "inReplyTo", type: "bytes32" },
    { name: "body", type: "string" },
  ],
};

/** Says which keys may speak for whom; derived from the sequencer set on L1. */
export interface Roster {
  speaksFor(key: string, member: string): boolean;
}

export interface MessengerOptions {
  /** Under whose name this peer speaks. */
  readonly self: string;
  /** The sequencer set and its chain, so that a message of one deployment means nothing in another. */
  readonly chainId: bigint;
  readonly sequencerSet: string;
  /** How far a message's time may be from this peer's, in seconds; bounds replays. */
  readonly tolerance?: number;
}

export interface MessengerDependencies {
  /** The key that the peer signs with now. */
  readonly key: () => PeerKey;
  readonly transport: Transport;
  readonly roster: Roster;
  readonly clock: Clock;
}

export type PeerHandlers = {
  [M in PeerMethod]?: (
    request: PeerMethods[M]["request"],
    from: string,
  ) => PeerMethods[M]["answer"] | Promise<PeerMethods[M]["answer"]>;
};

/**
 * Authenticated talk between peers: every request and every answer is signed by the key of its sequencer and checked
 * against L1's set (step 3).
 */
export class Messenger {
  readonly #options: Required<MessengerOptions>;
  readonly #dependencies: MessengerDependencies;
  readonly #domain: TypedDataDomain;
  #handlers: PeerHandlers = {};

  constructor(options: MessengerOptions, dependencies: MessengerDependencies) {
    this.#options = { tolerance: 60, ...options, self: getAddress(options.self) };
    this.#dependencies = dependencies;
    this.#domain = {
      name: "Metis L2 peers",
      version: "1",
      chainId: options.chainId,
      verifyingContract: options.sequencerSet,
    };
  }

  /** Begins to answer. */
  async start(handlers: PeerHandlers): Promise<void> {
    this.#handlers = handlers;
    await this.#dependencies.transport.open(this.#options.self, (request) => this.#answer(request));
  }

  async stop(): Promise<void> {
    await this.#dependencies.transport.close(this.#options.self);
  }

  /**
   * Asks a peer.
   *
   * @throws {PeerError} when it cannot be reached, refuses, or its answer is not authentic.
   */
  async request<M extends PeerMethod>(
    to: string,
    method: M,
    request: PeerMethods[M]["request"],
  ): Promise<PeerMethods[M]["answer"]> {
    const sealed = await this.#seal(to, method, ZeroHash, request);
    const answer = await this.#dependencies.transport.send(to, sealed);
    this.#authenticate(answer);
    const digest = this.#digest(sealed);
    if (!same(answer.from, to) || answer.inReplyTo !== digest || answer.method !== method) {
      throw new PeerError("unauthenticated", `answer to ${method} is not that of ${to}`);
    }
    return parseBody(answer) as PeerMethods[M]["answer"];
  }

  async #answer(request: Envelope): Promise<Envelope> {
    this.#authenticate(request);
    const handler = Object.hasOwn(this.#handlers, request.method)
      ? this.#handlers[request.method as PeerMethod]
      : undefined;
    if (handler === undefined) throw new PeerError("refused", `method ${request.method} is not served`);
    const answer = await handler(parseBody(request) as never, getAddress(request.from));
    return this.#seal(request.from, request.method, this.#digest(request), answer);
  }

  async #seal(to: string, method: string, inReplyTo: string, body: unknown): Promise<Envelope> {
    const unsigned = {
      from: this.#options.self,
      to: getAddress(to),
      method,
      time: this.#now(),
      inReplyTo,
      body: JSON.stringify(body),
    };
    const signature = await this.#dependencies.key().signTypedData(this.#domain, MESSAGE_TYPES, unsigned);
    return { ...unsigned, signature };
  }

  #now(): number {
    return Math.floor(this.#dependencies.clock.now() / 1000);
  }

  #authenticate(message: Envelope): void {
    if (!same(message.to, this.#options.self)) {
      throw new PeerError("unauthenticated", `message for ${message.to} reached ${this.#options.self}`);
    }
    const age = Math.abs(this.#now() - message.time);
    if (age > this.#options.tolerance) {
      throw new PeerError(
        "unauthenticated",
        `message of ${message.from} is ${age} s away from this peer's time, at most ${this.#options.tolerance} s allowed`,
      );
    }
    let signer: string;
    try {
      signer = recoverAddress(this.#digest(message), message.signature);
    } catch (error) {
      throw new PeerError("unauthenticated", `message of ${message.from} carries no valid signature`, { cause: error });
    }
    if (!this.#dependencies.roster.speaksFor(signer, message.from)) {
      throw new PeerError("unauthenticated", `key ${signer} does not speak for ${message.from}`);
    }
  }

  #digest({ from, to, method, time, inReplyTo, body }: Omit<Envelope, "signature">): string {
    return TypedDataEncoder.hash(this.#domain, MESSAGE_TYPES, { from, to, method, time, inReplyTo, body });
  }
}

function parseBody(message: Envelope): unknown {
  try {
    return JSON.parse(message.body);
  } catch (error) {
    throw new PeerError("malformed", `body of ${message.method} from ${message.from} is not JSON`, { cause: error });
  }
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
