import { type TransactionRequest, Wallet, id, parseEther, parseUnits } from "ethers";

import { signed } from "../signed.ts";
import type { Hex } from "../../l2/base/hex.ts";
import { Chain } from "../../l2/chain/chain.ts";
import type { ChainOptions } from "../../l2/chain/types.ts";
import { type ChainConfig, devnet } from "../../l2/protocol/config.ts";

/** Wallets with keys that are the same in every run. */
export function wallets(count: number): Wallet[] {
  return Array.from({ length: count }, (_, index) => new Wallet(id(`metis test account ${index}`)));
}

export const users = wallets(20);
export const producer = new Wallet(id("metis test producer"));
export const [alice, bob, carol] = users as [Wallet, Wallet, Wallet];
export const config: ChainConfig = devnet(users.map(({ address }) => address));

/** A signed transfer; of type 2, with a tip of 1 gwei and a value of 1 ether unless told otherwise. */
export async function transfer(
  from: Wallet,
  to: string,
  nonce: number,
  overrides: TransactionRequest = {},
): Promise<Hex> {
  const legacy = overrides.gasPrice !== undefined || overrides.type === 0 || overrides.type === 1;
  const fees = legacy
    ? { gasPrice: parseUnits("2", "gwei") }
    : { maxFeePerGas: parseUnits("3", "gwei"), maxPriorityFeePerGas: parseUnits("1", "gwei") };
  const { chainId } = config;
  const value = parseEther("1");
  return await signed(from, { chainId, to, nonce, value, gasLimit: 21_000, ...fees, ...overrides });
}

export async function openChain(options: ChainOptions = {}): Promise<Chain> {
  return await Chain.open(config, options);
}

/** Sends transactions and makes a block of them. */
export async function mine(chain: Chain, transactions: readonly Hex[], timestamp = chain.head.timestamp + 1) {
  for (const raw of transactions) await chain.addTransaction(raw);
  const block = await chain.produceBlock({ timestamp, coinbase: producer.address, signer: producer });
  if (block === undefined) throw new Error("No block was made.");
  return block;
}

export const anyProducer = (): boolean => true;
