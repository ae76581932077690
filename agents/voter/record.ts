import type { Result } from "ethers";

import { toHeader } from "../../l2/batch/header.ts";
import type { Hex } from "../../l2/base/hex.ts";
import { type FollowedLog, type LogReader, logReader, type Reducer } from "../l1/events.ts";
import type { L1 } from "../l1/l1.ts";

/** A proposal, with what `queue` and `execute` have to be told again. */
export interface Proposal {
  id: bigint;
  proposer: string;
  targets: string[];
  values: bigint[];
  calldatas: Hex[];
  description: string;
  subject:
    | { kind: "kick"; sequencer: string; verifier: string }
    | { kind: "ban"; verifier: string; sequencer: string }
    | { kind: "parameter"; parameter: number; value: bigint }
    | { kind: "other" };
}

/** A request as the public record shows it. */
export interface RequestRecord {
  headerHash: Hex;
  dataHash: Hex;
  sequencer: string;
  requester: string;
  outcome: "open" | "answered" | "condemned" | "gone";
}

/** What L1 shows of everyone's conduct. */
export interface PublicRecord {
  proposals: Proposal[];
  requests: Record<Hex, RequestRecord>;
  /** Data hash and sequencer by header hash, for batches that stand. */
  headers: Record<Hex, { dataHash: Hex; sequencer: string }>;
  /** The term that is under way. */
  term: { sequencer: string; batches: number };
  /** Terms that ended without a single batch, by sequencer (3.3.7). */
  silentTerms: Record<string, number>;
  /** Batches posted without a certificate, by sequencer (3.3). */
  unattested: Record<string, number>;
  /** Sequencers that were slashed and not settled since. */
  slashed: string[];
}

/** Folds L1's events into the {@link PublicRecord}. */
export class RecordReducer implements Reducer<PublicRecord> {
  readonly #read: LogReader;

  constructor({
    inbox,
    disputes,
    sequencers,
    governor,
  }: Pick<L1["addresses"], "inbox" | "disputes" | "sequencers" | "governor">) {
    this.#read = logReader({ inbox, disputes, sequencers, governor });
  }

  initial(): PublicRecord {
    return {
      proposals: [],
      requests: {},
      headers: {},
      term: { sequencer: "", batches: 0 },
      silentTerms: {},
      unattested: {},
      slashed: [],
    };
  }

  apply(record: PublicRecord, log: FollowedLog): void {
    const event = this.#read(log);
    if (event) APPLY[event.name]?.(record, event.args);
  }
}

const APPLY: Record<string, (record: PublicRecord, args: Result) => void> = {
  BatchSubmitted(record, args) {
    const { sequencer, dataHash } = toHeader(args["header"] as Result);
    record.headers[args["headerHash"] as Hex] = { sequencer, dataHash };
    if (sequencer === record.term.sequencer) record.term.batches++;
    if (args["attested"] === false) count(record.unattested, sequencer);
  },
  SequencerRotated(record, args) {
    const { sequencer, batches } = record.term;
    if (sequencer !== "" && batches === 0) count(record.silentTerms, sequencer);
    record.term = { sequencer: args["sequencer"] as string, batches: 0 };
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
    if (header === undefined) return;
    record.requests[headerHash] = { headerHash, ...header, requester: args["requester"] as string, outcome: "open" };
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
  BatchFinalised(record, args) {
    Reflect.deleteProperty(record.headers, args["headerHash"] as Hex);
  },
  ProposalCreated(record, args) {
    record.proposals.push({
      id: args["proposalId"] as bigint,
      proposer: args["proposer"] as string,
      targets: (args["targets"] as Result).toArray() as string[],
      // `values` is a method of Result: the position is the only way to the field.
      values: (args[3] as Result).toArray() as bigint[],
      calldatas: (args["calldatas"] as Result).toArray() as Hex[],
      description: args["description"] as string,
      subject: { kind: "other" },
    });
  },
  KickProposed(record, args) {
    tell(record, args, { kind: "kick", sequencer: args["sequencer"] as string, verifier: args["verifier"] as string });
  },
  BanProposed(record, args) {
    tell(record, args, { kind: "ban", verifier: args["verifier"] as string, sequencer: args["sequencer"] as string });
  },
  ParameterProposed(record, args) {
    tell(record, args, { kind: "parameter", parameter: Number(args["parameter"]), value: args["value"] as bigint });
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
  if (request !== undefined) request.outcome = outcome;
}

function tell(record: PublicRecord, args: Result, subject: Proposal["subject"]): void {
  const proposal = record.proposals.find(({ id }) => id === args["proposalId"]);
  if (proposal !== undefined) proposal.subject = subject;
}

function forget(record: PublicRecord, args: Result): void {
  record.proposals = record.proposals.filter(({ id }) => id !== args["proposalId"]);
}
