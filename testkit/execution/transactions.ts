import { type RlpStructuredDataish, SigningKey, computeAddress, concat, encodeRlp, keccak256, toBeArray } from "ethers";

/** An access list as it lies in a transaction: pairs of an address and its storage keys. */
export type AccessList = (readonly [address: string, keys: readonly string[]])[];

/** What a transaction says, in wei and gas. `feeCap` is the gas price of types 0 and 1. */
export interface Fields {
  type: 0 | 1 | 2 | 4;
  chainId: bigint;
  nonce: bigint;
  tipCap: bigint;
  feeCap: bigint;
  gasLimit: bigint;
  /** Empty, `0x`, to create a contract. */
  to: string;
  value: bigint;
  data: string;
  accessList: AccessList;
  /** Of type 4. */
  authorizations?: readonly Authorization[];
}

/** Lets an account run the code of `address` (EIP-7702). */
export interface Authorization {
  /** Zero for every chain. */
  chainId: bigint;
  address: string;
  nonce: bigint;
  parity: bigint;
  r: bigint;
  s: bigint;
}

/** An account with its key. */
export interface Signer {
  address: string;
  key: SigningKey;
}

/** The order of the curve that signatures are made on. */
export const CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** The items of a signed transaction before they are encoded. */
export type Items = RlpStructuredDataish[];

export function signer(seed: string): Signer {
  const key = new SigningKey(keccak256(seed));
  return { address: computeAddress(key).toLowerCase(), key };
}

/** An integer as an item. */
export function integer(value: bigint): string {
  return `0x${Buffer.from(toBeArray(value)).toString("hex")}`;
}

/** The items of a transaction that its signature covers. */
function signedItems(fields: Fields): Items {
  const { type, chainId, nonce, tipCap, feeCap, gasLimit, to, value, data, accessList, authorizations = [] } = fields;
  const call = [integer(gasLimit), to, integer(value), data];
  if (type === 0) return [integer(nonce), integer(feeCap), ...call];
  const fees = type === 1 ? [feeCap] : [tipCap, feeCap];
  return [
    integer(chainId),
    integer(nonce),
    ...fees.map(integer),
    ...call,
    accessList.map(([address, keys]) => [address, [...keys]]),
    ...(type === 4 ? [authorizations.map(authorizationItems)] : []),
  ];
}

/** The items of an authorisation. */
export function authorizationItems({ chainId, address, nonce, parity, r, s }: Authorization): Items {
  return [integer(chainId), address, integer(nonce), ...[parity, r, s].map(integer)];
}

/** Signs an authorisation. */
export function signAuthorization(
  { chainId, address, nonce }: Pick<Authorization, "chainId" | "address" | "nonce">,
  key: SigningKey,
): Authorization {
  const payload = encodeTransaction(5, [integer(chainId), address, integer(nonce)]);
  const { r, s, yParity } = key.sign(keccak256(payload));
  return { chainId, address, nonce, parity: BigInt(yParity), r: BigInt(r), s: BigInt(s) };
}

/** Encodes a transaction of a type. */
export function encodeTransaction(type: number, items: Items): string {
  return type === 0 ? encodeRlp(items) : concat([integer(BigInt(type)), encodeRlp(items)]);
}

/** The items of a signed transaction: those that are signed, then `v` or the parity, `r` and `s`. */
export function signItems(fields: Fields, key: SigningKey): Items {
  const items = signedItems(fields);
  const { type, chainId } = fields;
  const payload = type === 0 ? encodeRlp([...items, integer(chainId), "0x", "0x"]) : encodeTransaction(type, items);
  const { r, s, yParity } = key.sign(keccak256(payload));
  const v = type === 0 ? chainId * 2n + 35n + BigInt(yParity) : BigInt(yParity);
  return [...items, integer(v), integer(BigInt(r)), integer(BigInt(s))];
}

/** Signs without the checks of a wallet: whatever the fields say. */
export function signTransaction(fields: Fields, key: SigningKey): string {
  return encodeTransaction(fields.type, signItems(fields, key));
}
