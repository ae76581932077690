/** One case of the fuzzer: a state, and transactions on it. It is plain data, so that it can be stored and cut down. */
import { getBytes, keccak256, toUtf8Bytes } from "ethers";

import { ACCESS_LIMIT, AUTHORIZATION_LIMIT, TRANSACTION_LIMIT } from "../../l2/protocol/config.ts";
import { MEMORY_LIMIT } from "../../l2/evm/memory-limit.ts";
import type { BlockContext } from "../../l2/protocol/l2-transaction.ts";
import {
  type AccessList,
  type Authorization,
  type Fields,
  type Signer,
  signAuthorization,
  signTransaction,
  signer,
} from "../../testkit/execution/transactions.ts";
import { assemble } from "./assembly.ts";

/** An account of the state before. */
export interface FuzzAccount {
  balance: bigint;
  nonce: bigint;
  storage: Record<string, bigint>;
  /** Chunks of assembly. */
  code: string[];
}

/** A transaction, and the block it is in. */
export interface FuzzTransaction {
  context: BlockContext;
  /** Name of the user who signs it. */
  from: string;
  type: 0 | 1 | 2 | 4;
  chainId: bigint;
  nonce: bigint;
  tipCap: bigint;
  feeCap: bigint;
  gasLimit: bigint;
  /** Empty, `0x`, to create a contract. */
  to: string;
  value: bigint;
  /** Chunks of assembly, or of bytes: calldata, or the init code. */
  data: string[];
  accessList: AccessList;
  /** Of type 4. */
  authorizations?: FuzzAuthorization[];
}

/** An authorisation (EIP-7702). */
export interface FuzzAuthorization {
  /** Name of the user who signs it. */
  by: string;
  chainId: bigint;
  address: string;
  nonce: bigint;
  /** What is changed once it is signed. */
  spoilt?: Partial<Pick<Authorization, "parity" | "r" | "s">>;
}

export interface FuzzCase {
  /** Where there is one, each transaction runs in a session as well, whose pauses follow from this seed. */
  session?: string;
  accounts: Record<string, FuzzAccount>;
  transactions: FuzzTransaction[];
}

/** Constants of the chain that cases run on. */
export const CHAIN = {
  chainId: 1088n,
  baseFee: 7n,
  gasLimit: 2n ** 24n,
  blobBaseFee: 1n,
  memoryLimit: BigInt(MEMORY_LIMIT),
  transactionLimit: BigInt(TRANSACTION_LIMIT),
  accessLimit: BigInt(ACCESS_LIMIT),
  authorizationLimit: BigInt(AUTHORIZATION_LIMIT),
};

/** Someone who signs transactions, with the 64 bytes of the public key. */
export type User = Signer & { readonly publicKey: Uint8Array };

const users = new Map<string, User>();

/** The user with a name. */
export function user(name: string): User {
  let found = users.get(name);
  if (found === undefined) {
    const signs = signer(keccak256(toUtf8Bytes(name)));
    users.set(name, (found = { ...signs, publicKey: getBytes(signs.key.publicKey).subarray(1) }));
  }
  return found;
}

/** The signed bytes of a transaction. */
export function rawTransaction(transaction: FuzzTransaction): string {
  const { from, data, context: _, authorizations = [], ...rest } = transaction;
  const fields: Fields = {
    ...rest,
    data: `0x${Buffer.from(assemble(data.join(" "))).toString("hex")}`,
    authorizations: authorizations.map(({ by, spoilt, ...signed }) => {
      return { ...signAuthorization(signed, user(by).key), ...spoilt };
    }),
  };
  return signTransaction(fields, user(from).key);
}

/** A case as text; numbers are decimal with an `n` behind them. */
export function stringify(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => (typeof item === "bigint" ? `${item}n` : item), 2);
}

/** Reads what {@link stringify} wrote. */
export function parse(text: string): FuzzCase {
  return JSON.parse(text, (_, item: unknown) =>
    typeof item === "string" && /^\d+n$/.test(item) ? BigInt(item.slice(0, -1)) : item,
  ) as FuzzCase;
}
