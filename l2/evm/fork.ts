import { type Common, Hardfork, Mainnet, createCustomCommon } from "@ethereumjs/common";

import type { Hex } from "../base/hex.ts";
import { keccak256 } from "../base/keccak.ts";
import { recover } from "../base/recover.ts";
import { kzg } from "./kzg.ts";

/** Gas of a transaction that only moves value: what every transaction costs before its data and its code. */
export const TRANSFER_GAS = 21_000n;

/** Most bytes of a contract's code (EIP-170). */
export const MAX_CODE_BYTES = 24_576;

/** Most bytes of the code that creates a contract (EIP-3860). */
export const MAX_INIT_CODE_BYTES = 2 * MAX_CODE_BYTES;

/** The most gas that a transaction may have (EIP-7825). */
export const MAX_TRANSACTION_GAS = 2n ** 24n;

/** What the code of an account starts with that runs the code of another one, whose address follows (EIP-7702). */
const DELEGATION_PREFIX = "0xef0100";
const DELEGATION_DIGITS = 2 + 2 * 23;

/** Gas of an authorisation (EIP-7702). */
export const AUTHORIZATION_GAS = 25_000n;

/** The code of an account that runs the code of another one; none for the address zero, which ends that. */
export function delegationTo(address: string): Hex {
  return BigInt(address) === 0n ? "0x" : `${DELEGATION_PREFIX}${address.slice(2)}`;
}

/** Whether code lets its account run the code of another one (EIP-7702). */
export function isDelegation(code: Hex): boolean {
  return code.length === DELEGATION_DIGITS && code.startsWith(DELEGATION_PREFIX);
}

/** The address whose code the account of a delegation runs. */
export function delegateOf(delegation: Hex): string {
  return `0x${delegation.slice(DELEGATION_PREFIX.length)}`;
}

/** Whether an address is that of a precompile. */
export function isPrecompile(address: bigint): boolean {
  return (address >= 1n && address <= 0x11n) || address === 0x100n;
}

/** The rules of the EVM for a chain. */
export function chainCommon(config: { readonly chainId: bigint }): Common {
  return createCustomCommon({ chainId: Number(config.chainId), name: "metis" }, Mainnet, {
    hardfork: Hardfork.Osaka,
    customCrypto: { keccak256, kzg, ecrecover: recover },
  });
}
