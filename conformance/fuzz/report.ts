/** What the user sees: progress, differences, and the summary. */
import { styleText } from "node:util";

import type { Result } from "./campaign.ts";
import { parse, stringify } from "./case.ts";
import { saveRegression } from "./regressions.ts";
import type { Message } from "./worker.ts";

/** The part of a terminal that is written to. */
export interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Where there is no terminal to rewrite a line on, progress is told this often in a run. */
const MILESTONES = 20;

/** Collects results and shows them as they come. */
export class Report {
  readonly #screen: Screen;
  readonly #seed: string;
  readonly #programs: number;
  readonly #save: boolean;
  readonly #start = performance.now();
  readonly #endings = new Map<string, number>();
  readonly #opcodes = new Map<string, number>();
  #done = 0;
  failures = 0;

  constructor(screen: Screen, { seed, programs, save }: { seed: string; programs: number; save: boolean }) {
    this.#screen = screen;
    this.#seed = seed;
    this.#programs = programs;
    this.#save = save;
    this.#line(`seed ${seed}`);
  }

  add(message: Message): void {
    if ("opcodes" in message) {
      for (const [name, count] of Object.entries(message.opcodes)) add(this.#opcodes, name, count);
      return;
    }
    const result = parse(message.result) as unknown as Result;
    this.#done += 1;
    for (const ending of result.endings) add(this.#endings, ending, 1);
    if (result.failure !== undefined) this.#fail(result.number, result.failure);
    this.#progress();
  }

  /** Prints how transactions ended, what was executed, and the closing line. */
  close(): void {
    const transactions = sum(this.#endings);
    const seconds = this.#seconds();
    this.#line("");
    this.#line(`${transactions} transactions: ${listing(this.#endings)}`);
    this.#line(`${sum(this.#opcodes)} opcodes: ${listing(this.#opcodes)}`);
    this.#line(`seed ${this.#seed}, ${seconds} s, ${(this.#done / Math.max(1, seconds)).toFixed(1)} programs a second`);
    this.#line(`${this.#done - this.failures} passed, ${this.failures} failed`);
  }

  #fail(number: number, { difference, shrunk }: NonNullable<Result["failure"]>): void {
    this.failures += 1;
    this.#line(styleText("red", `program ${number} of seed ${this.#seed} differs`));
    this.#line(`  expected  ${difference.expected}\n  L1        ${difference.actual}`);
    this.#line(this.#save ? `  saved as ${saveRegression(`${this.#seed}-${number}`, shrunk)}` : stringify(shrunk));
  }

  #seconds(): number {
    return Math.round((performance.now() - this.#start) / 1000);
  }

  #progress(): void {
    const text = `${this.#done} of ${this.#programs} programs, ${this.failures} failed, ${this.#seconds()} s`;
    if (this.#screen.isTTY === true) {
      this.#screen.write(`\r\x1b[2K${text}`);
    } else if (milestone(this.#done, this.#programs) > milestone(this.#done - 1, this.#programs)) {
      this.#screen.write(`${text}\n`);
    }
  }

  #line(text: string): void {
    this.#screen.write(`${this.#screen.isTTY === true ? "\r\x1b[2K" : ""}${text}\n`);
  }
}

const milestone = (done: number, of: number): number => Math.floor((done * MILESTONES) / of);

function add(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}

function listing(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
}
