import { readFileSync } from "node:fs";

import { getAddress, MaxUint256 } from "ethers";

import { genesisHeader, hashHeader, type BatchHeader } from "../../l2/batch/header.ts";
import { MEMORY_LIMIT } from "../../l2/evm/memory-limit.ts";
import {
  ACCESS_LIMIT,
  AUTHORIZATION_LIMIT,
  BLOB_BASE_FEE,
  TRANSACTION_LIMIT,
  type ChainConfig,
} from "../../l2/protocol/config.ts";
import { BATCH_LIMITS } from "../../l2/protocol/limits.ts";
import { StateStore } from "../../l2/state/state.ts";
import { AgentError, messageOf } from "../runtime/errors.ts";
import type { L1 } from "./l1.ts";
import { readPredeploys } from "./predeploys.ts";
import { TERM_LIMIT } from "./rotations.ts";

/**
 * Reads the constants of the L2 from a JSON file: `chainId`, `baseFee` (wei), `gasLimit`, `genesisTimestamp` (seconds),
 * `alloc`, balances in wei by address, and, where there are any, `predeploys`, code by address. Numbers beyond 2^53 are
 * written as decimal strings.
 *
 * @throws {AgentError} `CONFIG` naming the field that is missing or malformed, or balances that no L2 can hold.
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
  const { alloc, predeploys } = content;
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
  const sum = balances.reduce((total, [, balance]) => total + balance, 0n);
  if (sum > MaxUint256) {
    throw new AgentError("CONFIG", `balances of alloc in ${file} sum to ${sum} wei; expected at most 2^256 - 1`);
  }
  const code = predeploys === undefined ? {} : { predeploys: readPredeploys(predeploys, file) };
  return {
    ...code,
    chainId: whole(content["chainId"], "chainId"),
    baseFee: whole(content["baseFee"], "baseFee"),
    gasLimit: whole(content["gasLimit"], "gasLimit"),
    genesisTimestamp: Number(whole(content["genesisTimestamp"], "genesisTimestamp")),
    alloc: Object.fromEntries(balances),
  };
}

/** The header of batch 0, which L1 has to have. */
async function genesisBatch(config: ChainConfig): Promise<BatchHeader> {
  const states = await StateStore.open();
  try {
    return genesisHeader(config, await states.genesis(config));
  } finally {
    await states.close();
  }
}

/**
 * Compares all that a chain is made of with what L1 was deployed with: an agent that computes by other rules, or from
 * another genesis, would see fraud everywhere and answer users from another chain.
 *
 * @throws {AgentError} `CONFIG` naming everything that differs, as found here and as expected by L1.
 */
export async function checkGenesis(l1: L1, config: ChainConfig): Promise<void> {
  const { executor, inbox, addresses, provider } = l1;
  if ((await provider.getCode(addresses.executor)) === "0x") {
    const { chainId } = await provider.getNetwork();
    throw new AgentError(
      "CONFIG",
      `the executor's address ${addresses.executor} has no code on L1 (chain ${chainId}); expected the chain that --deployment is of`,
    );
  }
  const genesis = await genesisBatch(config);
  const headerHash = await inbox.genesisHash();
  const constants: readonly (readonly [name: string, found: bigint | string, expected: bigint | string])[] = [
    ["chainId", config.chainId, await executor.chainId()],
    ["baseFee", config.baseFee, await executor.baseFee()],
    ["gasLimit", config.gasLimit, await executor.gasLimit()],
    ["blobBaseFee", BLOB_BASE_FEE, await executor.blobBaseFee()],
    ["memoryLimit", BigInt(MEMORY_LIMIT), await executor.memoryLimit()],
    ["transactionLimit", BigInt(TRANSACTION_LIMIT), await executor.transactionLimit()],
    ["accessLimit", BigInt(ACCESS_LIMIT), await executor.accessLimit()],
    ["authorizationLimit", BigInt(AUTHORIZATION_LIMIT), await executor.authorizationLimit()],
    ["BatchInbox.baseFee", config.baseFee, await inbox.baseFee()],
    ["MAX_TRANSACTIONS", BigInt(BATCH_LIMITS.transactions), await inbox.MAX_TRANSACTIONS()],
    ["MAX_DATA_SIZE", BigInt(BATCH_LIMITS.bytes), await inbox.MAX_DATA_SIZE()],
    ["MAX_GAS", BATCH_LIMITS.gas, await inbox.MAX_GAS()],
    ["MAX_BLOCKS", BATCH_LIMITS.blocks, await inbox.MAX_BLOCKS()],
    ["MAX_DRIFT", BATCH_LIMITS.drift, await inbox.MAX_DRIFT()],
    ["MAX_LAG", BATCH_LIMITS.lag, await inbox.MAX_LAG()],
    ["MAX_PENDING", BATCH_LIMITS.pending, await inbox.MAX_PENDING()],
    ["TERM_LIMIT", BigInt(TERM_LIMIT), await l1.sequencers.TERM_LIMIT()],
    [
      `genesis header (state root ${genesis.postStateRoot}, time ${genesis.lastTimestamp})`,
      hashHeader(genesis),
      headerHash,
    ],
  ];
  const differing = constants
    .filter(([, found, expected]) => found !== expected)
    .map(([name, found, expected]) => `${name} is ${found}, expected ${expected}`);
  if (differing.length > 0) throw new AgentError("CONFIG", `this L2 is not the one on L1: ${differing.join("; ")}`);
}
