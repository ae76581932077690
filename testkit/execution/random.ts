import { getBytes, id, keccak256 } from "ethers";

/** A number in `[0, below)`; the sequence depends on the seed alone. */
export type Random = (below: number) => number;

/** Random numbers that a test's name determines, so that a failure can be repeated. */
export function randomSource(seed: string): Random {
  let state = id(seed);
  let pool: Uint8Array = new Uint8Array();
  let used = 0;
  return (below) => {
    if (used + 4 > pool.length) {
      state = keccak256(state);
      pool = getBytes(state);
      used = 0;
    }
    const value = new DataView(pool.buffer, pool.byteOffset + used, 4).getUint32(0);
    used += 4;
    return value % below;
  };
}
