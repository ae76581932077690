import { getBytes, id } from "ethers";

import type { Random } from "../../testkit/execution/random.ts";

const WORD = 1n << 256n;

/** Random choices that a seed determines. */
export class Dice {
  readonly below: Random;

  constructor(seed: string) {
    const random = smallFastCounter(seed);
    this.below = (below) => random() % below;
  }

  /** True once in so many times. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  /** One of the choices, each as often as its weight says. */
  weighted<T>(choices: readonly (readonly [weight: number, choice: T])[]): T {
    let rest = this.below(choices.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, choice] of choices) {
      if (rest < weight) return choice;
      rest -= weight;
    }
    throw new RangeError("weights are positive");
  }

  /** So many random bytes as a number. */
  bits(bytes: number): bigint {
    let value = 0n;
    for (let index = 0; index < bytes; index++) value = (value << 8n) | BigInt(this.below(256));
    return value;
  }

  hex(bytes: number): string {
    return this.bits(bytes)
      .toString(16)
      .padStart(bytes * 2, "0")
      .slice(0, bytes * 2);
  }

  /** A word, with a liking for those at the edges of things. */
  word(): bigint {
    return (
      this.weighted<() => bigint>([
        [8, () => BigInt(this.below(4))],
        [4, () => BigInt(this.below(260))],
        [3, () => this.pick([31n, 32n, 33n, 63n, 64n, 65n, 255n, 256n, 257n, 0xffffn, 0x10000n])],
        [3, () => (1n << BigInt(this.below(256))) + BigInt(this.below(3)) - 1n],
        [3, () => WORD - 1n - BigInt(this.below(3))],
        [1, () => WORD - (1n << BigInt(this.below(256)))],
        [1, () => (1n << 255n) + BigInt(this.below(3)) - 1n],
        [4, () => this.bits(1 + this.below(32))],
      ])() &
      (WORD - 1n)
    );
  }
}

/** Words of 32 bits by the generator sfc32: a program takes thousands, too many to hash for each. */
function smallFastCounter(seed: string): () => number {
  const view = new DataView(getBytes(id(seed)).buffer);
  let [a, b, c, counter] = [view.getInt32(0), view.getInt32(4), view.getInt32(8), view.getInt32(12)];
  return () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
}
