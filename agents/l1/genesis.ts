import { readFileSync } from "node:fs";

import { getAddress } from "ethers";

import type { ChainConfig } from "../../l2/protocol/config.ts";
import { AgentError, messageOf } from "../runtime/errors.ts";
import type { L1 } from "./l1.ts";

/**
 * Reads the constants of the L2 from a JSON file: `chainId`, `baseFee` (wei), `gasLimit`, `genesisTimestamp` (seconds)
 * and `alloc`, balances in wei by address. Numbers beyond 2^53 are written as decimal strings.
 *
 * @throws {AgentError} `CONFIG` naming the field that is missing or malformed.
 */
export function readGenesis(file: string): ChainConfig {
  let content: Record<string, unknown>;
  try {
    content = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  } catch (error) {
    throw new AgentError("CONFIG", `cannot read the genesis in ${file}: ${messageOf(error)}`);
  }
  const whole = (value: unknown, field: string): bigint => {
    const valid = (typeof value === "number" && Number.isSafeInteger(value)) || typeof value === "string";
    if (valid && /^\d+$/.test(String(value))) return BigInt(value);
    throw new AgentError("CONFIG", `${field} in ${file} is ${JSON.stringify(value)}; expected a whole number`);
  };
  const { alloc } = content;
  if (typeof alloc !== "object" || alloc === null) {
    throw new AgentError("CONFIG", `alloc in ${file} is ${JSON.stringify(alloc)}; expected balances by address`);
  }
  const balances = Object.entries(alloc).map(([account, balance]) => {
    try {
      return [getAddress(account), whole(balance, `alloc.${account}`)] as const;
    } catch (error) {
      if (error instanceof AgentError) throw error;
      throw new AgentError("CONFIG", `alloc in ${file} names ${account}; expected an address`);
    }
  });
  return {
    chainId: whole(content["chainId"], "chainId"),
    baseFee: whole(content["baseFee"], "baseFee"),
    gasLimit: whole(content["gasLimit"], "gasLimit"),
    genesisTimestamp: Number(whole(content["genesisTimestamp"], "genesisTimestamp")),
    alloc: Object.fromEntries(balances),
  };
}

/**
 * Compares the constants with those that L1 executes by: an agent that computes by others would see fraud everywhere.
 *
 * @throws {AgentError} `CONFIG` naming the one that differs.
 */
export async function checkGenesis(l1: L1, config: ChainConfig): Promise<void> {
  const { executor } = l1;
  const constants = [
    ["chainId", config.chainId, await executor.chainId()],
    ["baseFee", config.baseFee, await executor.baseFee()],
    ["gasLimit", config.gasLimit, await executor.gasLimit()],
  ] as const;
  for (const [name, own, theirs] of constants) {
    if (own !== theirs) throw new AgentError("CONFIG", `${name} of the L2 is ${own} here and ${theirs} on L1`);
  }
}
