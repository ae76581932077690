import { getAddress } from "ethers";

import { CodedError } from "../base/errors.ts";
import { type Hex, fromHex, toHex } from "../base/hex.ts";
import { keccakHex } from "../base/keccak.ts";
import {
  type BlockContext,
  CONTEXT_SIZE,
  type L2Transaction,
  recordSize,
  sameBlock,
} from "../protocol/l2-transaction.ts";
import type { BatchHeader } from "./header.ts";

/** How bytes break the protocol's encoding. */
export type EncodingErrorCode = "TOO_LARGE" | "OUT_OF_ORDER" | "MALFORMED" | "TRUNCATED" | "WRONG_OBJECT";

/** Bytes that break the protocol's encoding (docs/protocol.md, section 3). */
export class EncodingError extends CodedError<EncodingErrorCode> {
  override readonly name = "EncodingError";
}

const MAX_RAW_SIZE = 0xffffff;

/**
 * The data of a batch: one record for each transaction, in order (step 8c).
 * @throws EncodingError where blocks are out of order or a transaction is too long.
 */
export function encodeRecords(transactions: readonly L2Transaction[]): Uint8Array {
  const parts: Buffer[] = [];
  let last: BlockContext | undefined;
  for (const [index, { context, raw }] of transactions.entries()) {
    if (raw.length > MAX_RAW_SIZE) {
      throw new EncodingError(
        "TOO_LARGE",
        `Transaction ${index} has ${raw.length} bytes, expected at most ${MAX_RAW_SIZE}.`,
      );
    }
    const opensBlock = last === undefined || context.number !== last.number;
    if (opensBlock) checkOrder(index, last, context);
    else if (last !== undefined && !sameBlock(context, last)) {
      throw new EncodingError(
        "OUT_OF_ORDER",
        `Transaction ${index} gives block ${context.number} another timestamp, coinbase or randomness.`,
      );
    }
    const record = Buffer.alloc(recordSize(0, opensBlock));
    if (opensBlock) {
      record.writeUInt8(1, 0);
      record.writeBigUInt64BE(context.number, 1);
      record.writeBigUInt64BE(context.timestamp, 9);
      record.write(context.coinbase.slice(2), 17, "hex");
      record.write(context.randomness.slice(2), 37, "hex");
    }
    record.writeUIntBE(raw.length, record.length - 3, 3);
    parts.push(record, Buffer.from(raw.buffer, raw.byteOffset, raw.length));
    last = context;
  }
  return new Uint8Array(Buffer.concat(parts));
}

/**
 * The transactions of a batch's data, or of a piece of it.
 * @param after Block of the transaction before the piece; left out for the first piece.
 * @throws EncodingError naming the byte at fault where the bytes are not the one encoding of a list.
 */
export function decodeRecords(data: Uint8Array, after?: BlockContext): L2Transaction[] {
  const view = Buffer.from(data.buffer, data.byteOffset, data.length);
  const transactions: L2Transaction[] = [];
  let last = after;
  let at = 0;
  const need = (size: number, what: string): void => {
    if (view.length - at < size) {
      throw new EncodingError(
        "TRUNCATED",
        `Data ends at byte ${view.length} inside ${what} at byte ${at}, expected ${size} bytes.`,
      );
    }
  };
  while (at < view.length) {
    const flag = view.readUInt8(at);
    if (flag > 1) throw new EncodingError("MALFORMED", `Record flag at byte ${at} is ${flag}, expected 0 or 1.`);
    at += 1;
    if (flag === 1) {
      need(CONTEXT_SIZE, "a block");
      const context: BlockContext = {
        number: view.readBigUInt64BE(at),
        timestamp: view.readBigUInt64BE(at + 8),
        coinbase: getAddress(toHex(view.subarray(at + 16, at + 36))),
        randomness: toHex(view.subarray(at + 36, at + CONTEXT_SIZE)),
      };
      checkOrder(transactions.length, last, context);
      last = context;
      at += CONTEXT_SIZE;
    }
    if (last === undefined) throw new EncodingError("MALFORMED", "The first record opens no block, expected flag 1.");
    need(3, "a length");
    const size = view.readUIntBE(at, 3);
    at += 3;
    need(size, "a transaction");
    transactions.push({ context: last, raw: data.slice(at, at + size) });
    at += size;
  }
  return transactions;
}

