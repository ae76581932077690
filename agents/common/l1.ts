import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { getAddress, isAddress, JsonRpcProvider, type Provider } from "ethers";

import { IBatchInbox__factory } from "../../types/ethers-contracts/factories/batches/IBatchInbox__factory.ts";
import { IDisputes__factory } from "../../types/ethers-contracts/factories/disputes/IDisputes__factory.ts";
import { IParameters__factory } from "../../types/ethers-contracts/factories/governance/IParameters__factory.ts";
import { MetisGovernor__factory } from "../../types/ethers-contracts/factories/governance/MetisGovernor__factory.ts";
import { MetisToken__factory } from "../../types/ethers-contracts/factories/governance/MetisToken__factory.ts";
import { ITreasury__factory } from "../../types/ethers-contracts/factories/governance/ITreasury__factory.ts";
import { ISequencerSet__factory } from "../../types/ethers-contracts/factories/sequencers/ISequencerSet__factory.ts";
import { IVerifierRegistry__factory } from "../../types/ethers-contracts/factories/verifiers/IVerifierRegistry__factory.ts";
import type {
  IBatchInbox,
  IDisputes,
  IParameters,
  ISequencerSet,
  ITreasury,
  IVerifierRegistry,
  MetisGovernor,
  MetisToken,
} from "../../types/ethers-contracts/index.ts";
import { AgentError, messageOf } from "./errors.ts";

/** Contracts as they are called in the deployment. */
const CONTRACTS = {
  token: "MetisToken",
  governor: "MetisGovernor",
  timelock: "Timelock",
  treasury: "Treasury",
  parameters: "Parameters",
  sequencers: "SequencerSet",
  verifiers: "VerifierRegistry",
  inbox: "BatchInbox",
  disputes: "Disputes",
} as const;

/** Where the system lives on L1. */
export type Addresses = Record<keyof typeof CONTRACTS, string>;

/** A deployment: its addresses, and the first L1 block that can carry an event of theirs. */
export interface Deployment {
  addresses: Addresses;
  fromBlock: number;
}

/**
 * Reads a deployment from a JSON file: Ignition's `deployed_addresses.json` (names after the `#`) or the same with
 * plain contract names. The first block is taken from Ignition's journal beside it where there is one, or from the
 * file's `fromBlock`.
 *
 * @throws {AgentError} `CONFIG` when the file cannot be read or a contract is missing.
 */
export function readDeployment(file: string): Deployment {
  let content: Record<string, unknown>;
  try {
    content = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  } catch (error) {
    throw new AgentError("CONFIG", `cannot read the addresses in ${file}: ${messageOf(error)}`);
  }
  const named = new Map(Object.entries(content).map(([name, value]) => [name.split("#").at(-1), value]));
  const addresses = Object.fromEntries(
    Object.entries(CONTRACTS).map(([key, name]) => {
      const value = named.get(name);
      if (!isAddress(value)) {
        throw new AgentError(
          "CONFIG",
          `${file} has no address of ${name}; expected Ignition's deployed_addresses.json`,
        );
      }
      return [key, getAddress(value)];
    }),
  ) as Addresses;
  const declared = content["fromBlock"];
  return {
    addresses,
    fromBlock: typeof declared === "number" ? declared : journalBlock(join(dirname(file), "journal.jsonl")),
  };
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
  readonly addresses: Addresses;
  readonly fromBlock: number;
  readonly inbox: IBatchInbox;
  readonly disputes: IDisputes;
  readonly sequencers: ISequencerSet;
  readonly verifiers: IVerifierRegistry;
  readonly parameters: IParameters;
  readonly treasury: ITreasury;
  readonly governor: MetisGovernor;
  readonly token: MetisToken;

  constructor(provider: Provider, { addresses, fromBlock }: Deployment) {
    this.provider = provider;
    this.addresses = addresses;
    this.fromBlock = fromBlock;
    this.inbox = IBatchInbox__factory.connect(addresses.inbox, provider);
    this.disputes = IDisputes__factory.connect(addresses.disputes, provider);
    this.sequencers = ISequencerSet__factory.connect(addresses.sequencers, provider);
    this.verifiers = IVerifierRegistry__factory.connect(addresses.verifiers, provider);
    this.parameters = IParameters__factory.connect(addresses.parameters, provider);
    this.treasury = ITreasury__factory.connect(addresses.treasury, provider);
    this.governor = MetisGovernor__factory.connect(addresses.governor, provider);
    this.token = MetisToken__factory.connect(addresses.token, provider);
  }

  /** Time of L1's latest block, in seconds. */
  async now(): Promise<number> {
    const block = await this.provider.getBlock("latest");
    if (block === null) throw new Error("L1 has no latest block");
    return block.timestamp;
  }
}
