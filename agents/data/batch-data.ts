import { getBytes } from "ethers";

import { decodeRecords, encodeRecords, recordEnds } from "../../l2/batch/encoding.ts";
import type { BlockContext, L2Transaction } from "../../l2/protocol/l2-transaction.ts";
import type { BatchHeader } from "../../l2/batch/header.ts";
import { batchTree, mttbrLeafValue } from "../../l2/batch/tree.ts";
import { toHex, type Hex } from "../../l2/base/hex.ts";
import type { ReadableStorage } from "./storage.ts";
import { AgentError } from "../runtime/errors.ts";
import type { L1 } from "../l1/l1.ts";
import type { CheckedRange, DataRequest } from "../l1/mirror.ts";

/** A batch's transactions as a source gave them. */
export interface BatchData {
  /** Name of the source. */
  source: string;
  transactions: L2Transaction[];
  /** The encoded transactions; not there where their blocks are out of order, which has no encoding. */
  data: Uint8Array | undefined;
  /** What the batch claims as the values of its MTSR, where the source has them. */
  stateRoots?: Hex[];
}

/** Where a batch's transactions can be had (step 9). */
export interface DataSource {
  readonly name: string;
  /**
   * @throws {AgentError} `DATA_MALFORMED` where the source has the very bytes that L1 recorded, and they are no batch;
   * any other code where it has nothing to offer.
   */
  fetch(header: BatchHeader): Promise<BatchData>;
}

/** The blockchain's peers, or one's own chain (step 8c). */
export interface BlockSource {
  /** Transactions of the blocks `[from, to]`, in order. */
  transactions(from: number, to: number): Promise<readonly L2Transaction[]>;
}

/** Batch data out of a storage, which holds it under the hash that L1 recorded (steps 9, 9.1). */
export class StorageSource implements DataSource {
  readonly #storage: ReadableStorage;

  constructor(storage: ReadableStorage) {
    this.#storage = storage;
  }

  get name(): string {
    return this.#storage.name;
  }

  async fetch(header: BatchHeader): Promise<BatchData> {
    const object = await this.#storage.get(header.dataHash);
    const dataSize = Number(header.dataSize);
    const size = dataSize + 32 * Number(header.txCount);
    if (object.length !== size) {
      throw new AgentError("DATA_MALFORMED", `object ${header.dataHash} has ${object.length} bytes; expected ${size}`);
    }
    const data = object.slice(0, dataSize);
    const stateRoots: Hex[] = [];
    for (let at = dataSize; at < size; at += 32) stateRoots.push(toHex(object.subarray(at, at + 32)));
    try {
      return { source: this.name, transactions: decodeRecords(data), data, stateRoots };
    } catch {
      return { source: this.name, transactions: decodeUnordered(data), data: undefined, stateRoots };
    }
  }
}

/** Batch data out of the blocks of the Metis blockchain (9.1). It is as good as its MTTBR: the caller compares. */
export class BlocksSource implements DataSource {
  readonly name: string;
  readonly #blocks: BlockSource;

  constructor(name: string, blocks: BlockSource) {
    this.name = name;
    this.#blocks = blocks;
  }

  async fetch(header: BatchHeader): Promise<BatchData> {
    const transactions = [...(await this.#blocks.transactions(Number(header.firstBlock), Number(header.lastBlock)))];
    if (transactions.length === 0) {
      throw new AgentError(
        "L2_UNAVAILABLE",
        `${this.name} has no block from ${header.firstBlock} to ${header.lastBlock}`,
      );
    }
    return { source: this.name, transactions, data: encodeRecords(transactions) };
  }
}

/**
 * Batch data as L1 has it: the records of all transitions that it checked (steps 9.3, 11.10.2).
 *
 * @throws {AgentError} `L1_UNAVAILABLE` where L1 has not checked all of them, or does not give their logs.
 */
export async function fetchPosted(l1: L1, { header, headerHash, checked }: DataRequest): Promise<BatchData> {
  const transactions: L2Transaction[] = [];
  for (const range of checked.toSorted((first, second) => first.from - second.from)) {
    if (range.from + range.count <= transactions.length) continue;
    if (range.from > transactions.length) break;
    transactions.push(...(await checkedRecords(l1, headerHash, range)).slice(transactions.length - range.from));
  }
  const count = Number(header.txCount);
  if (transactions.length !== count || mttbrOf(transactions) !== header.mttbr) {
    throw new AgentError(
      "L1_UNAVAILABLE",
      `L1 gives ${transactions.length} transactions of batch ${header.index}; expected ${count} with MTTBR ${header.mttbr}`,
    );
  }
  return { source: "L1", transactions, data: encodeRecords(transactions) };
}

/** The transactions in a log of L1's. */
async function checkedRecords(l1: L1, headerHash: Hex, range: CheckedRange): Promise<L2Transaction[]> {
  const receipt = await l1.provider.getTransactionReceipt(range.transactionHash);
  const log = receipt?.logs.find(({ index }) => index === range.logIndex);
  const event = log?.address === l1.addresses.disputes ? l1.disputes.interface.parseLog(log) : null;
  if (event?.name !== "RecordsChecked" || event.args["headerHash"] !== headerHash) {
    throw new AgentError("L1_UNAVAILABLE", `L1 does not give log ${range.logIndex} of ${range.transactionHash}`);
  }
  return decodeUnordered(getBytes(event.args["records"] as string));
}

/** Transactions of data whose blocks may be out of order, which is for L1 to judge (11.5). */
function decodeUnordered(data: Uint8Array): L2Transaction[] {
  const transactions: L2Transaction[] = [];
  let last: BlockContext | undefined;
  let start = 0;
  try {
    for (const end of recordEnds(data)) {
      const record = data.slice(start, end);
      const [transaction] = decodeRecords(record, record[0] === 0 ? last : undefined);
      if (transaction === undefined) break;
      transactions.push(transaction);
      last = transaction.context;
      start = end;
    }
  } catch (cause) {
    throw new AgentError("DATA_MALFORMED", `record at byte ${start} is malformed`, { cause });
  }
  return transactions;
}

/** The MTTBR of transactions (step 10). */
export function mttbrOf(transactions: readonly L2Transaction[]): Hex {
  return batchTree(transactions.map(mttbrLeafValue)).root;
}

/**
 * Whether a header commits to these transactions: by their count and MTTBR (step 11). What it says of their size may be
 * wrong all the same, and is then for L1 to judge.
 */
export function matches(header: BatchHeader, { transactions }: Pick<BatchData, "transactions">): boolean {
  return BigInt(transactions.length) === header.txCount && mttbrOf(transactions) === header.mttbr;
}