function checkOrder(index: number, last: BlockContext | undefined, next: BlockContext): void {
  if (last === undefined) return;
  if (next.number <= last.number) {
    throw new EncodingError(
      "OUT_OF_ORDER",
      `Transaction ${index} opens block ${next.number}, expected one above ${last.number}.`,
    );
  }
  if (next.timestamp < last.timestamp) {
    throw new EncodingError(
      "OUT_OF_ORDER",
      `Block ${next.number} has time ${next.timestamp}, expected ${last.timestamp} or later.`,
    );
  }
}

/**
 * Where each record of well-formed data ends: the data of transactions `[i, j)` is `data.slice(ends[i - 1], ends[j -
 * 1])`.
 */
export function recordEnds(data: Uint8Array): number[] {
  const ends: number[] = [];
  let at = 0;
  for (const { raw, opens } of framing(data)) {
    at += recordSize(raw, opens);
    ends.push(at);
  }
  return ends;
}

function* framing(data: Uint8Array): Generator<{ raw: number; opens: boolean }> {
  const view = Buffer.from(data.buffer, data.byteOffset, data.length);
  let at = 0;
  while (at < view.length) {
    const opens = view.readUInt8(at) === 1;
    const lengthAt = at + (opens ? 1 + CONTEXT_SIZE : 1);
    if (lengthAt + 3 > view.length) throw new EncodingError("TRUNCATED", `Data ends inside the record at byte ${at}.`);
    const raw = view.readUIntBE(lengthAt, 3);
    at = lengthAt + 3 + raw;
    if (at > view.length)
      throw new EncodingError("TRUNCATED", `Data ends inside the transaction whose length is at byte ${lengthAt}.`);
    yield { raw, opens };
  }
}

/** The object in storage: the data, then the state root after every transaction (step 6). */
export function encodeObject(data: Uint8Array, stateRoots: readonly Hex[]): Uint8Array {
  return new Uint8Array(Buffer.concat([data, ...stateRoots.map(fromHex)]));
}

/** What an object in storage holds. */
export interface BatchObject {
  readonly data: Uint8Array;
  readonly stateRoots: readonly Hex[];
  readonly transactions: readonly L2Transaction[];
}

/**
 * Decodes an object that was downloaded for a header (step 9), and checks its hash, size and encoding. It does not
 * compare Merkle roots: the verifier does (steps 10 to 11.3).
 * @throws EncodingError where the bytes are not the header's object.
 */
export function decodeObject(
  header: Pick<BatchHeader, "dataHash" | "dataSize" | "txCount">,
  object: Uint8Array,
): BatchObject {
  const hash = keccakHex(object);
  if (hash !== header.dataHash)
    throw new EncodingError("WRONG_OBJECT", `Object hashes to ${hash}, expected ${header.dataHash}.`);
  const dataSize = Number(header.dataSize);
  const size = dataSize + 32 * Number(header.txCount);
  if (object.length !== size)
    throw new EncodingError("WRONG_OBJECT", `Object has ${object.length} bytes, expected ${size}.`);
  const data = object.slice(0, dataSize);
  const transactions = decodeRecords(data);
  if (transactions.length !== Number(header.txCount)) {
    throw new EncodingError(
      "WRONG_OBJECT",
      `Object holds ${transactions.length} transactions, expected ${header.txCount}.`,
    );
  }
  const stateRoots: Hex[] = [];
  for (let at = dataSize; at < size; at += 32) stateRoots.push(toHex(object.subarray(at, at + 32)));
  return { data, stateRoots, transactions };
}
