const PAGE = 32;

/** What a memory gets beside a quarter of its size when it grows (contracts/execution/evm/Memory.sol). */
const SPARE = 0x100;

/** Rounded up to words. */
export const words = (size: number): number => (size + PAGE - 1) & ~(PAGE - 1);

/**
 * The most bytes of the heap that a frame's memory of this size can have taken on its way there.
 *
 * A memory that grows beyond its capacity gets one of 5/4 of its new size and 256 bytes, and may move, which leaves the
 * old one behind. Its last size was above the capacity before, so that capacities shrink towards the past by a factor of
 * 5/4 at least. Their sum is below 5/4 + 5 times the size.
 */
export function grownMemory(size: number): number {
  if (size === 0) return 0;
  let total = capacityOf(size);
  for (let capacity = size - PAGE; capacity >= capacityOf(PAGE);) {
    total += capacity;
    // The largest size that leads to this capacity, and the largest capacity below it.
    const largest = Math.floor((capacity + PAGE - SPARE) * 0.8) + 1;
    capacity = (largest & ~(PAGE - 1)) - PAGE;
  }
  return total;
}

const capacityOf = (size: number): number => (size + (size >> 2) + SPARE) & ~(PAGE - 1);

/** Bytes of memory that this much gas can pay for, at least. */
export function affordableMemory(gas: number): number {
  // n words cost 3 n + n² / 512, rounded down.
  return PAGE * (Math.floor(Math.sqrt(512 * (gas + 1))) + 1);
}
