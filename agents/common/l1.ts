import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { JsonRpcProvider, type Provider } from "ethers";

import { connectSystem, readAddresses, type System, type SystemAddresses } from "../../ignition/system.ts";
import { AgentError, messageOf } from "./errors.ts";

/** A deployment: its addresses, and the first L1 block that can carry an event of theirs. */
export interface Deployment {
  addresses: SystemAddresses;
  fromBlock: number;
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

/** A provider for a JSON-RPC endpoint that answers with the present, not with what it said a moment ago. */
export function connect(url: string): JsonRpcProvider {
  return new JsonRpcProvider(url, undefined, { cacheTimeout: -1, batchMaxCount: 1 });
}

/** The contracts of L1, typed, for reading and for encoding calls. */
export class L1 {
  readonly provider: Provider;
  readonly addresses: SystemAddresses;
  readonly fromBlock: number;
  readonly inbox: System["inbox"];
  readonly disputes: System["disputes"];
  readonly sequencers: System["sequencers"];
  readonly verifiers: System["verifiers"];
  readonly parameters: System["parameters"];
  readonly treasury: System["treasury"];
  readonly governor: System["governor"];
  readonly token: System["token"];

  constructor(provider: Provider, { addresses, fromBlock }: Deployment) {
    const system = connectSystem(addresses, provider);
    this.provider = provider;
    this.addresses = addresses;
    this.fromBlock = fromBlock;
    this.inbox = system.inbox;
    this.disputes = system.disputes;
    this.sequencers = system.sequencers;
    this.verifiers = system.verifiers;
    this.parameters = system.parameters;
    this.treasury = system.treasury;
    this.governor = system.governor;
    this.token = system.token;
  }

  /** Time of L1's latest block, in seconds. */
  async now(): Promise<number> {
    const block = await this.provider.getBlock("latest");
    if (block === null) throw new AgentError("L1_UNAVAILABLE", "L1 does not give its latest block");
    return block.timestamp;
  }
}
