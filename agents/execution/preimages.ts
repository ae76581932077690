import { encodeRlp } from "ethers";

import { fromHex, type Hex } from "../../l2/base/hex.ts";

/**
 * Gives the bytes that have a hash as an item of a witness: a trie node as it is, code as {@link codeItem} makes it.
 * Nothing where they are not known.
 */
export type PreimageSource = (hash: Hex) => Promise<Uint8Array | undefined> | Uint8Array | undefined;

/** Code as an item of a witness, in which nodes are lists and all else is a string. */
export function codeItem(code: Uint8Array): Uint8Array {
  return fromHex(encodeRlp(code));
}
