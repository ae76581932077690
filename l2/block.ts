import type { TypedDataDomain, TypedDataField } from "ethers";

import type { L2Transaction } from "./batch/encoding.ts";
import type { ChainConfig } from "./config.ts";
import { type Hex, fromHex } from "./hex.ts";

/** A block as its producer hands it to its peers (step 3). Plain JSON. */
export interface SignedBlock {
  readonly number: number;
  /** Hash of the Ethereum block header that the block has after execution. */
  readonly hash: Hex;
  readonly parentHash: Hex;
  /** In seconds; never below the parent's. */
  readonly timestamp: number;
  readonly coinbase: string;
  /** State root after the last transaction. */
  readonly stateRoot: Hex;
  /** Raw signed transactions, at least one. */
  readonly transactions: readonly Hex[];
  /** The producer's EIP-712 signature over `hash`. */
  readonly signature: Hex;
}

/** A block of the chain. Genesis and blocks adopted from L1 carry no signature. */
export interface Block extends Omit<SignedBlock, "signature"> {
  readonly signature?: Hex;
  /** Address of the key that signed the block. */
  readonly producer?: string;
  readonly transactionHashes: readonly Hex[];
  /** State root after each transaction. */
  readonly stateRoots: readonly Hex[];
  readonly transactionsRoot: Hex;
  readonly receiptsRoot: Hex;
  readonly gasUsed: bigint;
}

/** Whoever signs blocks: any ethers `Signer` with the sequencer's key. */
export interface BlockSigner {
  signTypedData(
    domain: TypedDataDomain,
    types: Record<string, TypedDataField[]>,
    value: Record<string, unknown>,
  ): Promise<string>;
}

/** The EIP-712 types of a block's signature. */
export const BLOCK_TYPES: Record<string, TypedDataField[]> = { Block: [{ name: "hash", type: "bytes32" }] };

/** The EIP-712 domain of a block's signature. */
export function blockDomain(config: Pick<ChainConfig, "chainId">): TypedDataDomain {
  return { name: "Metis L2", version: "1", chainId: config.chainId };
}

/** The transactions of a block with their context, as a batch carries them. */
export function blockTransactions(block: Block): L2Transaction[] {
  const context = { number: BigInt(block.number), timestamp: BigInt(block.timestamp), coinbase: block.coinbase };
  return block.transactions.map((raw) => ({ context, raw: fromHex(raw) }));
}
