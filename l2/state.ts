import type { ChainConfig } from "./config.ts";
import type { Hex } from "./hex.ts";

/** An account of the state. */
export interface AccountState {
  readonly nonce: bigint;
  readonly balance: bigint;
  readonly codeHash: Hex;
  readonly storageRoot: Hex;
}

/** One state, named by its root. */
export interface StateReader {
  readonly root: Hex;
  /** The account, or nothing where there is none. */
  account(address: string): Promise<AccountState | undefined>;
  code(address: string): Promise<Hex>;
  storage(address: string, slot: bigint): Promise<Hex>;
  /** RLP nodes from the root to the account (EIP-1186). */
  proof(address: string): Promise<Hex[]>;
}

/** Trie nodes by hash, of any number of states; nothing is ever removed. */
export declare class StateStore {
  /** Opens a store of its own; in memory where no directory is given. */
  static open(directory?: string): Promise<StateStore>;
  close(): Promise<void>;
  /** Writes the genesis state and gives its root. */
  genesis(config: ChainConfig): Promise<Hex>;
  /** Whether the root of this state is here. */
  has(root: Hex): Promise<boolean>;
  /** @throws ChainError where the state is not here. */
  at(root: Hex): Promise<StateReader>;
}
