/** The block of a test, and the constants of the chain that it is on. */
import { toBeHex } from "ethers";

import { asHash } from "../../l2/base/hex.ts";
import type { BlockContext } from "../../l2/protocol/l2-transaction.ts";
import { type StateTest, quantity } from "./format.ts";

/** What the executor is deployed with. */
export interface StateTestChain {
  readonly chainId: bigint;
  readonly baseFee: bigint;
  readonly gasLimit: bigint;
  /** What BLOBBASEFEE gives. */
  readonly blobBaseFee: bigint;
}

/** Ethereum's chain id, which files leave out. */
const MAINNET = 1;

/** The base fee where a file leaves it out, by the convention of the fillers. */
const USUAL_BASE_FEE = 10;

const MIN_BLOB_BASE_FEE = 1n;
const BLOB_BASE_FEE_UPDATE_FRACTION = 5_007_716n;

/** Reads the constants of a test. */
export function chainOf({ config, env }: StateTest): StateTestChain {
  return {
    chainId: quantity(config?.chainid ?? MAINNET),
    baseFee: quantity(env.currentBaseFee ?? USUAL_BASE_FEE),
    gasLimit: quantity(env.currentGasLimit),
    blobBaseFee: blobBaseFee(quantity(env.currentExcessBlobGas ?? 0)),
  };
}

/** The block that a test's transaction runs in. */
export function contextOf({ env }: StateTest): BlockContext {
  return {
    number: quantity(env.currentNumber),
    timestamp: quantity(env.currentTimestamp),
    coinbase: env.currentCoinbase,
    // Before the Merge the same opcode gave the difficulty.
    randomness: asHash(toBeHex(quantity(env.currentRandom ?? env.currentDifficulty ?? 0), 32)),
  };
}

/** EIP-4844's approximation of `minimum × e^(excess / fraction)`. */
export function blobBaseFee(excessBlobGas: bigint): bigint {
  let sum = 0n;
  let term = MIN_BLOB_BASE_FEE * BLOB_BASE_FEE_UPDATE_FRACTION;
  for (let index = 1n; term > 0n; index++) {
    sum += term;
    term = (term * excessBlobGas) / (BLOB_BASE_FEE_UPDATE_FRACTION * index);
  }
  return sum / BLOB_BASE_FEE_UPDATE_FRACTION;
}
