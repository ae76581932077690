import sha3 from "js-sha3";

import { type Hex, toHex } from "./hex.ts";

/** keccak-256 of bytes. */
export function keccak256(data: Uint8Array): Uint8Array {
  return new Uint8Array(sha3.keccak256.arrayBuffer(data));
}

/** keccak-256 of bytes as a `0x` string. */
export function keccakHex(data: Uint8Array): Hex {
  return toHex(keccak256(data));
}
