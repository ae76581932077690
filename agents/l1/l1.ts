import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { JsonRpcProvider, Network, type Provider } from "ethers";

import { connectSystem, readAddresses, type System, type SystemAddresses } from "../../ignition/system.ts";
import { systemClock } from "../runtime/clock.ts";
import { AgentError, messageOf } from "../runtime/errors.ts";
import { retry } from "../runtime/retry.ts";

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
const REACH = { attempts: 6, delay: 1_000, maxDelay: 8_000 };

/**
 * A provider for a JSON-RPC endpoint that answers with the present, not with what it said a moment ago.
 *
 * @param name What is behind it, for the error message.
 * @throws {AgentError} `L1_UNAVAILABLE` where it does not answer.
 */
export async function connect(url: string, name: string, patience = REACH): Promise<JsonRpcProvider> {
  const chainId = await retry(() => askChainId(url, name), patience, { clock: systemClock });
  const network = Network.from(chainId);
  return new JsonRpcProvider(url, network, { staticNetwork: network, cacheTimeout: -1, batchMaxCount: 1 });
}

async function askChainId(url: string, name: string): Promise<bigint> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] });
  try {
    const headers = { "content-type": "application/json" };
    const response = await fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(10_000) });
    const { result } = (await response.json()) as { result?: unknown };
    if (typeof result !== "string") throw new Error("it does not tell its chain id");
    return BigInt(result);
  } catch (error) {
    const { cause } = error as { cause?: unknown };
    throw new AgentError("L1_UNAVAILABLE", `${name} at ${url} does not answer: ${messageOf(cause ?? error)}`, {
      cause: error,
    });
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
