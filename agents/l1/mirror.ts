import type { Result } from "ethers";

import { toHeader, type BatchHeader } from "../../l2/batch/header.ts";
import type { BlockContext } from "../../l2/protocol/l2-transaction.ts";
import { asHash, type Hex } from "../../l2/base/hex.ts";
import type { Cursor } from "../runtime/cursor.ts";
import {
  DEFAULT_FOLLOWER_OPTIONS,
  EventFollower,
  type FollowedLog,
  type FollowerCursor,
  type FollowerOptions,
  type LogReader,
  logReader,
  type Reducer,
} from "./events.ts";
import type { L1 } from "./l1.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Metrics } from "../runtime/metrics.ts";

/** How far the posting of a batch's data has come; the struct of `IDataRequests.sol`. */
export interface Posting {
  count: bigint;
  size: bigint;
  last: BlockContext;
  frontier: Hex[];
}

/** How far the recomputation of a batch has come; the struct of `IDataRequests.sol`. */
export interface Recomputing {
  count: bigint;
  gasUsed: bigint;
  last: BlockContext;
  stateRoot: Hex;
  frontier: Hex[];
}

/** A batch that stands on L1. */
export interface L1Batch {
  header: BatchHeader;
  headerHash: Hex;
  /** Whether the peer network certified it; false for a batch of one sequencer alone (3.3). */
  attested: boolean;
  /** Whether L1 recomputed it and found it right (11.10.1). */
  confirmed: boolean;
}

/** Where a request for data stands, as its events tell. */
export type RequestPhase =
  | "posting"
  | "recomputing"
  /** L1 found the batch right. */
  | "answered"
  /** L1 found the batch wrong, or nobody answered in time. */
  | "condemned"
  /** The batch went away for another reason and the fee went back. */
  | "refunded";

/** A request for a batch's data (11.6). */
export interface DataRequest {
  header: BatchHeader;
  headerHash: Hex;
  requester: string;
  /** When the window closes, in seconds. */
  deadline: number;
  /** In wei. */
  fee: bigint;
  phase: RequestPhase;
  /** What the next `post` passes. */
  posting: Posting;
  /** What the next `recompute` passes; there once all data is. */
  recomputing?: Recomputing;
  /** L1 transactions that posted data, in order. */
  posts: Hex[];
  expired: boolean;
}

/** A batch that L1 found wrong, with the indices that went with it (11.14). */
export interface Condemned {
  header: BatchHeader;
  headerHash: Hex;
  /** The head before: `[header.index, head)` was rolled back. */
  head: number;
}

/** What the agents know of L1, out of its events alone. */
export interface L1State {
  /** The index that the next batch takes. */
  head: number;
  /** Every index below is final. */
  finalised: number;
  /** Batches by index, as far back as the reducer keeps them: the last final one at least. */
  batches: Record<number, L1Batch>;
  /** Requests by header hash. */
  requests: Record<Hex, DataRequest>;
  /** Batches that were found wrong, in order. */
  condemned: Condemned[];
  insecure: boolean;
  /** Number of the rotation and its sequencer (step 5). */
  term: { number: number; sequencer: string };
}

/** Condemned batches that are remembered. */
const CONDEMNED_KEPT = 256;

const NOWHERE: BlockContext = { number: 0n, timestamp: 0n, coinbase: "0x0000000000000000000000000000000000000000" };

/** What the first `post` of a request passes. */
export const NO_POSTING: Posting = { count: 0n, size: 0n, last: NOWHERE, frontier: [] };

/** Folds the events of inbox, disputes and sequencer set into an {@link L1State}. */
export class L1Reducer implements Reducer<L1State> {
  readonly #read: LogReader;
  readonly #history: number;

  /** @param history Number of final batches that are kept; the last one is always needed, as a parent. */
  constructor(
    { inbox, disputes, sequencers }: Pick<L1["addresses"], "inbox" | "disputes" | "sequencers">,
    history = 1,
  ) {
    this.#read = logReader({ inbox, disputes, sequencers });
    this.#history = history;
  }

  initial(): L1State {
    return {
      head: 0,
      finalised: 0,
      batches: {},
      requests: {},
      condemned: [],
      insecure: false,
      term: { number: 0, sequencer: NOWHERE.coinbase },
    };
  }

  apply(state: L1State, log: FollowedLog): void {
    const event = this.#read(log);
    if (event) APPLY[event.name]?.(state, event.args, log);
    if (event?.name === "BatchFinalised") this.#forget(state);
  }

  #forget(state: L1State): void {
    const oldest = state.finalised - this.#history;
    Reflect.deleteProperty(state.batches, oldest - 1);
    for (const [hash, request] of Object.entries(state.requests)) {
      if (!isUnsettled(request) && Number(request.header.index) < oldest) Reflect.deleteProperty(state.requests, hash);
    }
  }
}

