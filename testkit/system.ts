/** The whole system on an in-process L1, deployed by the Ignition modules that deploy it anywhere else. */
import { fileURLToPath } from "node:url";

import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { readDeploymentParameters } from "@nomicfoundation/hardhat-ignition/helpers";
import { Wallet, computeAddress, id, parseEther } from "ethers";
import { network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";

import MetisL2 from "../ignition/modules/MetisL2.ts";
import { type DeploymentParameters, Parameter, type ParameterName, type Setting } from "../ignition/parameters.ts";
import { type System, type SystemAddresses, asRunner, connectSystem } from "../ignition/system.ts";
import { devnet } from "../l2/protocol/config.ts";
import { provePossession } from "./certificates.ts";

/** What a test may ask for. */
export interface SystemOptions {
  /** File of `ignition/parameters/` to start from; `local` where absent. */
  readonly file?: "local" | "sepolia" | "demo";
  /** Parameters that differ from the file, value or bounds. */
  readonly parameters?: Partial<Record<ParameterName, Partial<Setting>>>;
  /** Constants and genesis of the L2 that differ from the file. */
  readonly rollup?: Partial<DeploymentParameters["Rollup"]>;
  /** Rules of votes that differ from the file. */
  readonly governor?: Partial<DeploymentParameters["MetisL2"]>;
  /** How many sequencers have joined, up to 16; 4 where absent. */
  readonly sequencers?: number;
  /** METIS that each locked, in wei; the minimum where absent. */
  readonly stakes?: readonly bigint[];
  /** How many verifiers have registered, up to 4; 1 where absent. */
  readonly verifiers?: number;
  /** Name of Ignition's record, on a network that outlives the test; the chain's own where absent. */
  readonly deploymentId?: string;
  /** METIS in the reward pool, in wei; 100,000 METIS where absent. */
  readonly rewards?: bigint;
}

/** A sequencer that joined. */
export interface SequencerAccount {
  readonly owner: HardhatEthersSigner;
  /** The owner's address: what headers name. */
  readonly address: string;
  readonly key: Wallet;
  readonly recipient: string;
  readonly seat: number;
}

/** The system, with the people in it. Its contracts are the deployer's; {@link TestSystem.as} changes that. */
export interface TestSystem extends System {
  readonly connection: NetworkConnection;
  /** Holds all METIS that nobody else does and votes with it. Has no other power. */
  readonly deployer: HardhatEthersSigner;
  readonly sequencerAccounts: readonly SequencerAccount[];
  readonly verifierAccounts: readonly HardhatEthersSigner[];
  /** Accounts with ETH and no part in the system. */
  readonly others: readonly HardhatEthersSigner[];
  /** The contracts, sent to as somebody else. */
  as(signer: HardhatEthersSigner): System;
  /** Time of the latest block, in seconds. */
  now(): Promise<number>;
  /** Moves L1's clock. */
  skip(seconds: number | bigint): Promise<void>;
}

const GENESIS_TIME = devnet([]).genesisTimestamp;

const FIRST_SEQUENCER = 1;
const MOST_SEQUENCERS = 16;
const FIRST_VERIFIER = FIRST_SEQUENCER + MOST_SEQUENCERS;
const MOST_VERIFIERS = 4;

/**
 * A fixture: the first call deploys, every later one takes the chain back to that point.
 *
 *     const load = systemFixture({ sequencers: 4 });
 *     it("…", async () => {
 *       const { inbox, sequencerAccounts } = await load();
 *     });
 */
export function systemFixture(options: SystemOptions = {}): () => Promise<TestSystem> {
  let fixture: Promise<{ system: TestSystem; restore: () => Promise<void> }> | undefined;
  return async () => {
    if (fixture === undefined) {
      fixture = deployWithSnapshot(options);
      return (await fixture).system;
    }
    const { system, restore } = await fixture;
    await restore();
    return system;
  };
}

/** An in-process L1 that begins when the L2 of `devnet` does, so that the L2's blocks are as old as L1's. */
export async function createL1(): Promise<NetworkConnection> {
  return await network.create({ override: { initialDate: new Date(1000 * GENESIS_TIME) } });
}

async function deployWithSnapshot(options: SystemOptions) {
  const connection = await createL1();
  const system = await deploySystem(connection, options);
  const snapshot = await connection.networkHelpers.takeSnapshot();
  return {
    system,
    restore: async () => {
      await snapshot.restore();
    },
  };
}

/** Deploys the system to a connection, and lets sequencers and verifiers in. */
export async function deploySystem(connection: NetworkConnection, options: SystemOptions = {}): Promise<TestSystem> {
  const { ethers, ignition, networkHelpers } = connection;
  const signers = await ethers.getSigners();
  const [deployer] = signers;
  if (deployer === undefined) throw new Error("The network has no account to deploy with.");

  const { Governance, ...rest } = await deploymentParameters(options);
  const parameters = { Governance: { ...Governance, holder: deployer.address }, ...rest };
  const { deploymentId } = options;
  const record = deploymentId === undefined ? {} : { deploymentId };
  const deployed = await ignition.deploy(MetisL2, { parameters: { ...parameters } as never, ...record });
  const addresses = await Promise.all(
    Object.entries(deployed).map(async ([name, contract]) => [name, await contract.getAddress()] as const),
  );
  const contracts = connectSystem(Object.fromEntries(addresses) as SystemAddresses, deployer);
  await contracts.token.delegate(deployer);

  const sequencerAccounts: SequencerAccount[] = [];
  const count = options.sequencers ?? 4;
  if (count > MOST_SEQUENCERS)
    throw new RangeError(`${count} sequencers asked for, expected at most ${MOST_SEQUENCERS}.`);
  for (const [seat, owner] of signers.slice(FIRST_SEQUENCER, FIRST_SEQUENCER + count).entries()) {
    const stake = options.stakes?.[seat] ?? BigInt(parameters.Governance.MinimumLock.value);
    sequencerAccounts.push(await join(contracts, owner, seat, stake));
  }
  // Whoever joins counts from the next term on. The first term is that of the first one, alone.
  if (count > 1) await contracts.sequencers.rotate();

  const verifierAccounts = signers.slice(FIRST_VERIFIER, FIRST_VERIFIER + (options.verifiers ?? 1));
  for (const verifier of verifierAccounts) await register(contracts, verifier);

  const rewards = options.rewards ?? parseEther("100000");
  await contracts.token.approve(contracts.sequencers, rewards);
  await contracts.sequencers.fundRewards(rewards);

  return {
    ...contracts,
    connection,
    deployer,
    sequencerAccounts,
    verifierAccounts,
    others: signers.slice(FIRST_VERIFIER + MOST_VERIFIERS),
    as: (signer) => asRunner(contracts, signer),
    now: async () => await networkHelpers.time.latest(),
    skip: async (seconds) => {
      await networkHelpers.time.increase(seconds);
    },
  };
}

/** A file of `ignition/parameters/` with what a test wants otherwise. */
export async function deploymentParameters(options: SystemOptions = {}): Promise<DeploymentParameters> {
  const file = new URL(`../ignition/parameters/${options.file ?? "local"}.json`, import.meta.url);
  const {
    Governance,
    Rollup,
    MetisL2: rules,
  } = (await readDeploymentParameters(fileURLToPath(file))) as unknown as DeploymentParameters;
  const changed = Object.entries(options.parameters ?? {}).map(([name, setting]) => [
    name,
    { ...Governance[name as ParameterName], ...setting },
  ]);
  return {
    Governance: { ...Governance, ...(Object.fromEntries(changed) as Record<ParameterName, Setting>) },
    Rollup: { ...Rollup, ...options.rollup },
    MetisL2: { ...rules, ...options.governor },
  };
}

/** Lets an account lock METIS of the deployer's and take the next seat, which counts from the next term on. */
export async function join(
  contracts: System,
  owner: HardhatEthersSigner,
  seat: number,
  stake: bigint,
): Promise<SequencerAccount> {
  const key = new Wallet(id(`key of sequencer ${owner.address}`));
  const recipient = computeAddress(id(`recipient of sequencer ${owner.address}`));
  const { token, sequencers } = asRunner(contracts, owner);
  await contracts.token.transfer(owner, stake);
  await token.approve(sequencers, stake);
  const possession = await provePossession(sequencers, owner.address, key);
  // An estimate can be too low: it assumes the last block's second, in which counting votes is cheaper.
  await sequencers.join(key.address, recipient, stake, possession, { gasLimit: 600_000 });
  return { owner, address: owner.address, key, recipient, seat };
}

/** Lets an account register as a verifier with METIS of the deployer's. */
export async function register(contracts: System, verifier: HardhatEthersSigner): Promise<void> {
  const { token, verifiers, parameters } = asRunner(contracts, verifier);
  const bond = await parameters.get(Parameter.VerifierBond);
  await contracts.token.transfer(verifier, bond);
  await token.approve(verifiers, bond);
  await verifiers.register();
}
