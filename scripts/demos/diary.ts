import { Writable } from "node:stream";

import { pino } from "pino";

import type { Logger } from "../../agents/runtime/logger.ts";
import { NO_DATA } from "../../agents/verifier/requests.ts";
import { type Deed, counting } from "./story.ts";

/** A log record of an agent. */
export interface LogRecord {
  readonly agent: string;
  readonly msg: string;
  readonly batch?: number;
  readonly block?: number;
  readonly bytes?: number;
  readonly current?: boolean;
  readonly fault?: string;
  readonly hash?: string;
  readonly index?: number;
  readonly reason?: string;
  readonly sequencer?: string;
  readonly source?: string;
  readonly term?: number;
  readonly transactions?: number;
  readonly verdict?: string;
}

/** Something noted: a deed to tell, or a transaction that L1 has from here on. */
export type Note = { readonly deed: Deed } | { readonly transaction: string };

interface Told {
  readonly steps: readonly string[];
  readonly actor?: string;
  readonly to?: string;
  readonly text: string;
}

type Name = (address: string) => string;

/** Steps that leave nothing on L1, by the agent's role and message, and how a reader is told of them. */
const ENTRIES: Readonly<Record<string, (record: LogRecord, name: Name, actor: string) => Told>> = {
  "sequencer: term": ({ term, current, sequencer = "" }, name) => ({
    steps: ["5"],
    text: `reads on L1 whose term ${term} is: ${current === true ? "its own" : `${name(sequencer)}'s`}`,
  }),
  "sequencer: [5.1] took the waiting transactions": ({ transactions }, _, actor) => ({
    steps: ["2a", "5.1"],
    actor: "consensus",
    to: actor,
    text: `hands ${actor} what waits: ${counting(transactions, "transaction")}`,
  }),
  "sequencer: block produced": ({ block, transactions }) => ({
    steps: ["2b"],
    to: "Metis blockchain",
    text: `makes block ${block} of ${counting(transactions, "transaction")}`,
  }),
  "sequencer: block refused": ({ block, reason }) => ({
    steps: ["3", "S3"],
    to: "consensus",
    text: `verifies block ${block} and refuses it: ${reason}`,
  }),
  "consensus: batch certified": ({ batch, transactions }) => ({
    steps: ["7"],
    to: "peers",
    text: `computes MTSR and MTTBR of batch ${batch}, ${counting(transactions, "transaction")}; two thirds of the stake sign`,
  }),
  "consensus: the current sequencer is silent": ({ sequencer = "", reason }, name) => ({
    steps: ["3.1"],
    text: `finds ${name(sequencer)} silent: ${reason}`,
  }),
  "consensus: more than a third of the stake stopped": () => ({
    steps: ["S2"],
    text: "halts the chain: more than a third of the stake stopped",
  }),
  "consensus: two thirds of the stake are back": () => ({
    steps: ["S2"],
    text: "resumes the chain: two thirds of the stake are back",
  }),
  "submitter: [6] stored the transactions": () => ({
    steps: ["6"],
    to: "Memolabs",
    text: "stores the batch's transactions in Memolabs and reads them back",
  }),
  "submitter: [8e] the computed roots are the certified ones": ({ batch, source = "" }) => ({
    steps: [...takenFrom(source), "8d", "8e"],
    text: `computes both roots of batch ${batch} from ${place(source)}: equal to the certified ones`,
  }),
  "submitter: [8.3] the computed roots are those on L1": ({ batch, source = "" }) => ({
    steps: ["8b", ...takenFrom(source), "8d", "8e", "8.3"],
    text: `reads batch ${batch} back from L1 and computes it again from ${place(source)}: both roots are equal`,
  }),
  "verifier: [9.1] no data from this source": ({ batch, source = "", reason = "" }) => ({
    steps: [],
    text: `gets no data of batch ${batch} from ${place(source)}: ${clip(reason)}`,
  }),
  "verifier: [11.6] requested the data on L1": ({ batch, reason = "" }) => ({
    steps: reason === NO_DATA ? ["9.2"] : [],
    text: `has asked L1 for the data of batch ${batch}, as ${reason}`,
  }),
  "verifier: [11.3.1] roots are equal": ({ batch, source = "" }) => ({
    steps: [...downloadedFrom(source), "10", "11", "11.1", "11.2", "11.3", "11.3.1"],
    text: `computes both roots of batch ${batch} from ${place(source)}: equal to L1's`,
  }),
  "verifier: [11] the batch is wrong": ({ batch, source = "", verdict, fault, index, reason }) => ({
    steps: fault === "transition" ? [...downloadedFrom(source), "10", "11", "11.1", "11.2", "11.3"] : [],
    text:
      fault === "transition"
        ? `computes batch ${batch} from ${place(source)}: the MTTBR is L1's, the state differs from transaction ${index} on`
        : `finds batch ${batch} wrong: ${reason ?? fault ?? verdict}`,
  }),
  "verifier: [11.10.2] downloaded from L1": ({ batch, bytes }) => ({
    steps: ["9.3", "11.10.2"],
    text: `downloads the ${counting(bytes, "byte")} of batch ${batch} from L1`,
  }),
};

/** Keeps what the agents log: steps that L1 does not see, and when L1 saw the others. */
export class Diary {
  /** Where the agents write. */
  readonly log: Logger;
  /** Everything that was logged, in order. */
  readonly records: LogRecord[] = [];
  readonly #name: Name;
  readonly #last = new Map<string, string>();
  #waiting: Note[] = [];

  /** @param name What somebody with this address is called. */
  constructor(name: Name) {
    this.#name = name;
    const stream = new Writable({
      write: (chunk: Buffer, _, done) => {
        this.#note(JSON.parse(chunk.toString()) as LogRecord);
        done();
      },
    });
    this.log = pino({ level: "info" }, stream);
  }

  /** What was noted since the last time. */
  take(): Note[] {
    const notes = this.#waiting;
    this.#waiting = [];
    return notes;
  }

  #note(record: LogRecord): void {
    this.records.push(record);
    const { agent, msg, hash } = record;
    if (msg === "transaction" && hash !== undefined) this.#waiting.push({ transaction: hash });
    const actor = counted(agent);
    const told = ENTRIES[`${agent.replace(/ \d+$/, "")}: ${msg}`]?.(record, this.#name, actor);
    // An agent that looks again and finds the same has nothing new to tell.
    if (told === undefined || this.#last.get(agent) === told.text) return;
    this.#last.set(agent, told.text);
    const { steps, text, to } = told;
    const deed: Deed = {
      actor: told.actor ?? actor,
      text,
      ...(to === undefined ? {} : { to }),
      ...(steps.length === 0 ? {} : { shown: { steps, evidence: `log of ${actor}: ${msg}` } }),
    };
    this.#waiting.push({ deed });
  }
}

/** Agents count from zero, people from one. */
function counted(agent: string): string {
  return agent.replace(/\d+$/, (number) => String(Number(number) + 1));
}

/** Step 8c is about the blockchain only. */
function takenFrom(source: string): string[] {
  return source === "blockchain" ? ["8c"] : [];
}

function downloadedFrom(source: string): string[] {
  return [source.startsWith("storage") ? "9" : source === "L1" ? "9.3" : "9.1"];
}

function place(source: string): string {
  if (source.startsWith("storage")) return "Memolabs";
  if (source === "blockchain") return "the blockchain's peers";
  return source === "snapshot" ? "a snapshot" : source;
}

function clip(reason: string): string {
  return reason.length > 70 ? `${reason.slice(0, 70)}…` : reason;
}
