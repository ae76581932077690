/** The constants of the chain that a test's block is on. */
import { type StateTest, quantity } from "./format.ts";

/** What the executor is deployed with. */
export interface StateTestChain {
  readonly chainId: bigint;
  readonly baseFee: bigint;
  readonly gasLimit: bigint;
  /** What PREVRANDAO gives. */
  readonly randomness: bigint;
  /** What BLOBBASEFEE gives. */
  readonly blobBaseFee: bigint;
}

/** Ethereum's chain id, which files leave out. */
const MAINNET = 1;

/** The base fee where a file leaves it out, by the convention of the fillers. */
const USUAL_BASE_FEE = 10;

const MIN_BLOB_BASE_FEE = 1n;
const BLOB_BASE_FEE_UPDATE_FRACTION = 3_338_477n;

/** Reads the constants of a test. */
export function chainOf({ config, env }: StateTest): StateTestChain {
  return {
    chainId: quantity(config?.chainid ?? MAINNET),
    baseFee: quantity(env.currentBaseFee ?? USUAL_BASE_FEE),
    gasLimit: quantity(env.currentGasLimit),
    // Before the Merge the same opcode gave the difficulty.
    randomness: quantity(env.currentRandom ?? env.currentDifficulty ?? 0),
    blobBaseFee: blobBaseFee(quantity(env.currentExcessBlobGas ?? 0)),
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
