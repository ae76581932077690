/** What became of the mutants of a sample, kept in a file after each of them. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

import type { Mutant } from "./operators.ts";
import type { Fate } from "./trial.ts";

/** A mutant with its fate. */
export interface Result {
  readonly id: string;
  /** SHA-256 of the file that it was made of, shortened: the result counts as long as that is the same. */
  readonly source: string;
  readonly fate: Fate;
  /** Why no test can tell this mutant from the contract; only where it survived. */
  readonly reason?: string;
}

interface Kept {
  readonly seed: string;
  readonly results: readonly Result[];
}

/** The results of one seed. */
export class Results {
  readonly #path: string;
  readonly #seed: string;
  readonly #byId = new Map<string, Result>();

  /** @param path The file; another seed's results in it are dropped. */
  constructor(path: string, seed: string) {
    this.#path = path;
    this.#seed = seed;
    if (!existsSync(path)) return;
    const kept = JSON.parse(readFileSync(path, "utf8")) as Kept;
    if (kept.seed === seed) for (const result of kept.results) this.#byId.set(result.id, result);
  }

  /** What is known of a mutant of a file as it is now. */
  of(mutant: Mutant, source: Buffer): Result | undefined {
    const result = this.#byId.get(mutant.id);
    return result?.source === fingerprint(source) ? result : undefined;
  }

  /** Notes a fate, and writes the file. */
  note(mutant: Mutant, source: Buffer, fate: Fate): void {
    this.#byId.set(mutant.id, { id: mutant.id, source: fingerprint(source), fate });
    const results = [...this.#byId.values()].sort((first, second) => first.id.localeCompare(second.id));
    writeFileSync(this.#path, `${JSON.stringify({ seed: this.#seed, results } satisfies Kept, null, 2)}\n`);
  }
}

function fingerprint(source: Buffer): string {
  return createHash("sha256").update(source).digest("hex").slice(0, 16);
}
