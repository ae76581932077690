import type { SignedBlock } from "../../l2/protocol/block.ts";
import { toHeader, type BatchHeader } from "../../l2/batch/header.ts";
import { messageOf } from "../runtime/errors.ts";
import { PeerError } from "./transport.ts";

/** A header as JSON: integers in decimal, the rest in hex. `toHeader` reads it. */
export type WireHeader = Readonly<Record<keyof BatchHeader, string>>;

/** Writes a header as JSON. */
export function wireHeader(header: BatchHeader): WireHeader {
  return Object.fromEntries(Object.entries(header).map(([field, value]) => [field, String(value)])) as WireHeader;
}

/** Reads a header that a peer wrote. @throws {PeerError} `malformed`. */
export function readHeader(header: WireHeader): BatchHeader {
  try {
    return toHeader(header);
  } catch (error) {
    throw new PeerError("malformed", messageOf(error), { cause: error });
  }
}

/** Reads what has to be a list of raw transactions. @throws {PeerError} `malformed`. */
export function readTransactions(transactions: unknown): readonly string[] {
  if (Array.isArray(transactions) && transactions.every((raw): raw is string => typeof raw === "string")) {
    return transactions;
  }
  throw new PeerError("malformed", "transactions is no list of hexadecimal data");
}

/** Where a peer stands with a block that it was offered. */
export interface BlockAnswer {
  readonly accepted: boolean;
  /** The block that it needs first, where it lacks what comes before. */
  readonly want?: number;
  /** Why it refuses the block for good (S3). */
  readonly reason?: string;
}

/** A 65-byte signature, or why there is none. */
export type SignatureAnswer = { readonly signature: string } | { readonly refused: string };

/** What peers ask each other, as JSON. What a peer says is checked before it is used. */
export interface PeerMethods {
  /** Are you there, and how far are you? */
  status: { request: Record<string, never>; answer: { readonly number: number; readonly hash: string } };
  /** Here is a new block (step 3). */
  block: { request: { readonly block: SignedBlock }; answer: BlockAnswer };
  /** Which blocks come after this one (step 5.2)? */
  blocks: {
    request: { readonly after: number; readonly limit: number };
    answer: { readonly blocks: readonly SignedBlock[] };
  };
  /** Raw transactions that wait for a block (step 2a). */
  transactions: { request: { readonly transactions: readonly string[] }; answer: Record<string, never> };
  /** Sign this batch (step 7). */
  signBatch: { request: { readonly header: WireHeader }; answer: SignatureAnswer };
  /** Sign that the current sequencer is silent (S2). */
  signSilence: { request: { readonly term: number; readonly sequencer: string }; answer: SignatureAnswer };
  /** A block of the current sequencer was refused (S3). */
  report: { request: { readonly block: SignedBlock; readonly reason: string }; answer: Record<string, never> };
}

export type PeerMethod = keyof PeerMethods;
