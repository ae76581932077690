/** The signed bytes of a case. */
import {
  type RlpStructuredData,
  SigningKey,
  computeAddress,
  decodeRlp,
  encodeRlp,
  keccak256,
  recoverAddress,
  toBeArray,
} from "ethers";

import { type Hex, fromHex, toHex } from "../../l2/base/hex.ts";
import { type Expectation, type StateTest, quantity } from "./format.ts";

/** Items of a legacy transaction that its signature covers. */
const LEGACY_FIELDS = 6;

/** Values of `v` in a signature without replay protection. */
const UNPROTECTED = [27n, 28n];

/**
 * The transaction of a case as this chain takes it: most files carry legacy transactions without replay protection
 * (EIP-155), which this chain refuses by rule. Those are signed again by the same key; the EVM cannot see the
 * difference. All else stays as the file has it.
 * @throws Error where it has to be signed and the file has no key for it.
 */
export function signedTransaction(test: StateTest, expectation: Expectation, chainId: bigint): Uint8Array {
  const { txbytes } = expectation;
  if (txbytes === undefined) return built(test, expectation, chainId);
  const items = unprotected(test, txbytes);
  return items === undefined ? fromHex(txbytes) : signLegacy(test, items, chainId);
}

/** Whether a case carries blobs (type 3). */
export function carriesBlobs({ transaction }: StateTest, { txbytes }: Expectation): boolean {
  return txbytes?.startsWith("0x03") ?? transaction.blobVersionedHashes !== undefined;
}

/** Signed items of a legacy transaction whose only fault is that it is not protected; nothing where it is another. */
function unprotected({ transaction }: StateTest, txbytes: Hex): string[] | undefined {
  let items: RlpStructuredData;
  try {
    items = decodeRlp(txbytes);
  } catch {
    return undefined;
  }
  if (!isLegacy(items)) return undefined;
  const [v, r, s] = items.slice(LEGACY_FIELDS).map((item) => BigInt(item === "0x" ? 0 : item)) as [
    bigint,
    bigint,
    bigint,
  ];
  if (!UNPROTECTED.includes(v)) return undefined;
  const fields = items.slice(0, LEGACY_FIELDS);
  // A signature that is wrong in itself is what the case is about.
  const sender = transaction.sender ?? addressOf(transaction.secretKey);
  const signer = recovered(keccak256(encodeRlp(fields)), { v: Number(v), r: word(r), s: word(s) });
  return signer !== undefined && signer.toLowerCase() === sender?.toLowerCase() ? fields : undefined;
}

function isLegacy(items: RlpStructuredData): items is string[] {
  return Array.isArray(items) && items.length === LEGACY_FIELDS + 3 && items.every((item) => typeof item === "string");
}

function recovered(hash: string, signature: { v: number; r: Hex; s: Hex }): string | undefined {
  try {
    return recoverAddress(hash, signature);
  } catch {
    return undefined;
  }
}

/** A transaction out of the fields of a test, for files without the signed bytes. */
function built(test: StateTest, { indexes }: Expectation, chainId: bigint): Uint8Array {
  const { transaction } = test;
  const accessList = transaction.accessLists?.[indexes.data];
  const feeCap = transaction.maxFeePerGas ?? transaction.gasPrice;
  if (feeCap === undefined) throw new Error("the transaction has no gas price");
  const call = [
    integer(quantity(chosen(transaction.gasLimit, indexes.gas, "gas limit"))),
    transaction.to === undefined || transaction.to === "" ? "0x" : transaction.to,
    integer(quantity(chosen(transaction.value, indexes.value, "value"))),
    chosen(transaction.data, indexes.data, "data") || "0x",
  ];
  const nonce = integer(quantity(transaction.nonce));
  const price = integer(quantity(feeCap));
  if (transaction.maxFeePerGas === undefined && (accessList === undefined || accessList === null)) {
    return signLegacy(test, [nonce, price, ...call], chainId);
  }
  const tip = integer(quantity(transaction.maxPriorityFeePerGas ?? feeCap));
  const capped = transaction.authorizationList === undefined ? 2 : 4;
  const [type, fees] = transaction.maxFeePerGas === undefined ? [1, [price]] : [capped, [tip, price]];
  const list = (accessList ?? []).map(({ address, storageKeys }) => [address, [...storageKeys]]);
  const authorizations = transaction.authorizationList?.map((one) => [
    integer(quantity(one.chainId)),
    one.address,
    ...[one.nonce, one.yParity ?? one.v ?? 0, one.r, one.s].map((field) => integer(quantity(field))),
  ]);
  const lists = authorizations === undefined ? [list] : [list, authorizations];
  const fields = [integer(chainId), nonce, ...fees, ...call, ...lists];
  const { r, s, yParity } = keyOf(test).sign(keccak256(typed(type, fields)));
  return typed(type, [...fields, integer(BigInt(yParity)), integer(BigInt(r)), integer(BigInt(s))]);
}

function signLegacy(test: StateTest, fields: string[], chainId: bigint): Uint8Array {
  const hash = keccak256(encodeRlp([...fields, integer(chainId), "0x", "0x"]));
  const { r, s, yParity } = keyOf(test).sign(hash);
  const v = 2n * chainId + 35n + BigInt(yParity);
  return fromHex(encodeRlp([...fields, integer(v), integer(BigInt(r)), integer(BigInt(s))]));
}

function typed(type: number, items: RlpStructuredData): Uint8Array {
  return new Uint8Array([type, ...fromHex(encodeRlp(items))]);
}

function keyOf({ transaction: { secretKey, sender } }: StateTest): SigningKey {
  if (secretKey === undefined) {
    throw new Error("the transaction has no replay protection, and the file has no secretKey to sign it again");
  }
  const own = addressOf(secretKey);
  if (sender !== undefined && own?.toLowerCase() !== sender.toLowerCase()) {
    throw new Error(`secretKey is that of ${String(own)}; the sender is ${sender}`);
  }
  return new SigningKey(secretKey);
}

function addressOf(secretKey: Hex | undefined): string | undefined {
  return secretKey === undefined ? undefined : computeAddress(new SigningKey(secretKey));
}

function chosen<T>(choices: readonly T[], index: number, what: string): T {
  const choice = choices[index];
  if (choice === undefined) throw new Error(`the transaction has no ${what} ${index}`);
  return choice;
}

function integer(value: bigint): Hex {
  return toHex(toBeArray(value));
}

function word(value: bigint): Hex {
  return `0x${value.toString(16).padStart(64, "0")}`;
}
