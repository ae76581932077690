import { type Result, ZeroAddress } from "ethers";

import { toHeader } from "../../l2/batch/header.ts";
import type { Hex } from "../../l2/base/hex.ts";
import { type FollowedLog, type LogReader, logReader, type Reducer } from "../l1/events.ts";
import type { L1 } from "../l1/l1.ts";
import { BATCH_STATUS, commitmentOf, readStanding } from "../l1/standing.ts";
import { type JudgedAddresses, type ProposedCall, readCall } from "./calls.ts";
import { requestUnder } from "./requests.ts";

/** A proposal, with what `queue` and `execute` have to be told again. */
export interface Proposal {
  id: bigint;
  proposer: string;
  targets: string[];
  values: bigint[];
  calldatas: Hex[];
  description: string;
  /** What it would do. */
  calls: ProposedCall[];
  /** Whether it could replace an executor, lengthen an exit, or change the rules of votes. */
  grave: boolean;
}

/** A request as the public record shows it. */
export interface RequestRecord {
  headerHash: Hex;
  /** What L1 keeps the request under, and compensations name. */
  commitment: Hex;
  dataHash: Hex;
  sequencer: string;
  requester: string;
  /** What was paid, in wei. */
  fee: bigint;
  /** Whether a vote has compensated for it. */
  compensated: boolean;
  outcome: "open" | "answered" | "condemned" | "gone";
}

/** What L1 shows of everyone's conduct. */
export interface PublicRecord {
  proposals: Proposal[];
  requests: Record<Hex, RequestRecord>;
  /** Data hash, sequencer and L1's commitment by header hash, for batches that stand. */
  headers: Record<Hex, { dataHash: Hex; sequencer: string; commitment: Hex }>;
  /** Terms whose sequencer two thirds of the stake certified to be silent, by sequencer (3.3.7). */
  silentTerms: Record<string, number>;
  /** Batches posted without a certificate, by sequencer (3.3). */
  unattested: Record<string, number>;
  /** Sequencers that were slashed and not settled since. */
  slashed: string[];
  /** Values of the parameters, by their places in the contracts' enum. */
  parameters: Record<number, bigint>;
}

/** The contracts whose events make the record. */
export const RECORDED = ["inbox", "disputes", "sequencers", "governor", "treasury", "parameters"] as const;

/** Where these contracts are, and those that proposals call. */
export type RecordAddresses = Pick<L1["addresses"], (typeof RECORDED)[number]> & JudgedAddresses;

/** Folds L1's events into the {@link PublicRecord}. */
export class RecordReducer implements Reducer<PublicRecord> {
  readonly #read: LogReader;
  readonly #addresses: RecordAddresses;

  constructor(addresses: RecordAddresses) {
    this.#addresses = addresses;
    this.#read = logReader(Object.fromEntries(RECORDED.map((name) => [name, addresses[name]])));
  }

  initial(): PublicRecord {
    return {
      proposals: [],
      requests: {},
      headers: {},
      silentTerms: {},
      unattested: {},
      slashed: [],
      parameters: {},
    };
  }

  apply(record: PublicRecord, log: FollowedLog): void {
    const event = this.#read(log);
    if (event) APPLY[event.name]?.(record, event.args, this.#addresses);
  }
}

/** Of the contracts' enum `Tier`. */
const GRAVE = 0n;

const APPLY: Record<string, (record: PublicRecord, args: Result, addresses: RecordAddresses) => void> = {
  BatchSubmitted(record, args) {
    const header = toHeader(args["header"] as Result);
    const { sequencer, dataHash } = header;
    const headerHash = args["headerHash"] as Hex;
    const standing = readStanding(args["standing"] as Result);
    record.headers[headerHash] = { sequencer, dataHash, commitment: commitmentOf({ header, headerHash }, standing) };
    if (standing.status === BATCH_STATUS.unattested) count(record.unattested, sequencer);
  },
  SilenceCertified(record, args) {
    count(record.silentTerms, args["sequencer"] as string);
  },
  SequencerSlashed(record, args) {
    const sequencer = args["sequencer"] as string;
    if (!record.slashed.includes(sequencer)) record.slashed.push(sequencer);
  },
  SequencerSettled(record, args) {
    record.slashed = record.slashed.filter((sequencer) => sequencer !== args["sequencer"]);
  },
  DataRequested(record, args) {
    const headerHash = args["headerHash"] as Hex;
    const header = record.headers[headerHash];
    // An unattested batch counts as requested, and nobody asked: it has a count of its own.
    if (header === undefined || args["requester"] === ZeroAddress) return;
    record.requests[headerHash] = {
      headerHash,
      ...header,
      requester: args["requester"] as string,
      fee: args["fee"] as bigint,
      compensated: false,
      outcome: "open",
    };
  },
  RequestAnswered(record, args) {
    settle(record, args, "answered");
  },
  RequestRefunded(record, args) {
    settle(record, args, "gone");
  },
  BatchCondemned(record, args) {
    settle(record, args, "condemned");
  },
  RequestCompensated(record, args) {
    const request = requestUnder(record, args["request"] as Hex);
    if (request !== undefined) request.compensated = true;
  },
  ParameterChanged(record, args) {
    record.parameters[Number(args["parameter"])] = args["value"] as bigint;
  },
  BatchFinalised(record, args) {
    Reflect.deleteProperty(record.headers, args["headerHash"] as Hex);
  },
  ProposalCreated(record, args, addresses) {
    const targets = (args["targets"] as Result).toArray() as string[];
    // `values` is a method of Result: the position is the only way to the field.
    const values = (args[3] as Result).toArray() as bigint[];
    const calldatas = (args["calldatas"] as Result).toArray() as Hex[];
    record.proposals.push({
      id: args["proposalId"] as bigint,
      proposer: args["proposer"] as string,
      targets,
      values,
      calldatas,
      description: args["description"] as string,
      calls: targets.map((target, place) => readCall(addresses, target, values[place] ?? 0n, calldatas[place] ?? "0x")),
      // The event that says so follows.
      grave: true,
    });
  },
  ProposalTiered(record, args) {
    const proposal = record.proposals.find(({ id }) => id === args["proposalId"]);
    if (proposal !== undefined) proposal.grave = args["tier"] === GRAVE;
  },
  ProposalExecuted(record, args) {
    forget(record, args);
  },
  ProposalCanceled(record, args) {
    forget(record, args);
  },
};

function count(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

function settle(record: PublicRecord, args: Result, outcome: RequestRecord["outcome"]): void {
  const request = record.requests[args["headerHash"] as Hex];
  // A condemned batch's fee may come back: it stays condemned.
  if (request === undefined || (outcome === "gone" && request.outcome !== "open")) return;
  request.outcome = outcome;
}

function forget(record: PublicRecord, args: Result): void {
  record.proposals = record.proposals.filter(({ id }) => id !== args["proposalId"]);
}
