import type { Common } from "@ethereumjs/common";
import { RLP } from "@ethereumjs/rlp";
import { type TypedTransaction, createTxFromRLP, getMinimumGasLimit } from "@ethereumjs/tx";
import { SECP256K1_ORDER } from "@ethereumjs/util";
import { getAddress } from "ethers";

import { ACCESS_LIMIT, AUTHORIZATION_LIMIT, type ChainConfig, TRANSACTION_LIMIT } from "./config.ts";
import { TransactionError } from "./errors.ts";
import { type Hex, toHex } from "../base/hex.ts";
import { keccakHex } from "../base/keccak.ts";
import { MAX_INIT_CODE_BYTES, MAX_TRANSACTION_GAS } from "../evm/fork.ts";

/** Legacy, with an access list (EIP-2930), with a fee cap (EIP-1559), with authorisations (EIP-7702). */
export type TransactionType = 0 | 1 | 2 | 4;

/** A signed transaction that passed every check that needs no state. Amounts are in wei. */
export interface SignedTransaction {
  readonly hash: Hex;
  readonly raw: Uint8Array;
  readonly type: TransactionType;
  readonly from: string;
  /** Absent if it creates a contract. */
  readonly to: string | undefined;
  readonly nonce: bigint;
  readonly value: bigint;
  readonly gasLimit: bigint;
  /** Most that the sender pays, per gas. */
  readonly feeCap: bigint;
  /** Most of it that goes to the coinbase, per gas. */
  readonly tipCap: bigint;
  /** The transaction in the EVM's own form. */
  readonly signed: TypedTransaction;
}

type Item = Uint8Array | Item[];

const CALL = ["gasLimit", "to", "value", "data"] as const;
const CAPPED = ["chainId", "nonce", "maxPriorityFeePerGas", "maxFeePerGas", ...CALL, "accessList"] as const;
const SIGNATURE = ["yParity", "r", "s"] as const;

/** The fields of each type of transaction, in the order of its RLP list. */
export const TRANSACTION_FIELDS: Readonly<Record<TransactionType, readonly string[]>> = {
  0: ["nonce", "gasPrice", ...CALL, "v", "r", "s"],
  1: ["chainId", "nonce", "gasPrice", ...CALL, "accessList", ...SIGNATURE],
  2: [...CAPPED, ...SIGNATURE],
  4: [...CAPPED, "authorizationList", ...SIGNATURE],
};

/** The fields of an authorisation, and the most bytes that each may have. All but the address are integers. */
export const AUTHORIZATION_FIELDS = [
  ["chainId", 32],
  ["address", 20],
  ["nonce", 8],
  ["yParity", 1],
  ["r", 32],
  ["s", 32],
] as const;

const MAX_NONCE = 2n ** 64n - 2n;

/**
 * Reads a transaction and checks everything that does not depend on the state (docs/protocol.md, section 1).
 * @throws TransactionError
 */
export function decodeTransaction(config: ChainConfig, common: Common, raw: Uint8Array): SignedTransaction {
  const type = transactionType(raw);
  checkSize(raw);
  const fields = new Fields(type, raw);
  const to = checkKind(type, fields);
  checkAccessList(fields);
  if (type === 4 && fields.authorizations() === 0) {
    throw malformed("The transaction has no authorisation, expected at least one (EIP-7702)");
  }
  checkChain(config, type, fields);
  checkSignature(fields);

  const nonce = fields.integer("nonce");
  if (nonce > MAX_NONCE)
    throw new TransactionError("NONCE_TOO_HIGH", `The nonce is ${nonce}, expected below 2^64 - 1.`);
  const value = fields.integer("value");
  const gasLimit = fields.integer("gasLimit");
  const feeCap = fields.integer(type >= 2 ? "maxFeePerGas" : "gasPrice");
  const tipCap = type >= 2 ? fields.integer("maxPriorityFeePerGas") : feeCap;
  checkFees(config, { gasLimit, feeCap, tipCap });

  const signed = parse(common, raw);
  // Before any code runs, and for its data in any case (EIP-7623).
  const leastGas = getMinimumGasLimit(signed);
  if (gasLimit < leastGas) {
    throw new TransactionError("GAS_TOO_LOW", `The gas limit is ${gasLimit}, expected at least ${leastGas}.`);
  }
  const from = recoverSender(signed);
  if (type === 4) checkAuthorizations(fields);
  return { hash: keccakHex(raw), raw, type, from, to, nonce, value, gasLimit, feeCap, tipCap, signed };
}

