import { type Hex, fromHex, toHex } from "./hex.ts";
import { compilePermutation } from "./keccak-wasm.ts";

/** Bytes that one permutation takes in. */
const RATE = 136;
const STATE = 200;
const DIGEST = 32;

/** The sponge: its state lies at the start of the memory. Each hash runs from start to end before another one begins. */
const { memory, permute } = compilePermutation();

/** keccak-256 of bytes. */
export function keccak256(data: Uint8Array): Uint8Array {
  memory.fill(0, 0, STATE);
  let at = 0;
  for (; data.length - at >= RATE; at += RATE) {
    absorb(data, at, RATE);
    permute();
  }
  const rest = data.length - at;
  absorb(data, at, rest);
  memory[rest] = (memory[rest] ?? 0) ^ 0x01;
  memory[RATE - 1] = (memory[RATE - 1] ?? 0) ^ 0x80;
  permute();
  return memory.slice(0, DIGEST);
}

function absorb(data: Uint8Array, at: number, size: number): void {
  if (at === 0) {
    memory.set(size === data.length ? data : data.subarray(0, size));
    return;
  }
  for (let index = 0; index < size; index++) memory[index] = (memory[index] ?? 0) ^ (data[at + index] ?? 0);
}

/** keccak-256 of bytes, or of a `0x` string's bytes, as a `0x` string. */
export function keccakHex(data: Uint8Array | string): Hex {
  return toHex(keccak256(typeof data === "string" ? fromHex(data) : data));
}

/** keccak-256 of a text in UTF-8. */
export function keccakText(text: string): Hex {
  return keccakHex(new TextEncoder().encode(text));
}
