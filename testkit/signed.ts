import type { TransactionRequest, Wallet } from "ethers";

import { type Hex, asHex } from "../l2/base/hex.ts";

/** A transaction with a wallet's signature. */
export async function signed(wallet: Pick<Wallet, "signTransaction">, request: TransactionRequest): Promise<Hex> {
  return asHex(await wallet.signTransaction(request));
}