/** The gas limit in the bytes of a transaction, which need not be valid. @throws TransactionError where they have none. */
export function gasLimitOf(raw: Uint8Array): bigint {
  return new Fields(transactionType(raw), raw).integer("gasLimit");
}

/** What the coinbase gets per gas, in wei. */
export function effectiveTip(config: Pick<ChainConfig, "baseFee">, transaction: SignedTransaction): bigint {
  const room = transaction.feeCap - config.baseFee;
  return transaction.tipCap < room ? transaction.tipCap : room;
}

/** The most that a transaction can cost its sender, in wei; the balance has to cover it. */
export function upfrontCost(transaction: SignedTransaction): bigint {
  return transaction.gasLimit * transaction.feeCap + transaction.value;
}

function transactionType(raw: Uint8Array): TransactionType {
  const first = raw[0];
  if (first === undefined) throw malformed("The transaction is empty, expected signed bytes");
  if (first >= 0xc0) return 0;
  if (first === 1 || first === 2 || first === 4) return first;
  const name = first === 3 ? " (blobs)" : "";
  throw new TransactionError(
    "UNSUPPORTED_TYPE",
    `The transaction is of type ${first}${name}, expected a legacy one, type 1, 2 or 4.`,
  );
}

/** The RLP list of a transaction, field by field. */
class Fields {
  readonly #items = new Map<string, Item>();

  constructor(type: TransactionType, raw: Uint8Array) {
    const names = TRANSACTION_FIELDS[type];
    let list: Item;
    try {
      list = RLP.decode(type === 0 ? raw : raw.subarray(1));
    } catch (error) {
      throw malformed(`The transaction is not canonical RLP (${(error as Error).message})`);
    }
    if (!Array.isArray(list)) throw malformed("The transaction is no RLP list");
    if (list.length !== names.length) {
      throw malformed(`The transaction has ${list.length} fields, expected ${names.length}`);
    }
    for (const [place, name] of names.entries()) {
      const item = list[place] ?? [];
      const isSound = LISTS[name] ?? ((field: Item) => field instanceof Uint8Array);
      if (!isSound(item)) {
        throw malformed(`Field ${name} of the transaction has the wrong form`);
      }
      this.#items.set(name, item);
    }
  }

  has(name: string): boolean {
    return this.#items.has(name);
  }

  bytes(name: string): Uint8Array {
    return this.#items.get(name) as Uint8Array;
  }

