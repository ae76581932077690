/**
 * How peers reach each other. A transport carries sealed messages and knows nothing of their content; who may say what
 * is settled by the {@link Messenger} above it. In this system there are two: {@link LocalNetwork} and
 * {@link HttpTransport}.
 */

/** A message with its signature, as it crosses the wire. */
export interface Envelope {
  /** Owner of the sequencer that speaks, or the address of the consensus layer. */
  readonly from: string;
  /** Whom the message is for. */
  readonly to: string;
  readonly method: string;
  /** When it was sealed, in seconds. */
  readonly time: number;
  /** Digest of the request that this answers; zero for a request. */
  readonly inReplyTo: string;
  /** JSON text. */
  readonly body: string;
  /** 65-byte signature over the EIP-712 digest of the fields above. */
  readonly signature: string;
}

export type EnvelopeHandler = (request: Envelope) => Promise<Envelope>;

export interface Transport {
  /**
   * Delivers a request and resolves with the answer.
   *
   * @throws {PeerError} `unreachable`, `timeout`, `too-large` or `refused`.
   */
  send(to: string, request: Envelope): Promise<Envelope>;
  /** Begins to deliver requests for `address` to `handler`. */
  open(address: string, handler: EnvelopeHandler): Promise<void>;
  /** Ends it; other addresses are not affected. */
  close(address: string): Promise<void>;
}

export type PeerErrorCode = "unreachable" | "timeout" | "too-large" | "unauthenticated" | "malformed" | "refused";

/** Why a peer could not be asked, or what it asked could not be heard. */
export class PeerError extends Error {
  readonly code: PeerErrorCode;

  constructor(code: PeerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "PeerError";
    this.code = code;
  }
}
