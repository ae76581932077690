import { blockTransactions } from "../protocol/block.ts";
import type { Chain } from "../chain/chain.ts";
import type { ChainConfig } from "../protocol/config.ts";
import { ChainError, TransactionError } from "../protocol/errors.ts";
import { Executor } from "../execution/executor.ts";
import type { Hex } from "../base/hex.ts";
import { keccakHex } from "../base/keccak.ts";
import { Overlay, type StateStore } from "../state/state.ts";
import { encodeObject, encodeRecords } from "./encoding.ts";
import type { L2Transaction } from "../protocol/l2-transaction.ts";
import { type BatchHeader, STAND_INS, hashHeader, lastBlockHash } from "./header.ts";
import { batchTree, mttbrLeafValue } from "./tree.ts";

/** A batch with its contents. */
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

/** Where a batch stands in the chain of batches, and who answers for it. */
export interface BatchPlace {
  /** Header of the batch before. */
  readonly parent: BatchHeader;
  /** L1's epoch, and the term whose sequencers sign. */
  readonly epoch: bigint;
  readonly term: bigint;
  readonly sequencer: string;
}

/**
 * Cuts the batch of the blocks `[fromBlock, toBlock]` (step 7).
 * @throws ChainError where one of the two is not in the chain.
 */
export async function buildBatch(
  chain: Chain,
  fromBlock: number,
  toBlock: number,
  { parent: before, epoch, term, sequencer }: BatchPlace,
): Promise<Batch> {
  const blocks = await chain.blocks(fromBlock, toBlock);
  const [first, last] = [blocks[0], blocks.at(-1)];
  if (first?.number !== fromBlock || last?.number !== toBlock) {
    throw new ChainError("UNKNOWN_BLOCK", `Blocks ${fromBlock} to ${toBlock} are not in the chain.`);
  }
  const parent = await chain.block(first.parentHash);
  if (parent === undefined) throw new ChainError("UNKNOWN_BLOCK", `Block ${fromBlock} has no parent in the chain.`);
  const transactions = blocks.flatMap(blockTransactions);
  const stateRoots = blocks.flatMap((block) => block.stateRoots);
  const data = encodeRecords(transactions);
  const object = encodeObject(data, stateRoots);
  const header: BatchHeader = {
    index: before.index + 1n,
    parent: hashHeader(before),
    epoch,
    term,
    sequencer,
    txCount: BigInt(transactions.length),
    dataSize: BigInt(data.length),
    gasUsed: blocks.reduce((sum, block) => sum + block.gasUsed, 0n),
    baseFee: chain.config.baseFee,
    firstBlock: BigInt(first.number),
    lastBlock: BigInt(last.number),
    firstTimestamp: BigInt(first.timestamp),
    lastTimestamp: BigInt(last.timestamp),
    blockBefore: lastBlockHash(before),
    preStateRoot: parent.stateRoot,
    postStateRoot: last.stateRoot,
    mtsr: batchTree(stateRoots).root,
    mttbr: batchTree(transactions.map(mttbrLeafValue)).root,
    dataHash: keccakHex(object),
    ...STAND_INS,
  };
  return { header, transactions, data, stateRoots, object };
}

/** What re-executing a batch's transactions gives (steps 8d, 10, 11.1). */
export interface BatchExecution {
  /** State root after each transaction, up to the first invalid one. */
  readonly stateRoots: readonly Hex[];
  /** L2 gas that each of them used. */
  readonly gas: readonly bigint[];
  /** Its sum. */
  readonly gasUsed: bigint;
  readonly mttbr: Hex;
  /** Absent if a transaction is invalid. */
  readonly mtsr?: Hex;
  /** The first transaction that cannot be executed: the batch is wrong. */
  readonly invalid?: { readonly index: number; readonly error: TransactionError };
}

/**
 * Executes transactions from a state in the store, and keeps the states that they lead to.
 * @throws ChainError where the store does not hold `preStateRoot`.
 * @throws RangeError for no transactions at all.
 */
export async function executeBatch(
  config: ChainConfig,
  states: StateStore,
  preStateRoot: Hex,
  transactions: readonly L2Transaction[],
): Promise<BatchExecution> {
  await states.expect(preStateRoot);
  const mttbr = batchTree(transactions.map(mttbrLeafValue)).root;
  const executor = await Executor.at(config, new Overlay(states), preStateRoot);
  const stateRoots: Hex[] = [];
  const gas: bigint[] = [];
  let invalid: BatchExecution["invalid"];
  for (const [index, { context, raw }] of transactions.entries()) {
    try {
      const outcome = await executor.execute(context, executor.decode(raw));
      stateRoots.push(outcome.stateRoot);
      gas.push(outcome.gasUsed);
    } catch (error) {
      if (!(error instanceof TransactionError)) throw error;
      invalid = { index, error };
      break;
    }
  }
  await states.keep(executor.changes());
  const gasUsed = gas.reduce((sum, used) => sum + used, 0n);
  if (invalid !== undefined) return { stateRoots, gas, gasUsed, mttbr, invalid };
  return { stateRoots, gas, gasUsed, mttbr, mtsr: batchTree(stateRoots).root };
}
