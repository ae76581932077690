import type { Result, TransactionResponse } from "ethers";

import type { Hex } from "../../l2/base/hex.ts";
import { type BatchHeader, hashHeader, toHeader } from "../../l2/batch/header.ts";
import type { Certificate } from "../l1/certificate.ts";
import {
  DEFAULT_FOLLOWER_OPTIONS,
  EventFollower,
  type FollowedLog,
  type FollowerCursor,
  type FollowerOptions,
  type LogReader,
  logReader,
  type Reducer,
} from "../l1/events.ts";
import type { L1 } from "../l1/l1.ts";
import { BATCH_STATUS } from "../l1/standing.ts";
import type { Cursor } from "../runtime/cursor.ts";
import { AgentError } from "../runtime/errors.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Metrics } from "../runtime/metrics.ts";

/** A header with the signatures that make its signers answer for it, wherever it stands (H4). */
export interface SignedHeader {
  readonly header: BatchHeader;
  readonly headerHash: Hex;
  readonly certificate: Certificate;
}

/** A header that L1 took, also where it is gone again. */
export interface Submission {
  header: BatchHeader;
  headerHash: Hex;
  /** Whether it came with a certificate; otherwise its sequencer vouched for it alone (3.3). */
  certified: boolean;
  /** The L1 transaction that carries the certificate. */
  transactionHash: string;
}

/** Every header that L1 took, by hash. */
export interface Submissions {
  finalised: number;
  headers: Record<Hex, Submission>;
}

/** Batches behind the last final one whose headers are kept. */
export const KEPT = 256;

/** Remembers headers whatever becomes of them: a mirror forgets what a verdict or another batch put away. */
export class SubmissionReducer implements Reducer<Submissions> {
  readonly #read: LogReader;

  constructor({ inbox }: Pick<L1["addresses"], "inbox">) {
    this.#read = logReader({ inbox });
  }

  initial(): Submissions {
    return { finalised: 0, headers: {} };
  }

  apply(state: Submissions, log: FollowedLog): void {
    const event = this.#read(log);
    if (event?.name === "BatchSubmitted") {
      const headerHash = event.args["headerHash"] as Hex;
      const standing = event.args["standing"] as Result;
      const certified = Number(standing["status"]) === BATCH_STATUS.certified;
      // A certificate that comes later says more than its sequencer's word.
      if (state.headers[headerHash]?.certified === true) return;
      const header = toHeader(event.args["header"] as Result);
      state.headers[headerHash] = { header, headerHash, certified, transactionHash: log.transactionHash };
    }
    if (event?.name === "BatchFinalised") {
      state.finalised = Number(event.args["index"]) + 1;
      for (const [hash, { header }] of Object.entries(state.headers)) {
        if (Number(header.index) < state.finalised - KEPT) Reflect.deleteProperty(state.headers, hash);
      }
    }
  }
}

/** Follows what is submitted to L1. */
export function followSubmissions(
  l1: L1,
  options: Partial<FollowerOptions>,
  dependencies: { cursor: Cursor<FollowerCursor<Submissions>>; log: Logger; metrics: Metrics },
): EventFollower<Submissions> {
  const { inbox } = l1.addresses;
  return new EventFollower(
    { ...DEFAULT_FOLLOWER_OPTIONS, fromBlock: l1.fromBlock, ...options, addresses: [inbox] },
    { ...dependencies, provider: l1.provider, reducer: new SubmissionReducer(l1.addresses) },
  );
}

/**
 * The certificate that a header was submitted with, out of the transaction that carried it.
 *
 * @throws {AgentError} `L1_UNAVAILABLE` where L1 does not give it.
 */
export async function certificateOf(
  l1: L1,
  { headerHash, transactionHash }: Pick<Submission, "headerHash" | "transactionHash">,
): Promise<Certificate> {
  const transaction = await l1.provider.getTransaction(transactionHash);
  const inputs = transaction === null ? [] : await inputsTo(l1, transaction);
  for (const data of inputs) {
    const call = l1.inbox.interface.parseTransaction({ data });
    if (call?.name !== "submit") continue;
    if (hashHeader(toHeader(call.args["header"] as Result)) !== headerHash) continue;
    const { signers, signatures } = call.args["certificate"] as unknown as Certificate;
    return { signers, signatures };
  }
  throw new AgentError("L1_UNAVAILABLE", `L1 does not give the certificate of ${headerHash} in ${transactionHash}`);
}

/** What a transaction calls the inbox with, be it directly or through other contracts. */
async function inputsTo({ addresses, provider }: L1, { to, data, hash }: TransactionResponse): Promise<string[]> {
  if (to === addresses.inbox) return [data];
  if (!("send" in provider)) throw new AgentError("L1_UNAVAILABLE", `L1 cannot trace transaction ${hash}`);
  const send = provider.send as (method: string, params: unknown[]) => Promise<unknown>;
  const trace = await send.call(provider, "debug_traceTransaction", [hash, { tracer: "callTracer" }]);
  return callsOf(trace as CallFrame)
    .filter(({ to: callee, error }) => callee?.toLowerCase() === addresses.inbox.toLowerCase() && error === undefined)
    .map(({ input }) => input);
}

interface CallFrame {
  to?: string;
  input: string;
  error?: string;
  calls?: CallFrame[];
}

function callsOf(frame: CallFrame): CallFrame[] {
  return [frame, ...(frame.calls ?? []).flatMap(callsOf)];
}
