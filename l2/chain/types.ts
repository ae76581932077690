import type { Block, BlockSigner, SignedBlock } from "../protocol/block.ts";
import type { Hex } from "../base/hex.ts";
import type { Log } from "../execution/logs.ts";
import type { MempoolLimits } from "./mempool.ts";

export interface ChainOptions {
  /** Where the chain is kept; in memory if left out. */
  readonly directory?: string;
  readonly mempool?: Partial<MempoolLimits>;
  /** A new chain starts from this snapshot instead of genesis, if its state has this root (step 9.1). */
  readonly snapshot?: { readonly data: Uint8Array; readonly stateRoot: Hex };
}

/** A transaction that was in the chain or the mempool and no longer is (step 3.2). Its sender may send it again. */
export interface DroppedTransaction {
  readonly hash: Hex;
  readonly raw: Hex;
  readonly sender: string;
  readonly nonce: number;
  readonly reason: string;
  /** The block that it was in, for one that was rolled back. */
  readonly block?: number;
}

/** What became of a transaction (steps 4, 3.2). */
export type TransactionStatus =
  | { readonly status: "unknown" }
  | { readonly status: "pending" }
  | { readonly status: "included"; readonly block: number; readonly index: number }
  | { readonly status: "dropped"; readonly reason: string; readonly block?: number };

/** The confirmation of a transaction (step 4). */
export interface Receipt {
  readonly hash: Hex;
  readonly blockHash: Hex;
  readonly block: number;
  /** Place in the block. */
  readonly index: number;
  readonly from: string;
  /** Nothing where it created a contract. */
  readonly to: string | undefined;
  /** The contract that it created, or would have where it failed. */
  readonly created: string | undefined;
  readonly type: number;
  readonly success: boolean;
  readonly gasUsed: bigint;
  readonly cumulativeGasUsed: bigint;
  /** In wei per gas. */
  readonly effectiveGasPrice: bigint;
  readonly logs: readonly Log[];
  /** Logs of the block's transactions before it. */
  readonly logsBefore: number;
  /** State root after the transaction. */
  readonly stateRoot: Hex;
}

/** A transaction in the chain (`block` set) or in the mempool. */
export interface TransactionInfo {
  readonly hash: Hex;
  readonly raw: Hex;
  readonly from: string;
  readonly block?: number;
  readonly index?: number;
}

export interface ChainEvents {
  /** A block became the head. */
  block: [Block];
  /** Blocks above `head` are gone, and these transactions with them. */
  rollback: [{ readonly head: Block; readonly dropped: readonly DroppedTransaction[] }];
  /** A transaction entered the mempool. */
  transaction: [TransactionInfo];
  /** A transaction left the mempool without being included. */
  dropped: [DroppedTransaction];
}

/** What a new block is made of, besides transactions. */
export interface Production {
  /** In seconds; raised to the parent's if that is later. */
  readonly timestamp: number;
  readonly coinbase: string;
  readonly signer: BlockSigner;
  readonly maxTransactions?: number;
}

/**
 * Whether the key with this address may produce the block, at its time. Other changes wait for the answer: it may read
 * the chain, but must not wait for a change of it.
 */
export type Authorise = (producer: string, block: SignedBlock) => boolean | Promise<boolean>;
