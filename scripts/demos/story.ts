import { formatEther } from "ethers";
import { inspect, styleText } from "node:util";

/** One thing that happened: who did it to whom, and what it cost. */
export interface Deed {
  readonly actor: string;
  /** Whom it concerned, for the sequence diagram; the actor itself if left out. */
  readonly to?: string;
  readonly text: string;
  /** L1 gas. */
  readonly gas?: bigint;
  /** Who paid for it, where that is not the actor. */
  readonly payer?: string;
  /** Steps of the specification that it is, and what shows that it happened. */
  readonly shown?: Shown;
}

/** Steps, and where they were seen. */
export interface Shown {
  readonly steps: readonly string[];
  /** A transaction of L1, a log record of an agent, or a value that was read. */
  readonly evidence: string;
}

/** A step that leaves neither an event on L1 nor a log record: a value shows it. */
export interface Observation<T> {
  readonly steps: readonly string[];
  readonly actor: string;
  readonly to?: string;
  /** Reads the value where it stands: in a contract, on a node, in an agent. */
  readonly read: () => T | Promise<T>;
  /** Whether the value shows the step. */
  readonly holds: (value: T) => boolean;
  readonly text: string | ((value: T) => string);
}

/** What a script may do with a story. It can narrate; it cannot say that a step happened. */
export type Narrator = Pick<Story, "chapter" | "narrate" | "note" | "observe">;

/** What an account holds, in wei. */
export interface Holding {
  readonly ether: bigint;
  readonly metis: bigint;
}

/** Where a story is told. */
export type Out = (line: string) => void;

const STEP_WIDTH = 22;
const ACTOR_WIDTH = 14;

/**
 * Tells a scenario while it happens and sums it up afterwards: as a table, as money moved, as a sequence diagram.
 *
 * A step is told only by what was observed: an event of L1, a log record of an agent, or a value that was read and
 * compared.
 */
export class Story {
  readonly deeds: Deed[] = [];
  readonly #out: Out;

  constructor(out: Out) {
    this.#out = out;
  }

  /** Opens a part of the story. */
  chapter(title: string): void {
    this.#out("");
    this.#out(styleText("bold", title));
  }

  /** Records what a witness saw: the chronicle on L1, the diary in the agents' logs. */
  record(deed: Deed): void {
    this.deeds.push(deed);
    const steps = deed.shown === undefined ? "" : `[${deed.shown.steps.join(" ")}]`;
    const gas = deed.gas === undefined ? "" : styleText("dim", `  ${grouped(deed.gas)} gas`);
    const lead = `  ${styleText("cyan", steps.padEnd(STEP_WIDTH))} ${styleText("yellow", deed.actor.padEnd(ACTOR_WIDTH))}`;
    this.#out(`${lead} ${deed.text}${gas}`);
  }

  /** Tells what somebody does. It counts for no step. */
  narrate(actor: string, text: string, to?: string): void {
    this.record({ actor, text, ...(to === undefined ? {} : { to }) });
  }

  /**
   * Reads a value that shows steps, and tells them.
   * @returns The value.
   * @throws Error where the value is not what the steps lead to: they are not told then.
   */
  async observe<T>({ steps, actor, to, read, holds, text }: Observation<T>): Promise<T> {
    const value = await read();
    const seen = inspect(value, { depth: 3, breakLength: Infinity, maxArrayLength: 4 });
    const told = typeof text === "string" ? text : text(value);
    if (!holds(value)) throw new Error(`[${steps.join(" ")}] was not observed: "${actor} ${told}". Read ${seen}.`);
    const shown = { steps, evidence: `read ${seen}` };
    this.record({ actor, text: told, shown, ...(to === undefined ? {} : { to }) });
    return value;
  }

  /** Something a reader should know that is nobody's deed. */
  note(text: string): void {
    this.#out(`  ${" ".repeat(STEP_WIDTH)} ${styleText("dim", text)}`);
  }

  /** Every step told so far, each once, in order of appearance. */
  get steps(): string[] {
    return [...new Set(this.deeds.flatMap(({ shown }) => shown?.steps ?? []))];
  }

  /** Prints who spent which gas, and whose money moved where. */
  summary(before: ReadonlyMap<string, Holding>, after: ReadonlyMap<string, Holding>): void {
    this.chapter("Summary");
    const gas = new Map<string, bigint>();
    for (const { actor, payer = actor, gas: spent = 0n } of this.deeds) gas.set(payer, (gas.get(payer) ?? 0n) + spent);
    const actors = [...new Set([...after.keys(), ...gas.keys()])];
    const rows = actors
      .map((actor) => {
        const had = before.get(actor);
        const has = after.get(actor);
        const ether = has === undefined || had === undefined ? undefined : has.ether - had.ether;
        const metis = has === undefined || had === undefined ? undefined : has.metis - had.metis;
        return [actor, grouped(gas.get(actor) ?? 0n), signed(ether), signed(metis)];
      })
      .filter(([, spent, ether, metis]) => spent !== "0" || ether !== "" || metis !== "");
    this.#table(["actor", "L1 gas", "ETH", "METIS"], rows);
    this.#out("");
    this.#out(`  Steps shown: ${this.steps.join(" · ")}`);
  }

  /** The story as a Mermaid sequence diagram in Markdown. */
  diagram(title: string): string {
    const participants = [...new Set(this.deeds.flatMap(({ actor, to }) => [actor, to ?? actor]))];
    const alias = new Map(participants.map((name, position) => [name, `p${position}`]));
    const lines = this.deeds.map(({ shown, actor, to, text }) => {
      const ids = shown === undefined ? "" : `[${shown.steps.join(", ")}] `;
      return `  ${alias.get(actor) ?? actor}->>${alias.get(to ?? actor) ?? actor}: ${ids}${plain(text)}`;
    });
    return [
      `# ${title}`,
      "",
      "```mermaid",
      "sequenceDiagram",
      ...participants.map((name) => `  participant ${alias.get(name) ?? name} as ${name}`),
      ...lines,
      "```",
      "",
    ].join("\n");
  }

  #table(head: readonly string[], rows: readonly (readonly string[])[]): void {
    const widths = head.map((title, column) =>
      Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length)),
    );
    const line = (cells: readonly string[]): string =>
      cells
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join("   ");
    this.#out(`  ${styleText("dim", line(head))}`);
    for (const row of rows) this.#out(`  ${line(row)}`);
  }
}

/** A number with thousands apart. */
export function grouped(value: bigint | number): string {
  return value.toLocaleString("en");
}

/** So many of something. */
export function counting(value: bigint | number | undefined, noun: string, nouns = `${noun}s`): string {
  return `${grouped(value ?? 0)} ${Number(value) === 1 ? noun : nouns}`;
}

/** An amount of wei in ether or METIS, short. */
export function amount(wei: bigint): string {
  return formatEther(wei)
    .replace(/(\.\d{4})\d+$/, "$1")
    .replace(/\.0$/, "");
}

/** An address or hash, shortened for people. */
export function short(hex: string): string {
  return `${hex.slice(0, 6)}…${hex.slice(-4)}`;
}

function signed(wei: bigint | undefined): string {
  if (wei === undefined || wei === 0n) return "";
  return `${wei > 0n ? "+" : "−"}${amount(wei > 0n ? wei : -wei)}`;
}

function plain(text: string): string {
  return text.replaceAll(/[;#]/g, ",");
}
