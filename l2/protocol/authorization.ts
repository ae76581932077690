import { type TypedTransaction, isEOACode7702Tx } from "@ethereumjs/tx";
import { MAX_UINT64, SECP256K1_ORDER_DIV_2, bytesToBigInt, eoaCode7702RecoverAuthority } from "@ethereumjs/util";
import { getAddress } from "ethers";

/**
 * The accounts whose code a transaction may set (EIP-7702): those that signed an authorisation of this chain or of any.
 * Whether one applies also depends on its account.
 */
export function authoritiesOf({ signed }: { readonly signed: TypedTransaction }): string[] {
  if (!isEOACode7702Tx(signed)) return [];
  const authorities = new Set<string>();
  for (const authorization of signed.authorizationList) {
    const [chainId, , nonce, yParity, , s] = authorization;
    const chain = bytesToBigInt(chainId);
    if (chain !== 0n && chain !== signed.chainId) continue;
    if (bytesToBigInt(nonce) >= MAX_UINT64) continue;
    if (bytesToBigInt(yParity) > 1n || bytesToBigInt(s) > SECP256K1_ORDER_DIV_2) continue;
    try {
      authorities.add(getAddress(eoaCode7702RecoverAuthority(authorization).toString()));
    } catch {
      // The signature recovers no account: the authorisation does not apply.
    }
  }
  return [...authorities];
}
