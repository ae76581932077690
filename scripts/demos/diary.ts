import { Writable } from "node:stream";

import { pino } from "pino";

import type { Logger } from "../../agents/runtime/logger.ts";
import type { Story } from "./story.ts";

/** Steps that leave nothing on L1, and how a reader is told of them. */
const ENTRIES: Readonly<Record<string, { steps: readonly string[]; text: (record: Entry) => string }>> = {
  "9.1": { steps: ["9", "9.1"], text: ({ batch, reason }) => `cannot get batch ${batch} there: ${clip(reason ?? "")}` },
  "11.3.1": {
    steps: ["9", "10", "11", "11.1", "11.2", "11.3", "11.3.1"],
    text: ({ batch, source }) => `computed both roots of batch ${batch} itself, from ${kind(source)}: equal to L1's`,
  },
  "11.10.2": {
    steps: ["9.3", "11.10.2"],
    text: ({ batch, bytes }) => `downloaded the ${bytes?.toLocaleString("en") ?? "?"} bytes of batch ${batch} from L1`,
  },
};

interface Entry {
  readonly agent?: string;
  readonly msg?: string;
  readonly batch?: number;
  readonly source?: string;
  readonly reason?: string;
  readonly bytes?: number;
}

/** Keeps what the agents note of steps that L1 does not see, until it is told. */
export class Diary {
  /** Where the agents write. */
  readonly log: Logger;
  readonly #waiting: { steps: readonly string[]; actor: string; text: string }[] = [];
  #last = "";

  /** @param tellOf Whether an agent's entries are of interest. */
  constructor(tellOf: (agent: string) => boolean) {
    const stream = new Writable({
      write: (chunk: Buffer, _, done) => {
        this.#note(JSON.parse(chunk.toString()) as Entry, tellOf);
        done();
      },
    });
    this.log = pino({ level: "info" }, stream);
  }

  /** Tells what was noted since the last time, after what L1 saw of it. */
  tell(story: Story): void {
    for (const { steps, actor, text } of this.#waiting.splice(0)) story.say(steps, actor, text);
  }

  #note(entry: Entry, tellOf: (agent: string) => boolean): void {
    const told = ENTRIES[/^\[([^\]]+)\]/.exec(entry.msg ?? "")?.[1] ?? ""];
    const { agent = "" } = entry;
    if (told === undefined || !tellOf(agent)) return;
    const text = told.text(entry);
    // An agent that looks again and finds the same has nothing new to tell.
    if (text !== this.#last) this.#waiting.push({ steps: told.steps, actor: counted(agent), text });
    this.#last = text;
  }
}

/** Agents count from zero, people from one. */
function counted(agent: string): string {
  return agent.replace(/\d+$/, (place) => String(Number(place) + 1));
}

function kind(source = ""): string {
  return source.startsWith("storage") ? "Memolabs" : source === "blockchain" ? "the blockchain's peers" : source;
}

function clip(reason: string): string {
  return reason.length > 70 ? `${reason.slice(0, 70)}…` : reason;
}
