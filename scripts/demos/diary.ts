import { Writable } from "node:stream";

import { pino } from "pino";

import type { Logger } from "../../agents/common/logger.ts";
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

/**
 * A log that tells those steps of the agents that L1 does not see.
 *
 * @param tellOf Whether an agent's entries are of interest now.
 */
export function diary(story: Story, tellOf: (agent: string) => boolean): Logger {
  let last = "";
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      const entry = JSON.parse(chunk.toString()) as Entry;
      const id = /^\[([^\]]+)\]/.exec(entry.msg ?? "")?.[1] ?? "";
      const told = ENTRIES[id];
      const { agent = "" } = entry;
      if (told !== undefined && tellOf(agent)) {
        const text = told.text(entry);
        // An agent that looks again and finds the same has nothing new to tell.
        if (text !== last) story.say(told.steps, counted(agent), text);
        last = text;
      }
      done();
    },
  });
  return pino({ level: "info" }, stream);
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
