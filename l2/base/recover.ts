import { createRequire } from "node:module";

import { calculateSigRecovery, ecrecover } from "@ethereumjs/util";

/**
 * The public key that made an ECDSA signature over a hash: 64 bytes, without the prefix. The lengths are 32 bytes, but
 * `r` and `s` may lack leading zeros; high values of `s` count, too.
 *
 * @param v 0 or 1; or 27 or 28; or 35 or 36 and twice `chainId`, where that is given.
 * @throws Error where it recovers no key.
 */
export type Recover = (hash: Uint8Array, v: bigint, r: Uint8Array, s: Uint8Array, chainId?: bigint) => Uint8Array;

/** What is used of `secp256k1`, which has no types. */
interface Bindings {
  ecdsaRecover(signature: Uint8Array, recovery: number, hash: Uint8Array, compressed: boolean): Uint8Array;
}

/** In JavaScript, of @noble/curves: works everywhere. */
export const recoverPortable: Recover = (hash, v, r, s, chainId) => {
  checkLengths(hash, r, s);
  return ecrecover(hash, v, r, s, chainId);
};

/** In C, of libsecp256k1: some hundred times as fast; nothing where there is no build for this machine. */
export const recoverNative: Recover | undefined = nativeRecover();

/** The faster of the two that this machine has. */
export const recover: Recover = recoverNative ?? recoverPortable;

function nativeRecover(): Recover | undefined {
  const bindings = loadBindings();
  if (bindings === undefined) return undefined;
  return (hash, v, r, s, chainId) => {
    checkLengths(hash, r, s);
    const recovery = calculateSigRecovery(v, chainId);
    if (recovery !== 0n && recovery !== 1n)
      throw new RangeError(`The signature's recovery is ${recovery}, expected 0 or 1.`);
    const signature = new Uint8Array(64);
    signature.set(r, 32 - r.length);
    signature.set(s, 64 - s.length);
    return bindings.ecdsaRecover(signature, Number(recovery), hash, false).subarray(1);
  };
}

/** The package's main file would fall back to a library slower than @noble/curves without a word. */
function loadBindings(): Bindings | undefined {
  try {
    return createRequire(import.meta.url)("secp256k1/bindings.js") as Bindings;
  } catch {
    return undefined;
  }
}

function checkLengths(hash: Uint8Array, r: Uint8Array, s: Uint8Array): void {
  if (hash.length !== 32) throw new RangeError(`The hash has ${hash.length} bytes, expected 32.`);
  for (const [name, part] of Object.entries({ r, s })) {
    if (part.length > 32)
      throw new RangeError(`The signature's ${name} has ${part.length} bytes, expected at most 32.`);
  }
}
