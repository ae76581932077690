import { parseEther, parseUnits } from "ethers";

import type { Hex } from "../base/hex.ts";

/** Most gas of a transaction. L1 can then run any single instruction of it in one call (docs/execution.md). */
export const MAX_GAS_LIMIT = 8_000_000n;

/**
 * Most bytes of a transaction; a larger one is invalid. It has to fit into one L1 transaction with all else that this
 * carries: the answer to a request for data (step 11.8), or a step of an execution.
 */
export const TRANSACTION_LIMIT = 98_304;

/**
 * Most addresses and storage keys together in an access list; a transaction with more is invalid. L1 warms them all in
 * one call.
 */
export const ACCESS_LIMIT = 512;

/**
 * Most authorisations (EIP-7702) in a transaction; one with more is invalid. L1 reads all their accounts in one call.
 */
export const AUTHORIZATION_LIMIT = 16;

/** What BLOBBASEFEE gives in every block, in wei. */
export const BLOB_BASE_FEE = 1n;

/** The constants of a chain. Two chains with equal constants have the same genesis. */
export interface ChainConfig {
  readonly chainId: bigint;
  /** Base fee of every block, in wei per gas; burned. */
  readonly baseFee: bigint;
  /** Most gas that one transaction, and the transactions of one signed block, may use. */
  readonly gasLimit: bigint;
  /** Time of block 0, in seconds. */
  readonly genesisTimestamp: number;
  /** Balances at genesis, in wei, by address. */
  readonly alloc: Readonly<Record<string, bigint>>;
  /** Code of the contracts that are there from the start, by address; their nonce is 1, as of any new contract. */
  readonly predeploys?: Readonly<Record<string, Hex>>;
}

/** A chain for tests and demos: every address of `accounts` starts with 10,000 ether. */
export function devnet(accounts: readonly string[], overrides: Partial<ChainConfig> = {}): ChainConfig {
  return {
    chainId: 1088n,
    baseFee: parseUnits("1", "gwei"),
    gasLimit: MAX_GAS_LIMIT,
    genesisTimestamp: 1_700_000_000,
    alloc: Object.fromEntries(accounts.map((account) => [account, parseEther("10000")])),
    ...overrides,
  };
}
