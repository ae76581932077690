import { bytesToBigInt } from "@ethereumjs/util";

/** The most gas of L1 that one instruction may take (contracts/execution/precompiles/Precompiles.sol). */
export const EFFORT_LIMIT = 6_500_000n;

/** The longest operand that the precompile of L1 takes. */
const OPERAND_LIMIT = 1024n;
/** Bytes of the pieces that a longer exponent is cut into. */
const PIECE = OPERAND_LIMIT - 1n;
/** Longer lengths count as this one. */
const LENGTH_LIMIT = 1n << 64n;
const WORD = 32n;
const HEADER = 3n * WORD;

/** An operand without its leading zeros, and the number of whole words of zeros that preceded it. */
interface Operand {
  at: bigint;
  size: bigint;
  zeroes: bigint;
}

/**
 * An upper bound of the L1 gas that MODEXP uses for an input. It is a rule of the chain, and follows
 * contracts/execution/precompiles/Effort.sol term by term.
 */
export function effortOf(data: Uint8Array): bigint {
  const [baseLength, exponentLength, length] = [0n, 1n, 2n].map((place) => {
    const operandLength = numberAt(data, place * WORD, WORD);
    return operandLength > LENGTH_LIMIT ? LENGTH_LIMIT : operandLength;
  }) as [bigint, bigint, bigint];
  if (length === 0n) return 8_500n;
  const exponentAt = HEADER + baseLength;
  if (baseLength <= length && exponentLength <= OPERAND_LIMIT && length <= OPERAND_LIMIT) {
    const head = headOf(data, exponentAt, exponentLength);
    if (head !== 0n || exponentLength <= WORD) return 8_500n + priceOfL1(length, exponentLength, head);
  }
  const base = operandAt(data, HEADER, baseLength);
  const exponent = operandAt(data, exponentAt, exponentLength);
  const modulus = operandAt(data, exponentAt + exponentLength, length);
  const [m, n] = [wordsIn(base.size), wordsIn(modulus.size)];
  let effort = 13_000n + 80n * (base.zeroes + exponent.zeroes + modulus.zeroes);
  let room = 2n * wordsIn(length) + 100n;
  if (modulus.size > 0n) {
    room += 2n * (m + wordsIn(exponent.size)) + 8n * n;
    effort += 100n * n;
    if (base.size >= modulus.size) effort += division(m - n + 1n, n);
    const head = headOf(data, exponent.at, exponent.size);
    if (modulus.size > OPERAND_LIMIT) {
      effort += products(exponent.size, head) * product(n);
    } else if (exponent.size <= OPERAND_LIMIT) {
      effort += priceOfL1(modulus.size, exponent.size, head);
    } else {
      const pieces = (exponent.size - 1n) / PIECE;
      const first = exponent.size - pieces * PIECE;
      const piece = priceOfL1(modulus.size, PIECE, (1n << 256n) - 1n) + priceOfL1(modulus.size, PIECE + 1n, 1n << 248n);
      effort += priceOfL1(modulus.size, first, headOf(data, exponent.at, first));
      effort += pieces * (2_500n + piece + product(n));
      room += pieces * (9n * n + 130n);
    }
  }
  return effort + 9n * room + (room * room) / 512n;
}

/** What L1 charges (EIP-7883), where no base is longer than the modulus. */
function priceOfL1(modulusSize: bigint, exponentSize: bigint, head: bigint): bigint {
  const words = (modulusSize + 7n) / 8n;
  const rounds =
    (exponentSize > WORD ? 16n * (exponentSize - WORD) : 0n) + BigInt(Math.max(0, bitsOf(head).length - 1));
  const price = (rounds > 1n ? rounds : 1n) * (modulusSize > WORD ? 2n * words * words : 16n);
  return price > 500n ? price : 500n;
}

/**
 * Squares and products of an exponent: one for each bit after the first, and one more for each of these that is set.
 */
function products(exponentSize: bigint, head: bigint): bigint {
  if (exponentSize > WORD) return 16n * exponentSize;
  const bits = bitsOf(head);
  return BigInt(Math.max(0, bits.length + bits.replaceAll("0", "").length - 2));
}

/** A product of `n` limbs by as many, and its remainder. */
function product(n: bigint): bigint {
  return 500n + n * (125n + 192n * n) + division(n + 1n, n);
}

function division(digits: bigint, n: bigint): bigint {
  return digits * (1_200n + 320n * n) + 100n * (digits + 2n * n);
}

/** The first word of an exponent, or the whole exponent if that is shorter. */
function headOf(data: Uint8Array, at: bigint, size: bigint): bigint {
  return numberAt(data, at, size < WORD ? size : WORD);
}

function operandAt(data: Uint8Array, at: bigint, length: bigint): Operand {
  const bytes = bytesAt(data, at, length);
  const first = bytes.findIndex((byte) => byte !== 0);
  const found = BigInt(first === -1 ? bytes.length : first);
  const skipped = first === -1 ? length : found;
  return { at: at + skipped, size: length - skipped, zeroes: found / WORD };
}

/** A number; bytes after the end of the data count as zero. */
function numberAt(data: Uint8Array, at: bigint, size: bigint): bigint {
  const bytes = bytesAt(data, at, size);
  return bytesToBigInt(bytes) << (8n * (size - BigInt(bytes.length)));
}

/** As many of these bytes as the data has. */
function bytesAt(data: Uint8Array, at: bigint, size: bigint): Uint8Array {
  const present = BigInt(data.length) - at;
  if (present <= 0n) return new Uint8Array();
  return data.subarray(Number(at), Number(at + (size < present ? size : present)));
}

/** Binary digits without leading zeros: none for zero. */
function bitsOf(value: bigint): string {
  return value === 0n ? "" : value.toString(2);
}

function wordsIn(size: bigint): bigint {
  return (size + WORD - 1n) / WORD;
}
