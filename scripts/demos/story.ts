import { formatEther } from "ethers";
import { styleText } from "node:util";

/** One thing that happened: which steps of the specification it is, who did it to whom, and what it cost. */
export interface Deed {
  readonly steps: readonly string[];
  readonly actor: string;
  /** Whom it concerned, for the sequence diagram; the actor itself if left out. */
  readonly to?: string;
  readonly text: string;
  /** L1 gas. */
  readonly gas?: bigint;
  /** Who paid for it, where that is not the actor. */
  readonly payer?: string;
}

/** What an account holds, in wei. */
export interface Holding {
  readonly ether: bigint;
  readonly metis: bigint;
}

/** Where a story is told. */
export type Out = (line: string) => void;

const STEP_WIDTH = 22;
const ACTOR_WIDTH = 14;

/** Tells a scenario while it happens and sums it up afterwards: as a table, as money moved, as a sequence diagram. */
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

  /** Tells one deed. */
  tell(deed: Deed): void {
    this.deeds.push(deed);
    const steps = deed.steps.length === 0 ? "" : `[${deed.steps.join(" ")}]`;
    const gas = deed.gas === undefined ? "" : styleText("dim", `  ${grouped(deed.gas)} gas`);
    const lead = `  ${styleText("cyan", steps.padEnd(STEP_WIDTH))} ${styleText("yellow", deed.actor.padEnd(ACTOR_WIDTH))}`;
    this.#out(`${lead} ${deed.text}${gas}`);
  }

  /** Tells a deed that costs no L1 gas. */
  say(steps: string | readonly string[], actor: string, text: string, to?: string): void {
    this.tell({ steps: typeof steps === "string" ? [steps] : steps, actor, text, ...(to === undefined ? {} : { to }) });
  }

  /** Something a reader should know that is nobody's deed. */
  note(text: string): void {
    this.#out(`  ${" ".repeat(STEP_WIDTH)} ${styleText("dim", text)}`);
  }

  /** Every step told so far, each once, in order of appearance. */
  get steps(): string[] {
    return [...new Set(this.deeds.flatMap((deed) => deed.steps))];
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
    const lines = this.deeds.map(({ steps, actor, to, text }) => {
      const ids = steps.length === 0 ? "" : `[${steps.join(", ")}] `;
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