const APPLY: Record<string, (state: L1State, args: Result, log: FollowedLog) => void> = {
  BatchSubmitted(state, args) {
    const header = toHeader(args["header"] as Result);
    const index = Number(header.index);
    const before = state.batches[index];
    const headerHash = args["headerHash"] as Hex;
    const confirmed = before?.headerHash === headerHash && before.confirmed;
    state.batches[index] = { header, headerHash, attested: args["attested"] as boolean, confirmed };
    state.head = index + 1;
  },
  BatchConfirmed(state, args) {
    const batch = state.batches[Number(args["index"])];
    if (batch !== undefined) batch.confirmed = true;
  },
  BatchInvalidated(state, args) {
    const from = Number(args["index"]);
    const head = Number(args["head"]);
    const batch = state.batches[from];
    if (batch !== undefined) state.condemned.push({ header: batch.header, headerHash: batch.headerHash, head });
    if (state.condemned.length > CONDEMNED_KEPT) state.condemned.shift();
    for (let index = from; index < head; index++) Reflect.deleteProperty(state.batches, index);
    state.head = from;
  },
  BatchFinalised(state, args) {
    const index = Number(args["index"]);
    state.finalised = index + 1;
  },
  SecurityChanged(state, args) {
    state.insecure = args["insecure"] as boolean;
  },
  DataRequested(state, args) {
    const batch = state.batches[Number(args["index"])];
    const headerHash = args["headerHash"] as Hex;
    if (batch?.headerHash !== headerHash) return;
    state.requests[headerHash] = {
      header: batch.header,
      headerHash,
      requester: args["requester"] as string,
      deadline: Number(args["deadline"]),
      fee: args["fee"] as bigint,
      phase: "posting",
      posting: structuredClone(NO_POSTING),
      posts: [],
      expired: false,
    };
  },
  DataPosted(state, args, log) {
    const request = requestOf(state, args);
    if (request === undefined) return;
    request.posting = toPosting(args["posting"] as Result);
    request.posts.push(asHash(log.transactionHash));
  },
  DataCompleted(state, args) {
    const request = requestOf(state, args);
    if (request === undefined) return;
    request.phase = "recomputing";
    request.recomputing = toRecomputing(args["recomputing"] as Result);
  },
  RecomputationAdvanced(state, args) {
    const request = requestOf(state, args);
    if (request !== undefined) request.recomputing = toRecomputing(args["recomputing"] as Result);
  },
  RequestAnswered(state, args) {
    const request = requestOf(state, args);
    if (request !== undefined) request.phase = "answered";
  },
  RequestExpired(state, args) {
    const request = requestOf(state, args);
    if (request !== undefined) request.expired = true;
  },
  RequestRefunded(state, args) {
    const request = requestOf(state, args);
    if (request !== undefined) request.phase = "refunded";
  },
  BatchCondemned(state, args) {
    // Where a request settles it, the refund is told just before; a fraud proof leaves the request to be refunded.
    const request = requestOf(state, args);
    if (request?.phase === "refunded") request.phase = "condemned";
  },
  SequencerRotated(state, args) {
    state.term = { number: Number(args["term"]), sequencer: args["sequencer"] as string };
  },
};

/** Follows the system's L1 contracts into an {@link L1State}. */
export function followL1(
  l1: L1,
  options: Partial<FollowerOptions> & { history?: number },
  dependencies: { cursor: Cursor<FollowerCursor<L1State>>; log: Logger; metrics: Metrics },
): EventFollower<L1State> {
  const { inbox, disputes, sequencers } = l1.addresses;
  const { history, ...rest } = options;
  return new EventFollower(
    { ...DEFAULT_FOLLOWER_OPTIONS, fromBlock: l1.fromBlock, ...rest, addresses: [inbox, disputes, sequencers] },
    { ...dependencies, provider: l1.provider, reducer: new L1Reducer(l1.addresses, history) },
  );
}

/** Whether a request is under way on a batch that stands. */
export function isOpen(state: L1State, request: DataRequest): boolean {
  return isUnsettled(request) && stands(state, request);
}

/** Whether a request is to be refunded: nobody settled it, and its batch is gone. */
export function isVoid(state: L1State, request: DataRequest): boolean {
  return isUnsettled(request) && !stands(state, request);
}

function isUnsettled({ phase }: DataRequest): boolean {
  return phase === "posting" || phase === "recomputing";
}

/** Whether a batch can be built upon: certified, or recomputed by L1. */
export function isSound({ attested, confirmed }: L1Batch): boolean {
  return attested || confirmed;
}

/** Whether a batch stands in L1's chain of batches, as far as the mirror remembers. */
export function stands(state: L1State, { header, headerHash }: Pick<L1Batch, "header" | "headerHash">): boolean {
  return state.batches[Number(header.index)]?.headerHash === headerHash;
}

function requestOf(state: L1State, args: Result): DataRequest | undefined {
  return state.requests[args["headerHash"] as Hex];
}

function toContext(result: Result): BlockContext {
  return {
    number: result["number"] as bigint,
    timestamp: result["timestamp"] as bigint,
    coinbase: result["coinbase"] as string,
  };
}

function toPosting(result: Result): Posting {
  return {
    count: result["count"] as bigint,
    size: result["size"] as bigint,
    last: toContext(result["last"] as Result),
    frontier: (result["frontier"] as Result).toArray() as Hex[],
  };
}

function toRecomputing(result: Result): Recomputing {
  return {
    count: result["count"] as bigint,
    gasUsed: result["gasUsed"] as bigint,
    last: toContext(result["last"] as Result),
    stateRoot: result["stateRoot"] as Hex,
    frontier: (result["frontier"] as Result).toArray() as Hex[],
  };
}
