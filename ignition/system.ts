/** The deployed contracts, typed: one table of their names and factories, for agents, demos, scripts and tests. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { type ContractRunner, type Interface, type JsonFragment, getAddress, isAddress } from "ethers";

import { BatchInbox__factory } from "../types/ethers-contracts/factories/batches/BatchInbox__factory.ts";
import { Disputes__factory } from "../types/ethers-contracts/factories/disputes/Disputes__factory.ts";
import { Executor__factory } from "../types/ethers-contracts/factories/execution/Executor__factory.ts";
import { MetisGovernor__factory } from "../types/ethers-contracts/factories/governance/MetisGovernor__factory.ts";
import { MetisToken__factory } from "../types/ethers-contracts/factories/governance/MetisToken__factory.ts";
import { Parameters__factory } from "../types/ethers-contracts/factories/governance/Parameters__factory.ts";
import { Timelock__factory } from "../types/ethers-contracts/factories/governance/Timelock__factory.ts";
import { Treasury__factory } from "../types/ethers-contracts/factories/governance/Treasury__factory.ts";
import { SequencerSet__factory } from "../types/ethers-contracts/factories/sequencers/SequencerSet__factory.ts";
import { VerifierRegistry__factory } from "../types/ethers-contracts/factories/verifiers/VerifierRegistry__factory.ts";

/** Every contract of the system: what it is called in a {@link System}, in the sources, and its factory. */
const CONTRACTS = {
  token: { contract: "MetisToken", factory: MetisToken__factory },
  timelock: { contract: "Timelock", factory: Timelock__factory },
  parameters: { contract: "Parameters", factory: Parameters__factory },
  treasury: { contract: "Treasury", factory: Treasury__factory },
  verifiers: { contract: "VerifierRegistry", factory: VerifierRegistry__factory },
  sequencers: { contract: "SequencerSet", factory: SequencerSet__factory },
  inbox: { contract: "BatchInbox", factory: BatchInbox__factory },
  executor: { contract: "Executor", factory: Executor__factory },
  disputes: { contract: "Disputes", factory: Disputes__factory },
  governor: { contract: "MetisGovernor", factory: MetisGovernor__factory },
} as const;

/** What a contract is called in a {@link System}. */
export type SystemName = keyof typeof CONTRACTS;

/** Every contract of the system. */
export type System = { readonly [Name in SystemName]: ReturnType<(typeof CONTRACTS)[Name]["factory"]["connect"]> };

/** Where every contract is. */
export type SystemAddresses = Readonly<Record<SystemName, string>>;

const NAMES = Object.keys(CONTRACTS) as SystemName[];

/** Typed contracts at these addresses; they read and send through `runner`. */
export function connectSystem(addresses: SystemAddresses, runner: ContractRunner): System {
  const contracts = NAMES.map((name) => [name, CONTRACTS[name].factory.connect(addresses[name], runner)]);
  return Object.fromEntries(contracts) as System;
}

/** The same contracts, sent to as somebody else. */
export function asRunner(system: System, runner: ContractRunner): System {
  const contracts = NAMES.map((name) => [name, system[name].connect(runner)]);
  return Object.fromEntries(contracts) as System;
}

/** Where the contracts of a system are. */
export async function addressesOf(system: System): Promise<SystemAddresses> {
  const entries = await Promise.all(NAMES.map(async (name) => [name, await system[name].getAddress()]));
  return Object.fromEntries(entries) as SystemAddresses;
}

const interfaces = new Map<SystemName, Interface>();

/** Encodes and decodes what a contract takes, gives and emits. */
export function interfaceOf(name: SystemName): Interface {
  const known = interfaces.get(name) ?? CONTRACTS[name].factory.createInterface();
  interfaces.set(name, known);
  return known;
}

/**
 * What all contracts can emit, or revert with.
 *
 * @param type Which entries of their ABIs.
 */
export function systemAbi(type: "event" | "error"): readonly JsonFragment[] {
  const abis: readonly (readonly JsonFragment[])[] = NAMES.map((name) => CONTRACTS[name].factory.abi);
  return abis.flat().filter((entry) => entry.type === type);
}

/** Ignition's record of the deployment to a chain: what agents take as `--deployment`. */
export function deploymentFile(chainId: bigint | number): string {
  return join(
    fileURLToPath(new URL("deployments", import.meta.url)),
    `chain-${String(chainId)}`,
    "deployed_addresses.json",
  );
}

/**
 * Addresses out of Ignition's record.
 *
 * @param file The record; {@link deploymentFile} knows where it lies.
 * @throws Error where there is no record, or a contract is missing in it.
 */
export function readAddresses(file: string): SystemAddresses {
  let record: Record<string, unknown>;
  try {
    record = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  } catch (error) {
    throw new Error(`There is no deployment in ${file}; deploy with Ignition first.`, { cause: error });
  }
  const byContract = new Map(Object.entries(record).map(([id, address]) => [id.split("#").at(-1), address]));
  const addresses = NAMES.map((name) => {
    const { contract } = CONTRACTS[name];
    const address = byContract.get(contract);
    if (!isAddress(address)) throw new Error(`${file} has no address of ${contract}; expected one for each contract.`);
    return [name, getAddress(address)];
  });
  return Object.fromEntries(addresses) as SystemAddresses;
}
