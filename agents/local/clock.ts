import type { Clock } from "../runtime/clock.ts";

/** L1's clock, which a test moves and a demo waits for. */
export interface L1Time {
  /** Time of the latest block, in seconds. */
  now(): Promise<number>;
  /** Returns once at least this many seconds have passed on L1. */
  advance(seconds: number): Promise<void>;
  /** How agents wait between two looks, in milliseconds; not at all if left out, as L1 mines at once then. */
  readonly pause?: (milliseconds: number) => Promise<void>;
}

/** L1's time, as of the last look. `sleep` returns at once: the test or demo moves the clock. */
export class LocalClock implements Clock {
  seconds = 0;
  readonly #pause: L1Time["pause"];

  constructor(pause: L1Time["pause"]) {
    this.#pause = pause;
  }

  now(): number {
    return this.seconds * 1000;
  }

  async sleep(milliseconds: number): Promise<void> {
    if (this.#pause !== undefined) {
      await this.#pause(milliseconds);
      // L1's clock went on meanwhile, by about as much.
      this.seconds += Math.floor(milliseconds / 1000);
      return;
    }
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
