/** Which steps of the specification the events of L1 are. */
import { type LogDescription, ZeroAddress } from "ethers";

import { BATCH_STATUS } from "../../agents/l1/standing.ts";

/** Steps by the kind of an event. */
export type Meanings = Readonly<Record<string, readonly string[]>>;

/** A batch that the peer network certified. */
const CERTIFIED: Meanings = {
  BatchSubmitted: ["8a"],
  DataRequested: ["11.6"],
  Insecure: ["11.7", "S1"],
  RecordsChecked: ["11.8", "11.9"],
  RequestAnswered: ["11.10"],
  SecureByAnswer: ["11.10.1"],
  Unanswered: ["11.D1"],
  RequestRefunded: ["11.13"],
  BatchChallenged: ["11.4"],
  ExecutionPaused: ["11.5"],
  ExecutionFinished: ["11.5"],
  BatchCondemned: ["11.5"],
  SequencerSlashed: ["11.11"],
  SequencerKicked: ["11.12"],
  BountySet: ["11.13"],
  SlashDistributed: ["11.13"],
  BatchInvalidated: ["11.14"],
  SequencerRotated: ["11.15"],
  SecureByVerdict: ["11.16"],
  BatchesRewarded: ["Q4"],
};

/** A batch that the current sequencer posted alone. */
const ALONE: Meanings = {
  ...CERTIFIED,
  BatchSubmitted: ["3.3"],
  DataRequested: ["3.3.2"],
  Counted: ["3.3.2"],
  Insecure: ["3.3.3", "S1"],
  RecordsChecked: ["3.3.4", "3.3.5"],
  RequestAnswered: ["3.3.6"],
  SecureByAnswer: ["3.3.6b.1"],
  SequencerSlashed: ["3.3.6", "3.3.6a.1"],
  SequencerKicked: ["3.3.6a.1"],
  BatchInvalidated: ["3.3.6a.2"],
  SequencerRotated: ["3.3.6a.3"],
};

/** What a vote is about. */
type Matter = "withheld" | "alone" | "silent" | "spam";

const VOTES: Readonly<Record<Matter, Meanings>> = {
  withheld: {
    KickProposed: ["11.10.3"],
    SequencerKicked: ["11.10.3.1"],
    SequencerSlashed: ["11.10.3.1"],
    Granted: ["11.10.3.2"],
    SequencerRotated: ["11.10.3.3"],
  },
  alone: { KickProposed: ["3.3.1"], SequencerKicked: ["3.3.1"], SequencerSlashed: ["3.3.1"] },
  silent: { KickProposed: ["3.3.7"], SequencerKicked: ["3.3.8"], SequencerSlashed: ["3.3.8"] },
  spam: { BanProposed: ["11.6.1"], Granted: ["11.6.1"], VerifierBanned: ["11.6.2"] },
};

/** `Fault.Unanswered` of `IDisputes.sol`. */
const UNANSWERED = 6;

type Event = Pick<LogDescription, "name" | "args">;

/** An event's name; verdicts, requests and changes of security are told apart by what brought them. */
export function kindOf({ name, args }: Event, others: readonly Event[]): string {
  if (name === "BatchCondemned" && Number(args["fault"]) === UNANSWERED) return "Unanswered";
  if (name === "DataRequested" && args["requester"] === ZeroAddress) return "Counted";
  if (name !== "SecurityChanged") return name;
  if (args["insecure"] === true) return "Insecure";
  const has = (cause: string): boolean => others.some((other) => other.name === cause);
  return has("BatchCondemned") ? "SecureByVerdict" : has("RequestAnswered") ? "SecureByAnswer" : "Secure";
}

/**
 * Keeps what L1 has shown of every batch and sequencer so far. Nobody tells it which branch of the specification is
 * under way: that follows from the events.
 */
export class Docket {
  /** Sequencers of unattested batches that L1 did not condemn, by header hash. */
  readonly #alone = new Map<string, string>();
  /** Sequencers of certified batches, by header hash. */
  readonly #certified = new Map<string, string>();
  /** Header hashes whose data L1 had to ask for. */
  readonly #answered = new Set<string>();
  /** Sequencers that their peers rotated out for silence. */
  readonly #silent = new Set<string>();
  readonly #matters = new Map<bigint, Matter>();

  /**
   * What the events of one transaction mean.
   * @param call The method that was called, where that is a contract of the system.
   */
  read(call: string | undefined, events: readonly Event[]): Meanings {
    const rotated = events.find(({ name }) => name === "SequencerRotated")?.args["previous"] as string | undefined;
    if (call === "rotateSilent" && rotated !== undefined) {
      this.#silent.add(rotated);
      return { SequencerRotated: [...this.#alone.values()].includes(rotated) ? ["3.3.6b.2"] : ["3.3.9", "S2"] };
    }
    if (call === "rotate") return {};
    for (const event of events) this.#note(event);
    const proposal = events.find(({ args }) => args["proposalId"] !== undefined)?.args["proposalId"] as
      bigint | undefined;
    if (proposal !== undefined) {
      const matter = this.#matters.get(proposal);
      return matter === undefined ? {} : VOTES[matter];
    }
    const batches = events.map(({ args }) => args["headerHash"] as string | undefined);
    const alone = batches.some((hash) => hash !== undefined && this.#alone.has(hash));
    for (const { name, args } of events) if (name === "BatchCondemned") this.#alone.delete(String(args["headerHash"]));
    return alone ? ALONE : CERTIFIED;
  }

  #note({ name, args }: Event): void {
    const headerHash = String(args["headerHash"]);
    switch (name) {
      case "BatchSubmitted": {
        const certified = Number(args["standing"].status) === BATCH_STATUS.certified;
        const producers = certified ? this.#certified : this.#alone;
        producers.set(headerHash, String(args["header"].sequencer));
        break;
      }
      case "BatchReplaced":
        this.#alone.delete(headerHash);
        break;
      case "RequestAnswered":
        this.#answered.add(headerHash);
        break;
      case "KickProposed": {
        const matter = this.#matterOf(String(args["sequencer"]));
        if (matter !== undefined) this.#matters.set(args["proposalId"] as bigint, matter);
        break;
      }
      case "BanProposed":
        this.#matters.set(args["proposalId"] as bigint, "spam");
        break;
    }
  }

  /** What there is against a sequencer; nothing where L1 has seen nothing. */
  #matterOf(sequencer: string): Matter | undefined {
    if ([...this.#alone.values()].includes(sequencer)) return "alone";
    if ([...this.#answered].some((hash) => this.#certified.get(hash) === sequencer)) return "withheld";
    return this.#silent.has(sequencer) ? "silent" : undefined;
  }
}
