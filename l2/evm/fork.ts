import { type Common, Hardfork, Mainnet, createCustomCommon } from "@ethereumjs/common";

import { keccak256 } from "../base/keccak.ts";
import { kzg } from "./kzg.ts";

/** The rules of the EVM for a chain. */
export function chainCommon(config: { readonly chainId: bigint }): Common {
  return createCustomCommon({ chainId: Number(config.chainId), name: "metis" }, Mainnet, {
    hardfork: Hardfork.Cancun,
    customCrypto: { keccak256, kzg },
  });
}
