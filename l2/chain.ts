import type { EventEmitter } from "node:events";

import type { L2Transaction } from "./batch/encoding.ts";
import type { Block, BlockSigner, SignedBlock } from "./block.ts";
import type { ChainConfig } from "./config.ts";
import type { Hex } from "./hex.ts";
import type { StateReader, StateStore } from "./state.ts";

/** How much the mempool holds. */
export interface MempoolLimits {
  /** Transactions in all. */
  readonly count: number;
  /** Raw bytes in all. */
  readonly bytes: number;
  /** Transactions of one sender, which is also how far a nonce may run ahead. */
  readonly perSender: number;
}

export interface ChainOptions {
  /** Where the chain is kept; in memory if left out. */
  readonly directory?: string;
  readonly mempool?: Partial<MempoolLimits>;
  /** A chain that is new starts from this snapshot instead of genesis, if its state has the root given (step 9.1). */
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
  readonly to: string;
  readonly type: number;
  readonly success: boolean;
  readonly gasUsed: bigint;
  readonly cumulativeGasUsed: bigint;
  /** In wei per gas. */
  readonly effectiveGasPrice: bigint;
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

/** The Metis blockchain. Its changes run one after the other; a block is stored with its state or not at all. */
export declare class Chain extends EventEmitter<ChainEvents> {
  /**
   * Opens a chain, at genesis where it is new.
   * @throws ChainError where the directory holds a chain of other constants, or the snapshot is not what L1 says.
   */
  static open(config: ChainConfig, options?: ChainOptions): Promise<Chain>;
  readonly config: ChainConfig;
  /** Block 0. */
  readonly genesis: Block;
  /** All states that the chain has been in. */
  readonly states: StateStore;
  /** The last block. */
  get head(): Block;
  close(): Promise<void>;

  /** Takes a signed transaction into the mempool (step 1) and gives its hash. @throws TransactionError */
  addTransaction(raw: Hex | Uint8Array): Promise<Hex>;
  /** Transactions of the mempool in the order a block would take them. */
  pending(): TransactionInfo[];
  /**
   * Empties the mempool: at the end of a sequencer's term what waits is handed out anew, and after a silence it has
   * failed (steps 3.2, 5.1). Each transaction's status becomes `dropped` for this reason.
   * @returns What waited.
   */
  dropPending(reason: string): Promise<DroppedTransaction[]>;
  /** Nonce behind the sender's last transaction, mempool included. */
  pendingNonce(address: string): Promise<number>;

  /**
   * Makes the next block out of the mempool (step 2b). There are no empty blocks: gives nothing where no transaction
   * can be executed.
   * @param options.timestamp In seconds; the parent's is taken where it is later.
   */
  produceBlock(options: {
    timestamp: number;
    coinbase: string;
    signer: BlockSigner;
    maxTransactions?: number;
  }): Promise<Block | undefined>;

  /**
   * Verifies a peer's block and appends it (step 3): parent, time, signature, then by execution. A block that is
   * there already is given back as it is.
   * @param authorise Whether the key with this address may produce the block.
   * @throws BlockError with the reason (S3).
   */
  importBlock(
    block: SignedBlock,
    authorise: (producer: string, block: SignedBlock) => boolean | Promise<boolean>,
  ): Promise<Block>;

  /**
   * Makes the chain hold a batch that L1 has found right. Blocks behind `after` that differ from the batch give way.
   * @param after Number of the last block of the batch before.
   * @returns Transactions that were rolled back and are not in the batch.
   * @throws ChainError where the batch does not fit the chain's state, which is left as it was.
   */
  adoptBatch(transactions: readonly L2Transaction[], after: number): Promise<DroppedTransaction[]>;

  /** Removes all blocks above a number and tells which transactions went with them (step 3.2). */
  rollbackTo(number: number, reason: string): Promise<DroppedTransaction[]>;

  /** A block of the chain by number or hash. */
  block(id: number | Hex): Promise<Block | undefined>;
  transaction(hash: Hex): Promise<TransactionInfo | undefined>;
  receipt(hash: Hex): Promise<Receipt | undefined>;
  status(hash: Hex): Promise<TransactionStatus>;
  /** The transactions of the blocks `[from, to]`, as a batch carries them (step 8c). */
  transactions(from: number, to: number): Promise<L2Transaction[]>;
  /** The state after a block; the head's if left out. */
  stateAt(block?: number): Promise<StateReader>;
  /** A copy of the state after a block, for a chain that starts there (step 9.1). */
  exportSnapshot(block?: number): Promise<Uint8Array>;
}
