/** The deployed contracts, typed, for whoever works with all of them: demos, scripts, tests. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { type ContractRunner, getAddress, isAddress } from "ethers";

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

const FACTORIES = {
  token: ["MetisToken", MetisToken__factory],
  timelock: ["Timelock", Timelock__factory],
  parameters: ["Parameters", Parameters__factory],
  treasury: ["Treasury", Treasury__factory],
  verifiers: ["VerifierRegistry", VerifierRegistry__factory],
  sequencers: ["SequencerSet", SequencerSet__factory],
  inbox: ["BatchInbox", BatchInbox__factory],
  executor: ["Executor", Executor__factory],
  disputes: ["Disputes", Disputes__factory],
  governor: ["MetisGovernor", MetisGovernor__factory],
} as const;

/** What a contract is called in a {@link System}. */
export type SystemName = keyof typeof FACTORIES;

/** Every contract of the system. */
export type System = { readonly [Name in SystemName]: ReturnType<(typeof FACTORIES)[Name][1]["connect"]> };

/** Where every contract is. */
export type SystemAddresses = Readonly<Record<SystemName, string>>;

const NAMES = Object.keys(FACTORIES) as SystemName[];

/** Typed contracts at these addresses; they read and send through `runner`. */
export function connectSystem(addresses: SystemAddresses, runner: ContractRunner): System {
  const contracts = NAMES.map((name) => [name, FACTORIES[name][1].connect(addresses[name], runner)]);
  return Object.fromEntries(contracts) as System;
}

/** The same contracts, sent to as somebody else. */
export function asRunner(system: System, runner: ContractRunner): System {
  const contracts = NAMES.map((name) => [name, system[name].connect(runner)]);
  return Object.fromEntries(contracts) as System;
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
    const [contract] = FACTORIES[name];
    const address = byContract.get(contract);
    if (!isAddress(address)) throw new Error(`${file} has no address of ${contract}; expected one for each contract.`);
    return [name, getAddress(address)];
  });
  return Object.fromEntries(addresses) as SystemAddresses;
}
