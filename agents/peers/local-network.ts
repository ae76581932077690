import { PeerError } from "./transport.ts";
import type { Envelope, EnvelopeHandler, Transport } from "./transport.ts";

/** Peers in one process. Messages are copied, so that nobody shares an object with a peer. */
export class LocalNetwork implements Transport {
  readonly #handlers = new Map<string, EnvelopeHandler>();

  async send(to: string, request: Envelope): Promise<Envelope> {
    const handler = this.#handlers.get(to.toLowerCase());
    if (handler === undefined) throw new PeerError("unreachable", `peer ${to} is not connected`);
    return { ...(await handler({ ...request })) };
  }

  open(address: string, handler: EnvelopeHandler): Promise<void> {
    this.#handlers.set(address.toLowerCase(), handler);
    return Promise.resolve();
  }

  close(address: string): Promise<void> {
    this.#handlers.delete(address.toLowerCase());
    return Promise.resolve();
  }
}
