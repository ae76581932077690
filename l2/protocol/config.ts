import { parseEther, parseUnits } from "ethers";

/** Most gas of one transaction for which L1 can run any single instruction within one call (docs/execution.md). */
export const MAX_GAS_LIMIT = 8_000_000n;

/**
 * Most bytes of a transaction, so that it fits into one transaction of L1 with all else that this has to carry: the
 * answer to a request for data (step 11.8), or a step of an execution. A larger one is invalid.
 */
export const TRANSACTION_LIMIT = 98_304;

/**
 * Most addresses and storage keys, taken together, of an access list, which L1 warms in one go. A transaction with more
 * is invalid.
 */
export const ACCESS_LIMIT = 512;

/** What PREVRANDAO gives in every block. */
export const RANDOMNESS = 0n;

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
