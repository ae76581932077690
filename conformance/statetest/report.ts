/** What the user sees: progress, failures, and the summary. */
import { styleText } from "node:util";

import type { Result } from "./run.ts";

/** The part of a terminal that is written to. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Where there is no terminal to rewrite a line on, progress is told this often in a run. */
const MILESTONES = 10;

/** Collects results and shows them as they come. */
export class Report {
  readonly #screen: Screen;
  readonly #total: number;
  readonly #start = performance.now();
  #minute = 0;
  readonly results: Result[] = [];

  constructor(screen: Screen, total: number) {
    this.#screen = screen;
    this.#total = total;
  }

  /** A case has ended. */
  ended(result: Result): void {
    this.results.push(result);
    if (result.status === "failed") this.#line(`${styleText("red", "failed")}  ${result.name}: ${result.reason ?? ""}`);
    this.#progress();
  }

  /** A case goes on that takes long. */
  running(name: string, steps: number): void {
    const minute = Math.floor((performance.now() - this.#start) / 60_000);
    if (this.#screen.isTTY === true) this.#progress(`${name}: ${steps} steps`);
    else if (minute > this.#minute) this.#screen.write(`${name}: ${steps} steps so far\n`);
    this.#minute = minute;
  }

  count(status: Result["status"]): number {
    return this.results.filter((result) => result.status === status).length;
  }

  /** Prints the table by folder, the reasons of skips, and the closing line. */
  close(): void {
    this.#line(["", ...table(this.results), "", ...skips(this.results), this.#closing()].join("\n"));
  }

  /** The results for another program; cases in the order of their names. */
  json(fork: string): string {
    const [passed, failed, skipped] = [this.count("passed"), this.count("failed"), this.count("skipped")];
    const seconds = Math.round((performance.now() - this.#start) / 1000);
    const cases = this.results.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return `${JSON.stringify({ fork, passed, failed, skipped, seconds, cases }, null, 2)}\n`;
  }

  #closing(): string {
    return `${this.count("passed")} passed, ${this.count("failed")} failed, ${this.count("skipped")} skipped`;
  }

  #progress(name = this.results.at(-1)?.name ?? ""): void {
    const done = this.results.length;
    const seconds = Math.round((performance.now() - this.#start) / 1000);
    const text = `${done} of ${this.#total} cases, ${this.count("failed")} failed, ${seconds} s`;
    if (this.#screen.isTTY === true) {
      this.#screen.write(`\r\x1b[2K${`${text}  ${name}`.slice(0, Math.max(this.#screen.columns ?? 80, 40) - 1)}`);
    } else if (Math.floor((done * MILESTONES) / this.#total) > Math.floor(((done - 1) * MILESTONES) / this.#total)) {
      this.#screen.write(`${text}\n`);
    }
  }

  #line(text: string): void {
    this.#screen.write(`${this.#screen.isTTY === true ? "\r\x1b[2K" : ""}${text}\n`);
  }
}

function table(results: readonly Result[]): string[] {
  const folders = grouped(results, ({ folder }) => folder);
  const rows = [...folders].sort(([a], [b]) => (a < b ? -1 : 1)).map(([folder, own]) => row(folder, own));
  if (rows.length > 1) rows.push(row("all", results));
  const head = ["folder", "passed", "failed", "skipped", "seconds"];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((cells) => cells[column]!.length)));
  return [head, ...rows].map((cells) =>
    cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join("  "),
  );
}

function row(folder: string, results: readonly Result[]): string[] {
  const count = (status: Result["status"]): string =>
    String(results.filter((result) => result.status === status).length);
  const time = results.reduce((sum, { milliseconds = 0 }) => sum + milliseconds, 0);
  return [folder, count("passed"), count("failed"), count("skipped"), (time / 1000).toFixed(1)];
}

function skips(results: readonly Result[]): string[] {
  const skipped = results.filter(({ status }) => status === "skipped");
  const reasons = grouped(skipped, ({ reason = "" }) => reason);
  return [...reasons].map(([reason, own]) => `skipped: ${own.length}, ${reason}`);
}

function grouped(results: readonly Result[], key: (result: Result) => string): Map<string, Result[]> {
  const groups = new Map<string, Result[]>();
  for (const result of results) groups.set(key(result), [...(groups.get(key(result)) ?? []), result]);
  return groups;
}
