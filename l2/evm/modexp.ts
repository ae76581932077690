import { type AddPrecompile, EVMError, type ExecResult } from "@ethereumjs/evm";
import { bigIntToBytes, bytesToBigInt, setLengthLeft } from "@ethereumjs/util";

import { EFFORT_LIMIT, effortOf } from "./effort.ts";

const MIN_GAS = 200n;
const GAS_DIVISOR = 3n;
/** Bytes of the three lengths that precede the operands. */
const LENGTHS = 96;
const WORD = 32;

/**
 * MODEXP (EIP-198, priced by EIP-2565), whose running time the gas pays for. The time of the library's own is quadratic
 * in the exponent's length: an exponent of millions of zeros, which needs no calldata, would stop a node for hours. An
 * input that L1 cannot compute in one call fails as if out of gas.
 */
export const MODEXP: AddPrecompile = {
  address: "0x0000000000000000000000000000000000000005",
  function: ({ data, gasLimit }): ExecResult => {
    const [baseLength, exponentLength, modulusLength] = [0, 1, 2].map((place) =>
      bytesToBigInt(slice(data, place * WORD, WORD)),
    ) as [bigint, bigint, bigint];
    const gas = gasOf(data, baseLength, exponentLength, modulusLength);
    if (gas > gasLimit || effortOf(data) > EFFORT_LIMIT) {
      const exceptionError = new EVMError(EVMError.errorMessages.OUT_OF_GAS);
      return { returnValue: new Uint8Array(), executionGasUsed: gasLimit, exceptionError };
    }
    // Lengths that the gas paid for are safe integers; without a modulus they may be anything.
    if (modulusLength === 0n) return { returnValue: new Uint8Array(), executionGasUsed: gas };
    const [baseSize, exponentSize, modulusSize] = [baseLength, exponentLength, modulusLength].map(Number) as [
      number,
      number,
      number,
    ];
    const base = bytesToBigInt(slice(data, LENGTHS, baseSize));
    const exponentAt = LENGTHS + baseSize;
    const modulus = bytesToBigInt(slice(data, exponentAt + exponentSize, modulusSize));
    const exponent = data.subarray(exponentAt, exponentAt + exponentSize);
    const power = modulus === 0n ? 0n : raise(base, exponent, exponentSize, modulus);
    return { returnValue: setLengthLeft(bigIntToBytes(power), modulusSize), executionGasUsed: gas };
  },
};

function gasOf(data: Uint8Array, base: bigint, exponent: bigint, modulus: bigint): bigint {
  const words = ((base > modulus ? base : modulus) + 7n) / 8n;
  const headLength = exponent < 32n ? Number(exponent) : WORD;
  const headAt = BigInt(LENGTHS) + base;
  const head = headAt < BigInt(data.length) ? bytesToBigInt(slice(data, Number(headAt), headLength)) : 0n;
  const bits = BigInt(Math.max(0, head.toString(2).length - 1));
  const rounds = (exponent > 32n ? 8n * (exponent - 32n) : 0n) + bits;
  const gas = (words * words * (rounds > 1n ? rounds : 1n)) / GAS_DIVISOR;
  return gas > MIN_GAS ? gas : MIN_GAS;
}

/** @param size Bytes of the exponent; missing ones count as zero. */
function raise(base: bigint, exponent: Uint8Array, size: number, modulus: bigint): bigint {
  const powers = [1n % modulus];
  for (let digit = 1; digit < 16; digit++) powers.push(((powers[digit - 1] ?? 0n) * base) % modulus);
  let power = 1n % modulus;
  for (let at = 0; at < 2 * size; at++) {
    const byte = exponent[at >> 1] ?? 0;
    const digit = at % 2 === 0 ? byte >> 4 : byte & 15;
    if (power > 1n) for (let square = 0; square < 4; square++) power = (power * power) % modulus;
    if (digit > 0) power = (power * (powers[digit] ?? 0n)) % modulus;
    // A power of zero stays zero.
    if (power === 0n) return 0n;
  }
  return power;
}

/** Bytes of the data, padded with zeros after its end. */
function slice(data: Uint8Array, at: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  bytes.set(data.subarray(at, at + size));
  return bytes;
}
