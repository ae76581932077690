import { type TypedTransaction, isEOACode7702Tx } from "@ethereumjs/tx";
import {
  MAX_UINT64,
  SECP256K1_ORDER_DIV_2,
  bytesToBigInt,
  eoaCode7702AuthorizationHashedMessageToSign,
  publicToAddress,
} from "@ethereumjs/util";
import { getAddress } from "ethers";

import { toHex } from "../base/hex.ts";
import { recover } from "../base/recover.ts";

/** An account that lets its address run the code of another one, and the nonce at which that counts (EIP-7702). */
export interface Authorized {
  readonly account: string;
  readonly nonce: bigint;
}

/** Who signed the authorisations of a transaction: those for this chain, or for any, that may count. */
export function authorizedBy(transaction: TypedTransaction): Authorized[] {
  if (!isEOACode7702Tx(transaction)) return [];
  return transaction.authorizationList.flatMap(([chainId, address, nonce, yParity, r, s]) => {
    const chain = bytesToBigInt(chainId);
    if (chain !== 0n && chain !== transaction.chainId) return [];
    if (bytesToBigInt(nonce) >= MAX_UINT64) return [];
    if (bytesToBigInt(yParity) > 1n || bytesToBigInt(s) > SECP256K1_ORDER_DIV_2) return [];
    try {
      const hash = eoaCode7702AuthorizationHashedMessageToSign([chainId, address, nonce]);
      const key = recover(hash, bytesToBigInt(yParity), r, s);
      return [{ account: getAddress(toHex(publicToAddress(key))), nonce: bytesToBigInt(nonce) }];
    } catch {
      // The signature recovers no account: the authorisation is skipped.
      return [];
    }
  });
}
