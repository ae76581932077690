import { type Hex, fromHex } from "../base/hex.ts";
import { keccakHex } from "../base/keccak.ts";
import { type Block, type SignedBlock, contextOf } from "../protocol/block.ts";
import { BlockError, TransactionError } from "../protocol/errors.ts";
import { blockSize } from "../protocol/l2-transaction.ts";
import { BLOCK_LIMITS } from "../protocol/limits.ts";
import type { SignedTransaction } from "../protocol/transaction.ts";
import type { Executor } from "../execution/executor.ts";
import type { Executed } from "./seal.ts";

/**
 * Checks that a peer's block follows the head.
 * @param knows Whether the chain has a block.
 * @throws BlockError where it does not.
 */
export async function checkPlace(
  head: Block,
  block: SignedBlock,
  knows: (hash: Hex) => Promise<boolean>,
): Promise<void> {
  if (block.parentHash !== head.hash) {
    const code = (await knows(block.parentHash)) ? "NOT_ON_HEAD" : "UNKNOWN_PARENT";
    throw new BlockError(code, `Block ${block.number} builds on ${block.parentHash}, expected the head ${head.hash}.`);
  }
  if (block.number !== head.number + 1) {
    throw new BlockError(
      "BAD_NUMBER",
      `Block ${block.number} builds on block ${head.number}, expected number ${head.number + 1}.`,
    );
  }
  if (block.timestamp < head.timestamp) {
    const [found, least] = [block.timestamp, head.timestamp];
    throw new BlockError("BAD_TIME", `Block ${block.number} has time ${found}, expected ${least} or later.`);
  }
}

/**
 * Checks that a block leaves a margin in a batch of its own (C1).
 * @throws BlockError where it has too many transactions or bytes.
 */
export function checkSize({ number, transactions }: SignedBlock): void {
  const sizes = { transactions: transactions.length, bytes: blockSize(transactions) };
  for (const unit of ["transactions", "bytes"] as const) {
    if (sizes[unit] <= BLOCK_LIMITS[unit]) continue;
    const message = `Block ${number} has ${sizes[unit]} ${unit}, expected at most ${BLOCK_LIMITS[unit]}.`;
    throw new BlockError("TOO_LARGE", message);
  }
}

/**
 * Executes the transactions of a peer's block.
 * @param gasLimit Most gas that they may use together; no limit if undefined.
 * @param known Gives a transaction that is decoded already.
 * @throws BlockError where one of them is invalid or they use more gas than a block may.
 */
export async function executeBlock(
  executor: Executor,
  block: SignedBlock,
  gasLimit: bigint | undefined,
  known: (hash: Hex) => SignedTransaction | undefined,
): Promise<Executed[]> {
  const context = contextOf(block);
  const executed: Executed[] = [];
  let gasUsed = 0n;
  for (const [index, raw] of block.transactions.entries()) {
    try {
      const bytes = fromHex(raw);
      const transaction = known(keccakHex(bytes)) ?? executor.decode(bytes);
      const outcome = await executor.execute(context, transaction);
      executed.push({ transaction, outcome });
      gasUsed += outcome.gasUsed;
    } catch (error) {
      if (!(error instanceof TransactionError)) throw error;
      const message = `Transaction ${index} of block ${block.number} is invalid: ${error.message}`;
      throw new BlockError("BAD_TRANSACTION", message, { cause: error });
    }
    if (gasLimit !== undefined && gasUsed > gasLimit) {
      throw new BlockError("TOO_MUCH_GAS", `Block ${block.number} uses ${gasUsed} gas, expected at most ${gasLimit}.`);
    }
  }
  return executed;
}

/** @throws BlockError where a block's execution led to another state or header than the block claims. */
export function checkClaims(claimed: SignedBlock, executed: Pick<Block, "hash" | "stateRoot">): void {
  const { number, stateRoot, hash } = claimed;
  if (executed.stateRoot !== stateRoot) {
    throw new BlockError(
      "WRONG_STATE_ROOT",
      `Block ${number} claims state root ${stateRoot}, execution gives ${executed.stateRoot}.`,
    );
  }
  if (executed.hash !== hash) {
    throw new BlockError("WRONG_HASH", `Block ${number} claims hash ${hash}, its header has ${executed.hash}.`);
  }
}
