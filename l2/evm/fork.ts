import { type Common, Hardfork, Mainnet, createCustomCommon } from "@ethereumjs/common";

import { keccak256 } from "../base/keccak.ts";
import { recover } from "../base/recover.ts";
import { kzg } from "./kzg.ts";

/** Gas of a transaction that only moves value: what every transaction costs before its data and its code. */
export const TRANSFER_GAS = 21_000n;

/** Most bytes of a contract's code (EIP-170). */
export const MAX_CODE_BYTES = 24_576;

/** Most bytes of the code that creates a contract (EIP-3860). */
export const MAX_INIT_CODE_BYTES = 2 * MAX_CODE_BYTES;

/** Precompiles have the addresses from 1 to this one. */
export const LAST_PRECOMPILE = 10n;

/** The rules of the EVM for a chain. */
export function chainCommon(config: { readonly chainId: bigint }): Common {
  return createCustomCommon({ chainId: Number(config.chainId), name: "metis" }, Mainnet, {
    hardfork: Hardfork.Cancun,
    customCrypto: { keccak256, kzg, ecrecover: recover },
  });
}
