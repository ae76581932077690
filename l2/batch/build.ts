import type { Chain } from "../chain.ts";
import type { ChainConfig } from "../config.ts";
import type { TransactionError } from "../errors.ts";
import type { Hex } from "../hex.ts";
import type { StateStore } from "../state.ts";
import type { L2Transaction } from "./encoding.ts";
import type { BatchHeader } from "./header.ts";

/** A batch with all that belongs to it. */
export interface Batch {
  readonly header: BatchHeader;
  readonly transactions: readonly L2Transaction[];
  /** The encoded transactions. */
  readonly data: Uint8Array;
  /** State root after each transaction: the values of the MTSR. */
  readonly stateRoots: readonly Hex[];
  /** What goes to storage: `data`, then `stateRoots`. */
  readonly object: Uint8Array;
}

/** Cuts the batch of the blocks `[fromBlock, toBlock]` (step 7). @throws ChainError where a block is missing. */
export declare function buildBatch(
  chain: Chain,
  fromBlock: number,
  toBlock: number,
  place: { index: bigint; parent: Hex; sequencer: string },
): Promise<Batch>;

/** What re-executing a batch's transactions gives (steps 8d, 10, 11.1). */
export interface BatchExecution {
  /** State root after each transaction, up to the first invalid one. */
  readonly stateRoots: readonly Hex[];
  readonly gasUsed: bigint;
  readonly mttbr: Hex;
  /** Not there where a transaction is invalid. */
  readonly mtsr?: Hex;
  /** The first transaction that cannot be executed: the batch is wrong. */
  readonly invalid?: { readonly index: number; readonly error: TransactionError };
}

/**
 * Executes transactions from a state in the store, and keeps the states that they lead to.
 * @throws ChainError where the store does not hold `preStateRoot`.
 */
export declare function executeBatch(
  config: ChainConfig,
  states: StateStore,
  preStateRoot: Hex,
  transactions: readonly L2Transaction[],
): Promise<BatchExecution>;