  /** Addresses and storage keys of the access list. */
  accessEntries(): number {
    const list = (this.#items.get("accessList") ?? []) as [Item, Item[]][];
    return list.reduce((count, [, keys]) => count + 1 + keys.length, 0);
  }

  authorizations(): number {
    return (this.#items.get("authorizationList") as Item[]).length;
  }

  integer(name: string): bigint {
    const bytes = this.bytes(name);
    if (bytes.length > 32) throw malformed(`Field ${name} has ${bytes.length} bytes, expected at most 32`);
    if (bytes[0] === 0) throw malformed(`Field ${name} starts with a zero byte, expected none`);
    return bytes.length === 0 ? 0n : BigInt(toHex(bytes));
  }
}

function isAccessList(item: Item): boolean {
  return (
    Array.isArray(item) &&
    item.every((entry) => {
      if (!Array.isArray(entry) || entry.length !== 2) return false;
      const [address, keys] = entry;
      return hasSize(address, 20) && Array.isArray(keys) && keys.every((key) => hasSize(key, 32));
    })
  );
}

/** What is only skipped where it is wrong, a signature above all, may be anything of the right size. */
function isAuthorizationList(item: Item): boolean {
  return (
    Array.isArray(item) &&
    item.every(
      (entry) =>
        Array.isArray(entry) &&
        entry.length === AUTHORIZATION_FIELDS.length &&
        AUTHORIZATION_FIELDS.every(([name, size], place) => {
          const field = entry[place];
          if (name === "address") return hasSize(field, size);
          return field instanceof Uint8Array && field.length <= size && field[0] !== 0;
        }),
    )
  );
}

const LISTS: Readonly<Record<string, (item: Item) => boolean>> = {
  accessList: isAccessList,
  authorizationList: isAuthorizationList,
};

const hasSize = (item: Item | undefined, size: number): boolean => item instanceof Uint8Array && item.length === size;

function checkSize({ length }: Uint8Array): void {
  if (length > TRANSACTION_LIMIT) {
    throw new TransactionError(
      "TOO_LARGE",
      `The transaction has ${length} bytes, expected at most ${TRANSACTION_LIMIT}.`,
    );
  }
}

function checkAccessList(fields: Fields): void {
  const entries = fields.accessEntries();
  if (entries > ACCESS_LIMIT) {
    throw new TransactionError(
      "ACCESS_LIST_TOO_LONG",
      `The access list has ${entries} addresses and storage keys, expected at most ${ACCESS_LIMIT}.`,
    );
  }
}

function checkAuthorizations(fields: Fields): void {
  const count = fields.authorizations();
  if (count > AUTHORIZATION_LIMIT) {
    throw new TransactionError(
      "TOO_MANY_AUTHORIZATIONS",
      `The transaction has ${count} authorisations, expected at most ${AUTHORIZATION_LIMIT}.`,
    );
  }
}

/** Returns the recipient; nothing for a creation. */
function checkKind(type: TransactionType, fields: Fields): string | undefined {
  const to = toHex(fields.bytes("to"));
  if (to === "0x") {
    if (type === 4) throw malformed("The transaction is of type 4 and creates a contract, expected a recipient");
    const { length } = fields.bytes("data");
    if (length > MAX_INIT_CODE_BYTES) {
      throw new TransactionError(
        "INIT_CODE_TOO_LARGE",
        `The transaction has ${length} bytes of init code, expected at most ${MAX_INIT_CODE_BYTES} (EIP-3860).`,
      );
    }
    return undefined;
  }
  if (to.length !== 42) throw malformed(`Recipient ${to} is no address, expected 20 bytes`);
  return getAddress(to);
}

function checkChain(config: ChainConfig, type: TransactionType, fields: Fields): void {
  let chainId: bigint;
  if (type === 0) {
    const v = fields.integer("v");
    if (v === 27n || v === 28n) {
      throw new TransactionError("UNPROTECTED", "The transaction has no replay protection, expected EIP-155.");
    }
    if (v < 35n)
      throw new TransactionError("BAD_SIGNATURE", `The signature's v is ${v}, expected 35 or more (EIP-155).`);
    chainId = (v - 35n) / 2n;
  } else {
    chainId = fields.integer("chainId");
  }
  if (chainId !== config.chainId) {
    throw new TransactionError("WRONG_CHAIN", `The transaction is for chain ${chainId}, expected ${config.chainId}.`);
  }
}

function checkSignature(fields: Fields): void {
  const wrong = (what: string): TransactionError => new TransactionError("BAD_SIGNATURE", `The signature's ${what}.`);
  const r = fields.integer("r");
  const s = fields.integer("s");
  if (r === 0n || r >= SECP256K1_ORDER) throw wrong("r is out of range");
  if (s === 0n || s >= SECP256K1_ORDER) throw wrong("s is out of range");
  if (s > SECP256K1_ORDER / 2n) throw wrong("s lies in the upper half, expected the lower one (EIP-2)");
  if (fields.has("yParity") && fields.integer("yParity") > 1n) throw wrong("parity is neither 0 nor 1");
}

function checkFees(config: ChainConfig, fees: { gasLimit: bigint; feeCap: bigint; tipCap: bigint }): void {
  const { gasLimit, feeCap, tipCap } = fees;
  const mostGas = config.gasLimit < MAX_TRANSACTION_GAS ? config.gasLimit : MAX_TRANSACTION_GAS;
  if (gasLimit > mostGas) {
    throw new TransactionError("GAS_TOO_HIGH", `The gas limit is ${gasLimit}, expected at most ${mostGas}.`);
  }
  if (feeCap < config.baseFee) {
    throw new TransactionError("FEE_BELOW_BASE", `The fee cap is ${feeCap} wei, expected at least ${config.baseFee}.`);
  }
  if (tipCap > feeCap) {
    throw new TransactionError(
      "TIP_ABOVE_FEE",
      `The tip cap is ${tipCap} wei, expected at most the fee cap ${feeCap}.`,
    );
  }
}

/** The EVM's own parser is the last word on the form. */
function parse(common: Common, raw: Uint8Array): TypedTransaction {
  try {
    const signed = createTxFromRLP(raw, { common });
    if (Buffer.compare(signed.serialize(), raw) === 0) return signed;
  } catch (error) {
    throw malformed(`The transaction is malformed (${(error as Error).message})`);
  }
  throw malformed("The transaction is not in canonical form");
}

function recoverSender(signed: TypedTransaction): string {
  try {
    return getAddress(signed.getSenderAddress().toString());
  } catch {
    throw new TransactionError("BAD_SIGNATURE", "The signature recovers no account.");
  }
}

const malformed = (what: string): TransactionError => new TransactionError("MALFORMED", `${what}.`);
