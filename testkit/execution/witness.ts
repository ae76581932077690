/** Witnesses in pieces. */
import { RLP } from "@ethereumjs/rlp";
import { type BytesLike, concat, getBytes, hexlify, keccak256 } from "ethers";

import type { Random } from "./random.ts";

/** The items of a witness, in RLP. */
export function itemsOf(witness: BytesLike): string[] {
  const items: string[] = [];
  let rest = getBytes(witness);
  while (rest.length > 0) {
    const { remainder } = RLP.decode(rest, true);
    items.push(hexlify(rest.subarray(0, rest.length - remainder.length)));
    rest = remainder;
  }
  return items;
}

/** The hash that L1 asks for an item by: of a node as it is, of the content of a byte string. */
export function hashOf(item: string): string {
  const decoded = RLP.decode(getBytes(item));
  return keccak256(decoded instanceof Uint8Array ? decoded : item);
}

/** Items one behind the other. */
export function joined(items: readonly string[]): string {
  return concat(items);
}

/** The items in another order. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let index = result.length - 1; index > 0; index--) {
    const other = random(index + 1);
    [result[index], result[other]] = [result[other]!, result[index]!];
  }
  return result;
}
