import { getAddress } from "ethers";

import { type Hex, fromHex, toHex } from "../base/hex.ts";
import { keccakHex } from "../base/keccak.ts";
import { type Block, contextOf } from "../protocol/block.ts";
import { ChainError, TransactionError } from "../protocol/errors.ts";
import { type BlockContext, type L2Transaction, RANDOMNESS, sameBlock } from "../protocol/l2-transaction.ts";
import type { SignedTransaction } from "../protocol/transaction.ts";
import type { Executor } from "../execution/executor.ts";
import type { Executed } from "./seal.ts";
import type { DroppedTransaction } from "./types.ts";

/** A block as a batch has it. */
export interface BatchBlock {
  readonly context: BlockContext;
  readonly raws: Uint8Array[];
}

/** A batch's transactions block by block. @throws ChainError where the blocks do not follow one another. */
export function groupBlocks(transactions: readonly L2Transaction[], start: Block): BatchBlock[] {
  const blocks: BatchBlock[] = [];
  let last: BlockContext = contextOf(start);
  for (const { context, raw } of transactions) {
    const open = blocks.at(-1);
    if (open !== undefined && context.number === last.number) {
      if (!sameBlock(context, last)) {
        const message = `Block ${context.number} of the batch has two timestamps, coinbases or words of randomness.`;
        throw new ChainError("BAD_BATCH", message);
      }
      open.raws.push(raw);
      continue;
    }
    const fits = context.number > last.number && context.timestamp >= last.timestamp;
    if (!fits || context.number > MAX_NUMBER || context.timestamp > MAX_NUMBER) {
      throw new ChainError("BAD_BATCH", `Block ${context.number} of the batch does not follow block ${last.number}.`);
    }
    if (context.randomness !== RANDOMNESS) {
      throw new ChainError("BAD_BATCH", `Block ${context.number} of the batch has randomness, expected none.`);
    }
    last = { ...context, coinbase: getAddress(context.coinbase) };
    blocks.push({ context: last, raws: [raw] });
  }
  return blocks;
}

const MAX_NUMBER = BigInt(Number.MAX_SAFE_INTEGER);

/** Whether a block of the chain is the one that a batch has. */
export function isBlock(block: Block | undefined, wanted: BatchBlock | undefined): boolean {
  return (
    block !== undefined &&
    wanted !== undefined &&
    BigInt(block.number) === wanted.context.number &&
    BigInt(block.timestamp) === wanted.context.timestamp &&
    block.coinbase === wanted.context.coinbase &&
    block.transactions.length === wanted.raws.length &&
    wanted.raws.every((raw, index) => toHex(raw) === block.transactions[index])
  );
}

/** Executes a block of a batch. @throws ChainError where a transaction is invalid. */
export async function executeBatchBlock(executor: Executor, { context, raws }: BatchBlock): Promise<Executed[]> {
  const executed: Executed[] = [];
  for (const raw of raws) {
    try {
      const transaction = executor.decode(raw);
      executed.push({ transaction, outcome: await executor.execute(context, transaction) });
    } catch (error) {
      if (!(error instanceof TransactionError)) throw error;
      const message = `Transaction ${keccakHex(raw)} of the batch is invalid: ${error.message}`;
      throw new ChainError("BAD_BATCH", message, { cause: error });
    }
  }
  return executed;
}

/** The transactions that went with a block, but for those that are kept. */
export function lostWith(
  block: Block,
  kept: ReadonlySet<Hex>,
  decode: (raw: Uint8Array) => SignedTransaction,
  reason: string,
): DroppedTransaction[] {
  return block.transactions.flatMap((raw, index): DroppedTransaction[] => {
    const hash = block.transactionHashes[index];
    if (hash === undefined || kept.has(hash)) return [];
    const { from, nonce } = decode(fromHex(raw));
    return [{ hash, raw, sender: from, nonce: Number(nonce), reason, block: block.number }];
  });
}
