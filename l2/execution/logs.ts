import type { Log as VmLog } from "@ethereumjs/evm";
import { Bloom } from "@ethereumjs/vm";
import { getAddress } from "ethers";

import { type Hex, fromHex, toHex } from "../base/hex.ts";
import { keccak256 } from "../base/keccak.ts";

/** What a contract logged. */
export interface Log {
  readonly address: string;
  readonly topics: readonly Hex[];
  readonly data: Hex;
}

/** A log as the EVM gives it. */
export function fromVmLog([address, topics, data]: VmLog): Log {
  return { address: getAddress(toHex(address)), topics: topics.map(toHex), data: toHex(data) };
}

/** A log as the EVM gives it, and as receipts hold it. */
export function toVmLog({ address, topics, data }: Log): VmLog {
  return [fromHex(address), topics.map(fromHex), fromHex(data)];
}

/** Which logs are wanted; what is left out matches all. */
export interface LogFilter {
  /** Any of these. */
  readonly addresses?: readonly string[];
  /** By place: any of these topics; `undefined` for any topic at all. */
  readonly topics: readonly (readonly Hex[] | undefined)[];
}

/** The bloom filter of logs, as receipts and block headers carry it. */
export function bloomOf(logs: readonly Log[]): Uint8Array {
  const bloom = newBloom();
  for (const { address, topics } of logs) {
    bloom.add(fromHex(address));
    for (const topic of topics) bloom.add(fromHex(topic));
  }
  return bloom.bitvector;
}

/** Whether a bloom filter leaves room for logs that are wanted. */
export function mayMatch(logsBloom: Hex, { addresses, topics }: LogFilter): boolean {
  const bloom = newBloom(fromHex(logsBloom));
  const has = (any: readonly string[] | undefined): boolean =>
    any === undefined || any.some((value) => bloom.check(fromHex(value)));
  return has(addresses) && topics.every(has);
}

/** Whether a log is wanted. */
export function matches({ address, topics: found }: Log, { addresses, topics }: LogFilter): boolean {
  const from = address.toLowerCase();
  return (
    (addresses?.some((wanted) => wanted.toLowerCase() === from) ?? true) &&
    topics.length <= found.length &&
    topics.every((any, place) => any?.some((topic) => topic === found[place]) ?? true)
  );
}

function newBloom(bits: Uint8Array = new Uint8Array(BLOOM_BYTES)): Bloom {
  const bloom = new Bloom(bits);
  bloom.keccakFunction = keccak256;
  return bloom;
}

const BLOOM_BYTES = 256;

/** The bloom filter of no logs. */
export const EMPTY_BLOOM: Hex = toHex(new Uint8Array(BLOOM_BYTES));
