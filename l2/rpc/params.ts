import { type Hex, asAddress, asHex, isHex } from "../base/hex.ts";
import { RpcError } from "./errors.ts";

/** Greatest number of a block that other clients of Ethereum read. */
const MAX_BLOCK_NUMBER = 2n ** 63n - 1n;

/** The position parameters of one call, read with a check of their form. */
export class Params {
  readonly #values: readonly unknown[];

  /** @throws RpcError where there are more than `most`. */
  constructor(values: unknown, most: number) {
    const list = values ?? [];
    if (!Array.isArray(list)) throw invalid("params", "an array", list);
    this.#values = list;
    if (this.#values.length > most) throw invalid("params", `at most ${most}`, this.#values.length);
  }

  has(place: number): boolean {
    return this.#values[place] !== undefined && this.#values[place] !== null;
  }

  raw(place: number): unknown {
    return this.#values[place];
  }

  address(place: number): Hex {
    return readAddress(`params[${place}]`, this.raw(place));
  }

  hash(place: number): Hex {
    return readBytes(`params[${place}]`, this.raw(place), 32);
  }

  bytes(place: number): Hex {
    return readBytes(`params[${place}]`, this.raw(place));
  }

  quantity(place: number): bigint {
    return readQuantity(`params[${place}]`, this.raw(place));
  }

  /** @throws RpcError where it is beyond what JavaScript counts exactly. */
  count(place: number): number {
    const value = this.quantity(place);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw invalid(`params[${place}]`, "a smaller number", value);
    return Number(value);
  }

  flag(place: number): boolean {
    const value = this.raw(place) ?? false;
    if (typeof value !== "boolean") throw invalid(`params[${place}]`, "true or false", value);
    return value;
  }

  object(place: number): Record<string, unknown> {
    return readObject(`params[${place}]`, this.raw(place));
  }

  list(place: number): readonly unknown[] {
    const value = this.raw(place) ?? [];
    if (!Array.isArray(value)) throw invalid(`params[${place}]`, "an array", value);
    return value;
  }
}

/** An address, whose checksum does not matter: other clients of Ethereum do not look at it. */
export function readAddress(name: string, value: unknown): Hex {
  if (!isHex(value, 20)) throw invalid(name, "an address", value);
  return asAddress(value.toLowerCase());
}

export function readBytes(name: string, value: unknown, size?: number): Hex {
  if (!isHex(value, size)) {
    throw invalid(name, size === undefined ? "0x and bytes in hexadecimal" : `${size} bytes in hexadecimal`, value);
  }
  return asHex(value);
}

export function readQuantity(name: string, value: unknown): bigint {
  if (typeof value !== "string" || !/^0x(0|[1-9a-fA-F][0-9a-fA-F]{0,63})$/.test(value)) {
    throw invalid(name, "a quantity such as 0x1f", value);
  }
  return BigInt(value);
}

/** Whether a block is named by its hash: 66 characters, as other clients of Ethereum read it. */
export const isHash = (value: unknown): value is Hex => isHex(value, 32);

/** A block's number; exact as far as a chain can get. */
export function readBlockNumber(value: unknown): number {
  if (typeof value !== "string" || !value.startsWith("0x")) {
    throw invalid("block", "a number, a hash, latest, safe, finalized, earliest or pending", value);
  }
  const number = readQuantity("block", value);
  if (number > MAX_BLOCK_NUMBER) throw invalid("block", "a smaller number, or a hash of 64 digits", value);
  return Number(number);
}

/** A storage slot: a quantity, or 32 bytes with zeros in front. */
export function readSlot(name: string, value: unknown): bigint {
  if (typeof value !== "string" || !/^0x[0-9a-fA-F]{1,64}$/.test(value)) throw invalid(name, "a storage slot", value);
  return BigInt(value);
}

export function readObject(name: string, value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalid(name, "an object", value);
  return value as Record<string, unknown>;
}

export function invalid(name: string, expected: string, found: unknown): RpcError {
  const shown = show(found);
  const short = shown.length > 80 ? `${shown.slice(0, 80)}…` : shown;
  return new RpcError("invalidParams", `invalid argument: ${name} is ${short}, expected ${expected}`);
}

function show(found: unknown): string {
  if (found === undefined) return "missing";
  try {
    return JSON.stringify(typeof found === "bigint" ? found.toString() : found);
  } catch {
    // Only depth is left as a reason: what came in was JSON.
    return "nested too deeply";
  }
}
