import type { Result } from "ethers";

import { toHeader, type BatchHeader } from "../../l2/batch/header.ts";
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
import { commitmentOf, readStanding, type L1Batch, type Standing } from "./standing.ts";

export {
  asParent,
  BATCH_STATUS,
  commitmentOf,
  isSound,
  passed,
  type BatchStatus,
  type L1Batch,
  type Standing,
} from "./standing.ts";

/** Where a request for data stands, as its events tell. */
export type RequestPhase =
  /** Anyone may answer, as long as the batch stands like this. */
  | "open"
  /** L1 found the batch right. */
  | "answered"
  /** L1 found the batch wrong, or nobody answered in time. */
  | "condemned"
  /** The batch went away for another reason and the fee went back. */
  | "refunded";

/** Transitions of a batch that L1 checked and found right, and the log that carries their records (9.3, 11.10.2). */
export interface CheckedRange {
  /** Index of the first one. */
  from: number;
  count: number;
  /** The L1 transaction of the log, and the log's place in its block. */
  transactionHash: Hex;
  logIndex: number;
  blockNumber: number;
}

/** A request for a batch's data (11.6); an unattested batch counts as requested (3.3.3). */
export interface DataRequest {
  header: BatchHeader;
  headerHash: Hex;
  /** Where the batch stood when it was requested. */
  standing: Standing;
  /** What L1 keeps of the batch, and the request under. */
  commitment: Hex;
  /** The verifier; the zero address for an unattested batch. */
  requester: string;
  /** When the window closes, in seconds. */
  deadline: number;
  /** In wei. */
  fee: bigint;
  phase: RequestPhase;
  /** In the order in which L1 checked them; they may overlap. */
  checked: CheckedRange[];
}

/** A batch that left L1's chain of batches because it was found wrong, with the indices that went with it (11.14). */
export interface Condemned {
  header: BatchHeader;
  headerHash: Hex;
  /** The head before: `[header.index, head)` was rolled back. */
  head: number;
}

/** L1 found a header wrong, be it in the chain of batches or not (11.11). */
export interface Verdict {
  headerHash: Hex;
  claimant: string;
  /** `Fault` of `IDisputes.sol`. */
  fault: number;
  /** Seats of the header's term that lose a share of their stake. */
  signers: bigint;
  /** Whether it stood in the chain of batches. */
  stood: boolean;
}

/** What the agents know of L1, out of its events alone. */
export interface L1State {
  /** The index that the next batch takes. */
  head: number;
  /** Every index below is final. */
  finalised: number;
  /** How often a verdict has moved the head back; a header belongs to one epoch. */
  epoch: number;
  /** Batches by index, as far back as the reducer keeps them: the last final one at least. */
  batches: Record<number, L1Batch>;
  /**
   * Requests by header hash. One that a later request for the same header in another standing took the place of, and
   * that waits for its refund, is kept under its commitment.
   */
  requests: Record<Hex, DataRequest>;
  /** Indices whose batches are under request. */
  held: number[];
  /** Batches that were found wrong while they stood, in order. */
  condemned: Condemned[];
  /** The latest verdict over each header, standing or not. */
  verdicts: Record<Hex, Verdict>;
  /** Whether a request is open (S1). */
  insecure: boolean;
  /** The first batch under request; the head where none is (S1). */
  secureBelow: number;
  /** Number of the rotation and its sequencer (step 5). */
  term: { number: number; sequencer: string };
}

/** Condemned batches and verdicts that are remembered. */
const CONDEMNED_KEPT = 256;

const NOBODY = "0x0000000000000000000000000000000000000000";

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
      epoch: 0,
      batches: {},
      requests: {},
      held: [],
      condemned: [],
      verdicts: {},
      insecure: false,
      secureBelow: 0,
      term: { number: 0, sequencer: NOBODY },
    };
  }

  apply(state: L1State, log: FollowedLog): void {
    const event = this.#read(log);
    if (event === null) return;
    APPLY[event.name]?.(state, event.args, log);
    state.secureBelow = Math.min(state.head, ...state.held);
    if (event.name === "BatchFinalised") this.#forget(state);
  }

  #forget(state: L1State): void {
    const oldest = state.finalised - this.#history;
    Reflect.deleteProperty(state.batches, oldest - 1);
    for (const [key, request] of Object.entries(state.requests)) {
      if (request.phase !== "open" && Number(request.header.index) < oldest)
        Reflect.deleteProperty(state.requests, key);
    }
  }
}

