import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { JsonRpcProvider, Network, type Provider } from "ethers";

import { connectSystem, readAddresses, type System, type SystemAddresses } from "../../ignition/system.ts";
import { systemClock, type Clock } from "../runtime/clock.ts";
import { AgentError, messageOf } from "../runtime/errors.ts";
import type { Logger } from "../runtime/logger.ts";
import { retry, type RetryOptions } from "../runtime/retry.ts";

/** A deployment: its addresses, and the first L1 block that can carry an event of theirs. */
export interface Deployment {
  readonly addresses: SystemAddresses;
  readonly fromBlock: number;
}

/**
 * Reads a deployment from Ignition's `deployed_addresses.json`, or from a file with plain contract names. The first
 * block is the file's `fromBlock`, or comes from Ignition's journal beside it, or is 0.
 *
 * @throws {AgentError} `CONFIG` when the file cannot be read or a contract is missing.
 */
export function readDeployment(file: string): Deployment {
  try {
    const addresses = readAddresses(file);
    const { fromBlock } = JSON.parse(readFileSync(file, "utf8")) as { fromBlock?: unknown };
    const declared = typeof fromBlock === "number" ? fromBlock : undefined;
    return { addresses, fromBlock: declared ?? journalBlock(join(dirname(file), "journal.jsonl")) };
  } catch (error) {
    throw new AgentError("CONFIG", messageOf(error), { cause: error });
  }
}

function journalBlock(file: string): number {
  let journal: string;
  try {
    journal = readFileSync(file, "utf8");
  } catch {
    return 0;
  }
  const blocks = [...journal.matchAll(/"blockNumber":(\d+)/g)].map(([, number]) => Number(number));
  return blocks.length === 0 ? 0 : Math.min(...blocks);
}

/** Tries to reach an endpoint before giving up, over about half a minute. */
const REACH: RetryOptions = { attempts: 6, delay: 1_000, maxDelay: 8_000 };

/** Never gives up: what runs until it is stopped waits for an endpoint that is down. */
export const KEEP_WAITING: RetryOptions = { attempts: Infinity, delay: 1_000, maxDelay: 15_000 };

/**
 * A provider for a JSON-RPC endpoint, without a cache: it asks each time.
 *
 * @param name What answers there, for messages: "L1" or "the L2".
 * @param options.patience How long to try; half a minute where absent.
 * @param options.log Told of every attempt that fails.
 * @throws {AgentError} `L1_UNAVAILABLE` where it does not answer.
 */
export async function connect(
  url: string,
  name: string,
  { patience = REACH, log, clock = systemClock }: { patience?: RetryOptions; log?: Logger; clock?: Clock } = {},
): Promise<JsonRpcProvider> {
  const attempt = async (): Promise<bigint> => {
    try {
      return await askChainId(url, name);
    } catch (error) {
      log?.warn({ reason: messageOf(error) }, `waiting for ${name}`);
      throw error;
    }
  };
  const chainId = await retry(attempt, patience, { clock });
  const network = Network.from(chainId);
  return new JsonRpcProvider(url, network, { staticNetwork: network, cacheTimeout: -1, batchMaxCount: 1 });
}

async function askChainId(url: string, name: string): Promise<bigint> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] });
  const headers = { "content-type": "application/json" };
  let status: number;
  let text: string;
  try {
    const response = await fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(10_000) });
    ({ status } = response);
    text = await response.text();
  } catch (cause) {
    throw new AgentError("L1_UNAVAILABLE", `${name} at ${url} does not answer: ${messageOf(cause)}`, { cause });
  }
  const { result, error } = parsed(text);
  if (status === 200 && typeof result === "string" && /^0x[0-9a-f]+$/i.test(result)) return BigInt(result);
  const reason = error?.message ?? (text.slice(0, 200) || "nothing");
  throw new AgentError("L1_UNAVAILABLE", `${name} at ${url} answered HTTP ${status}: ${reason}; expected its chain id`);
}

function parsed(text: string): { result?: unknown; error?: { message?: string } } {
  try {
    return (JSON.parse(text) ?? {}) as ReturnType<typeof parsed>;
  } catch {
    return {};
  }
}

/** The contracts of L1, typed, for reading and for encoding calls. */
export type L1 = System &
  Deployment & {
    readonly provider: Provider;
    /** Time of L1's latest block, in seconds. */
    now(): Promise<number>;
  };

/** The contracts of a deployment. */
export function openL1(provider: Provider, { addresses, fromBlock }: Deployment): L1 {
  return {
    ...connectSystem(addresses, provider),
    provider,
    addresses,
    fromBlock,
    now: async () => {
      const block = await provider.getBlock("latest");
      if (block === null) throw new AgentError("L1_UNAVAILABLE", "L1 does not give its latest block");
      return block.timestamp;
    },
  };
}
