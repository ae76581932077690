import { getAddress, isAddress } from "ethers";

/** A `0x` string. Hashes and bytes are lower-case; addresses carry their checksum. */
export type Hex = `0x${string}`;

/** 32 zero bytes. */
export const ZERO_HASH: Hex = `0x${"00".repeat(32)}`;

/** The address of nobody. */
export const ZERO_ADDRESS: Hex = `0x${"00".repeat(20)}`;

/** Whether a value is a `0x` string of whole bytes, of `size` bytes where that is given. */
export function isHex(value: unknown, size?: number): value is Hex {
  if (typeof value !== "string" || !/^0x[0-9a-fA-F]*$/.test(value)) return false;
  return size === undefined ? value.length % 2 === 0 : value.length === 2 + 2 * size;
}

/**
 * Bytes that come in as text, in lower case.
 *
 * @param what Names the value in the error.
 * @throws TypeError where it is not a `0x` string of whole bytes.
 */
export function asHex(value: unknown, what = "The value"): Hex {
  if (!isHex(value)) throw mismatch(what, value, "bytes in hexadecimal (0x…)");
  return value.toLowerCase() as Hex;
}

/** A hash that comes in as text, in lower case. @throws TypeError where it is not 32 bytes in hexadecimal. */
export function asHash(value: unknown, what = "The value"): Hex {
  if (!isHex(value, 32)) throw mismatch(what, value, "32 bytes in hexadecimal (0x…)");
  return value.toLowerCase() as Hex;
}

/** An address that comes in as text, with its checksum. @throws TypeError where it is none or its checksum is wrong. */
export function asAddress(value: unknown, what = "The value"): Hex {
  if (!isHex(value, 20) || !isAddress(value)) throw mismatch(what, value, "an address (0x…)");
  return getAddress(value) as Hex;
}

/** The bytes of a `0x` string. @throws TypeError where it is not one. */
export function fromHex(hex: string): Uint8Array {
  if (!isHex(hex)) throw mismatch("The value", hex, "bytes in hexadecimal (0x…)");
  return new Uint8Array(Buffer.from(hex.slice(2), "hex"));
}

/** The lower-case `0x` string of bytes. */
export function toHex(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex")}`;
}

/** Strings one after the other. @throws TypeError where one is not hexadecimal. */
export function concatHex(parts: readonly string[]): Hex {
  return `0x${parts.map((part) => asHex(part).slice(2)).join("")}`;
}

function mismatch(what: string, found: unknown, expected: string): TypeError {
  const text = typeof found === "string" ? `"${found}"` : String(found);
  return new TypeError(`${what} is ${text.length > 80 ? `${text.slice(0, 80)}…` : text}, expected ${expected}.`);
}
