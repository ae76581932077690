import type { L2Transaction } from "./batch/encoding.ts";
import type { ChainConfig } from "./config.ts";
import type { Hex } from "./hex.ts";
import type { StateStore } from "./state.ts";

/**
 * The trie nodes of the state before the first of these transactions that executing them needs, RLP one behind the
 * other (steps 11.5, 11.9). An invalid transaction ends the execution; what its verdict needs is included.
 * @throws ChainError where the store does not hold `preStateRoot`.
 */
export declare function transitionWitness(
  config: ChainConfig,
  states: StateStore,
  preStateRoot: Hex,
  transactions: readonly L2Transaction[],
): Promise<Uint8Array>;
