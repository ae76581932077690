import { TRANSFER_GAS } from "../evm/fork.ts";
import { contextOf } from "../protocol/block.ts";
import type { ChainConfig } from "../protocol/config.ts";
import { TransactionError } from "../protocol/errors.ts";
import { type BlockContext, recordSize } from "../protocol/l2-transaction.ts";
import { BLOCK_LIMITS } from "../protocol/limits.ts";
import type { SignedTransaction } from "../protocol/transaction.ts";
import type { Executor } from "../execution/executor.ts";
import type { Pool } from "./pool.ts";
import type { BlockPlace, Executed } from "./seal.ts";

/** A transaction that could not be executed in a block. */
export interface RefusedTransaction {
  readonly transaction: SignedTransaction;
  readonly error: TransactionError;
}

/**
 * Executes transactions of the pool that fit into a block, the best tips first. What does not fit in gas or in bytes waits
 * for a later block (C1).
 */
export async function fillBlock(
  { gasLimit }: Pick<ChainConfig, "gasLimit">,
  executor: Executor,
  pool: Pool,
  place: BlockPlace,
  maxTransactions: number,
): Promise<{ executed: Executed[]; refused: RefusedTransaction[] }> {
  const context = contextOf(place);
  const executed: Executed[] = [];
  const refused: RefusedTransaction[] = [];
  let room = gasLimit;
  let bytes = BLOCK_LIMITS.bytes;
  // Nobody pays for a transaction that is too heavy, so a block spends no more on those than on what it includes.
  let patience = gasLimit;
  const best = pool.best();
  let next = best.next();
  while (next.done !== true && executed.length < maxTransactions) {
    const transaction = next.value;
    let taken = false;
    const worthTrying = patience > 0n ? !pool.wasHeavy(transaction.hash, place.timestamp) : runsNoCode(transaction);
    const size = recordSize(transaction.raw.length, executed.length === 0);
    if (transaction.gasLimit <= room && size <= bytes && worthTrying) {
      try {
        const outcome = await executor.execute(context, transaction);
        executed.push({ transaction, outcome });
        room -= outcome.gasUsed;
        bytes -= size;
        taken = true;
      } catch (error) {
        if (!(error instanceof TransactionError)) throw error;
        refused.push({ transaction, error });
        if (error.code === "TOO_HEAVY") {
          patience -= transaction.gasLimit;
          pool.noteHeavy(transaction.hash, place.timestamp);
        }
      }
    }
    next = best.next(taken);
  }
  return { executed, refused };
}

/** Tries a transaction. @throws TransactionError `TOO_HEAVY`; other errors may go away in a later block, and pass. */
export async function expectBearable(
  executor: Executor,
  context: BlockContext,
  transaction: SignedTransaction,
): Promise<void> {
  try {
    await executor.execute(context, transaction);
  } catch (error) {
    if (!(error instanceof TransactionError) || error.code === "TOO_HEAVY") throw error;
  }
}

/** Whether a transaction has only the gas to move value. */
export function runsNoCode({ gasLimit }: SignedTransaction): boolean {
  return gasLimit <= TRANSFER_GAS;
}