const APPLY: Record<string, (state: L1State, args: Result, log: FollowedLog) => void> = {
  BatchSubmitted(state, args) {
    const header = toHeader(args["header"] as Result);
    const index = Number(header.index);
    const headerHash = args["headerHash"] as Hex;
    state.batches[index] = { header, headerHash, standing: readStanding(args["standing"] as Result), added: 0n };
    state.head = index + 1;
  },
  BatchReplaced(state, args) {
    release(state, Number(args["index"]));
  },
  SignaturesAdded(state, args) {
    const batch = batchOf(state, args);
    if (batch !== undefined) batch.added = args["signers"] as bigint;
  },
  BatchHeld(state, args) {
    hold(state, Number(args["index"]));
  },
  BatchConfirmed(state, args) {
    release(state, Number(args["index"]));
    const batch = batchOf(state, args);
    if (batch !== undefined) batch.standing = readStanding(args["standing"] as Result);
  },
  BatchInvalidated(state, args) {
    const from = Number(args["index"]);
    const head = Number(args["head"]);
    const batch = state.batches[from];
    if (batch !== undefined) state.condemned.push({ header: batch.header, headerHash: batch.headerHash, head });
    if (state.condemned.length > CONDEMNED_KEPT) state.condemned.shift();
    for (let index = from; index < head; index++) Reflect.deleteProperty(state.batches, index);
    state.held = state.held.filter((index) => index < from);
    state.head = from;
    state.epoch = Number(args["epoch"]);
  },
  BatchFinalised(state, args) {
    const index = Number(args["index"]);
    state.finalised = index + 1;
  },
  SecurityChanged(state, args) {
    state.insecure = args["insecure"] as boolean;
  },
  DataRequested(state, args) {
    const batch = batchOf(state, args);
    if (batch === undefined) return;
    const { header, headerHash, standing } = batch;
    hold(state, Number(header.index));
    const before = state.requests[headerHash];
    if (before?.phase === "open") state.requests[before.commitment] = before;
    state.requests[headerHash] = {
      header,
      headerHash,
      standing,
      commitment: commitmentOf(batch, standing),
      requester: args["requester"] as string,
      deadline: Number(args["deadline"]),
      fee: args["fee"] as bigint,
      phase: "open",
      checked: [],
    };
  },
  RecordsChecked(state, args, log) {
    state.requests[args["headerHash"] as Hex]?.checked.push({
      from: Number(args["from"]),
      count: Number(args["count"]),
      transactionHash: asHash(log.transactionHash),
      logIndex: log.index,
      blockNumber: log.blockNumber,
    });
  },
  RequestAnswered(state, args) {
    const request = state.requests[args["headerHash"] as Hex];
    if (request !== undefined) request.phase = "answered";
  },
  RequestRefunded(state, args) {
    const request = refundable(state, args);
    if (request === undefined) return;
    request.phase = state.verdicts[request.headerHash] === undefined ? "refunded" : "condemned";
  },
  BatchCondemned(state, args) {
    const headerHash = args["headerHash"] as Hex;
    // A second proof may only pass the bounty on.
    const before = state.verdicts[headerHash];
    // Insertion order is the order of age: what is told again moves to the end.
    Reflect.deleteProperty(state.verdicts, headerHash);
    state.verdicts[headerHash] = {
      headerHash,
      claimant: args["claimant"] as string,
      fault: Number(args["fault"]),
      signers: args["signers"] as bigint,
      stood: before?.stood === true || (args["stood"] as boolean),
    };
    const [oldest, ...others] = Object.keys(state.verdicts);
    if (others.length >= CONDEMNED_KEPT && oldest !== undefined) Reflect.deleteProperty(state.verdicts, oldest);
    // The refund may be told just before; a fraud proof may leave it to be asked for.
    const request = state.requests[headerHash];
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

/** Whether a request is under way: unsettled, on a batch that stands as it did when it was requested. */
export function isOpen(state: L1State, request: DataRequest): boolean {
  return request.phase === "open" && standsLike(state, request);
}

/** Whether a fee is to be refunded: nobody settled the request, and its batch is gone or stands otherwise. */
export function isVoid(state: L1State, request: DataRequest): boolean {
  return request.phase === "open" && request.fee > 0n && !standsLike(state, request);
}

function standsLike(state: L1State, { header, headerHash, commitment }: DataRequest): boolean {
  const batch = state.batches[Number(header.index)];
  return batch?.headerHash === headerHash && commitmentOf(batch, batch.standing) === commitment;
}

/** Whether a request for this very batch is open. */
export function isRequested(state: L1State, { headerHash }: Pick<L1Batch, "headerHash">): boolean {
  const request = state.requests[headerHash];
  return request !== undefined && isOpen(state, request);
}

/** Whether L1 recomputed a batch and found it right: all of its transactions are on L1 (9.3, 11.10.1). */
export function isAnswered(state: L1State, { headerHash }: Pick<L1Batch, "headerHash">): boolean {
  return state.requests[headerHash]?.phase === "answered";
}

/** Whether a batch stands in L1's chain of batches, as far as the mirror remembers. */
export function stands(state: L1State, { header, headerHash }: Pick<L1Batch, "header" | "headerHash">): boolean {
  return state.batches[Number(header.index)]?.headerHash === headerHash;
}

/** The batch that an event is about, where it stands. */
function batchOf(state: L1State, args: Result): L1Batch | undefined {
  const batch = state.batches[Number(args["index"])];
  return batch?.headerHash === args["headerHash"] ? batch : undefined;
}

/** The request that a refund is about: one that was superseded, if there is one, waits for nothing else. */
function refundable(state: L1State, args: Result): DataRequest | undefined {
  const headerHash = args["headerHash"] as Hex;
  const waiting = Object.values(state.requests).filter(
    (request) =>
      request.headerHash === headerHash &&
      request.requester === args["requester"] &&
      request.fee === args["fee"] &&
      request.phase === "open",
  );
  return waiting.find((request) => isVoid(state, request)) ?? waiting[0];
}

function hold(state: L1State, index: number): void {
  if (!state.held.includes(index)) state.held.push(index);
}

function release(state: L1State, index: number): void {
  state.held = state.held.filter((each) => each !== index);
}
