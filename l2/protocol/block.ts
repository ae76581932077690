import { Signature, type TypedDataDomain, TypedDataEncoder, type TypedDataField, getAddress, isAddress } from "ethers";

import { type BlockContext, type L2Transaction, RANDOMNESS } from "./l2-transaction.ts";
import type { ChainConfig } from "./config.ts";
import { BlockError } from "./errors.ts";
import { type Hex, fromHex, toHex } from "../base/hex.ts";
import { keccak256 } from "../base/keccak.ts";
import { recover } from "../base/recover.ts";

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
  readonly logsBloom: Hex;
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

/** Address of the key that signed a block. @throws BlockError where the signature recovers none. */
export function recoverProducer(config: Pick<ChainConfig, "chainId">, hash: Hex, signature: Hex): string {
  try {
    const digest = fromHex(TypedDataEncoder.hash(blockDomain(config), BLOCK_TYPES, { hash }));
    const { r, s, yParity } = Signature.from(signature);
    const key = recover(digest, BigInt(yParity), fromHex(r), fromHex(s));
    return getAddress(toHex(keccak256(key).subarray(12)));
  } catch (error) {
    throw new BlockError("BAD_SIGNATURE", `Block ${hash} carries no valid signature.`, { cause: error });
  }
}

/** The part of a block that its peers need. @throws BlockError for one without a signature. */
export function toSignedBlock(block: Block): SignedBlock {
  const { number, hash, parentHash, timestamp, coinbase, stateRoot, transactions, signature } = block;
  if (signature === undefined)
    throw new BlockError("BAD_SIGNATURE", `Block ${number} was adopted from L1, not signed.`);
  return { number, hash, parentHash, timestamp, coinbase, stateRoot, transactions, signature };
}

/**
 * Checks the form of a block that came from outside.
 * @throws BlockError naming the field at fault.
 */
export function parseSignedBlock(value: unknown): SignedBlock {
  if (typeof value !== "object" || value === null) throw new BlockError("MALFORMED", "The block is not an object.");
  const fields = value as Record<string, unknown>;
  const check = (name: keyof SignedBlock, fits: boolean, expected: string): void => {
    if (!fits) throw new BlockError("MALFORMED", `Block field ${name} is malformed, expected ${expected}.`);
  };
  const { number, hash, parentHash, timestamp, coinbase, stateRoot, transactions, signature } = fields;
  check("number", isCount(number), "an integer");
  check("hash", isBytes(hash, 32), "32 bytes");
  check("parentHash", isBytes(parentHash, 32), "32 bytes");
  check("timestamp", isCount(timestamp), "seconds");
  check("coinbase", isAddress(coinbase), "an address");
  check("stateRoot", isBytes(stateRoot, 32), "32 bytes");
  const filled = Array.isArray(transactions) && transactions.length > 0;
  check("transactions", filled && transactions.every((raw) => isBytes(raw)), "at least one raw transaction");
  check("signature", isBytes(signature, 65), "65 bytes");
  const block = { number, hash, parentHash, timestamp, coinbase, stateRoot, transactions, signature } as SignedBlock;
  return { ...block, coinbase: getAddress(block.coinbase) };
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

const isBytes = (value: unknown, size?: number): boolean =>
  typeof value === "string" &&
  /^0x([0-9a-f]{2})*$/.test(value) &&
  (size === undefined || value.length === 2 + 2 * size);

/** What the transactions of a block learn of it. */
export function contextOf({
  number,
  timestamp,
  coinbase,
}: Pick<SignedBlock, "number" | "timestamp" | "coinbase">): BlockContext {
  return { number: BigInt(number), timestamp: BigInt(timestamp), coinbase, randomness: RANDOMNESS };
}

/** The transactions of a block with their context, as a batch carries them. */
export function blockTransactions(
  block: Pick<SignedBlock, "number" | "timestamp" | "coinbase" | "transactions">,
): L2Transaction[] {
  const context = contextOf(block);
  return block.transactions.map((raw) => ({ context, raw: fromHex(raw) }));
}

/** A block as JSON text. */
export function stringifyBlock(block: Block): string {
  return JSON.stringify({ ...block, gasUsed: block.gasUsed.toString() });
}

/** The block of `stringifyBlock`. */
export function parseBlock(text: string): Block {
  const block = JSON.parse(text) as Omit<Block, "gasUsed"> & { gasUsed: string };
  return { ...block, gasUsed: BigInt(block.gasUsed) };
}
