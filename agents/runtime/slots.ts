/** A number of places, taken in the order in which they are asked for. */
export class Slots {
  readonly #size: number;
  readonly #waiting: (() => void)[] = [];
  #taken = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** Places that are taken or waited for. */
  get taken(): number {
    return this.#taken + this.#waiting.length;
  }

  /** Waits for a place; what it gives is called to leave it, once. */
  async take(): Promise<() => void> {
    if (this.#taken < this.#size) this.#taken++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return () => {
      const next = this.#waiting.shift();
      if (next === undefined) this.#taken--;
      else next();
    };
  }
}
