/** The files of Ethereum's GeneralStateTests, as all fillers write them. */
import type { Hex } from "../../l2/base/hex.ts";

/** Numbers are hexadecimal, with or without leading zeroes, and now and then decimal. */
export type Quantity = string | number;

/** An account of the state before. */
export interface Allocation {
  readonly balance?: Quantity;
  readonly nonce?: Quantity;
  /** Empty, or hexadecimal. */
  readonly code?: string;
  readonly storage?: Readonly<Record<string, Quantity>>;
}

/** One expected result: for one choice of calldata, gas limit and value. */
export interface Expectation {
  /** The state root afterwards. */
  readonly hash: Hex;
  readonly indexes: { readonly data: number; readonly gas: number; readonly value: number };
  /** The keccak-256 of the RLP of the logs. */
  readonly logs?: Hex;
  readonly expectException?: string;
  /** The signed transaction. */
  readonly txbytes?: Hex;
}

/** One test: a transaction with several choices, in one block. */
export interface StateTest {
  readonly config?: { readonly chainid?: Quantity };
  readonly env: {
    readonly currentCoinbase: string;
    readonly currentGasLimit: Quantity;
    readonly currentNumber: Quantity;
    readonly currentTimestamp: Quantity;
    readonly currentBaseFee?: Quantity;
    readonly currentDifficulty?: Quantity;
    readonly currentExcessBlobGas?: Quantity;
    readonly currentRandom?: Quantity;
  };
  readonly pre: Readonly<Record<string, Allocation>>;
  readonly transaction: {
    readonly data: readonly string[];
    readonly gasLimit: readonly Quantity[];
    readonly value: readonly Quantity[];
    readonly nonce: Quantity;
    readonly to?: string;
    readonly sender?: string;
    readonly secretKey?: Hex;
    readonly gasPrice?: Quantity;
    readonly maxFeePerGas?: Quantity;
    readonly maxPriorityFeePerGas?: Quantity;
    readonly accessLists?: readonly (readonly AccessEntry[] | null)[];
    readonly blobVersionedHashes?: readonly Hex[];
    readonly authorizationList?: readonly AuthorizationEntry[];
  };
  readonly post: Readonly<Record<string, readonly Expectation[]>>;
}

/** An entry of an access list. */
export interface AccessEntry {
  readonly address: string;
  readonly storageKeys: readonly Hex[];
}

/** An authorisation (EIP-7702). */
export interface AuthorizationEntry {
  readonly chainId: Quantity;
  readonly address: string;
  readonly nonce: Quantity;
  readonly yParity?: Quantity;
  /** The parity, in older files. */
  readonly v?: Quantity;
  readonly r: Quantity;
  readonly s: Quantity;
}

/** The content of a file: tests by name. */
export type TestFile = Readonly<Record<string, StateTest>>;

/** Reads a number. Fillers mark those beyond 256 bits. @throws SyntaxError where it is none. */
export function quantity(value: Quantity): bigint {
  if (typeof value === "number") return BigInt(value);
  const digits = value.replace(/^0x:bigint /, "");
  return BigInt(digits === "0x" ? 0 : digits);
}

/**
 * Reads the content of a file.
 * @throws Error where it is not a file of state tests; the message says why.
 */
export function parseFile(text: string): TestFile {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new Error(`no JSON: ${(error as Error).message}`, { cause: error });
  }
  if (!isObject(content)) throw new Error("no object of tests by name");
  for (const [name, test] of Object.entries(content)) {
    if (!isObject(test)) throw new Error(`${name} is no test`);
    for (const part of ["env", "pre", "transaction", "post"]) {
      if (!isObject(test[part])) throw new Error(`${name} has no ${part}`);
    }
    for (const [fork, expectations] of Object.entries(test["post"] as object)) {
      if (!Array.isArray(expectations)) throw new Error(`${name} has no list of results for ${fork}`);
    }
  }
  return content as unknown as TestFile;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
