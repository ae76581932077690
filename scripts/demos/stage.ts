/** The whole system on an L1, with everybody in it, for one scenario. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { readDeploymentParameters } from "@nomicfoundation/hardhat-ignition/helpers";
import type { Wallet } from "ethers";

import type { Hex } from "../../l2/base/hex.ts";
import { createLogger } from "../../agents/runtime/logger.ts";
import { checkGenesis } from "../../agents/l1/genesis.ts";
import { type Deployment, openL1 } from "../../agents/l1/l1.ts";
import { Metrics } from "../../agents/runtime/metrics.ts";
import {
  type LocalOptions,
  type LocalSequencer,
  LocalSystem,
  type SequencerIdentity,
} from "../../agents/local/local.ts";
import { certifiedOnly } from "../../agents/storage/authorise.ts";
import { FileStore } from "../../agents/data/file-store.ts";
import { HttpStorage } from "../../agents/data/http-storage.ts";
import { StorageServer } from "../../agents/storage/server.ts";
import MetisL2 from "../../ignition/modules/MetisL2.ts";
import type { DeploymentParameters } from "../../ignition/parameters.ts";
import { type System, type SystemAddresses, asRunner, connectSystem } from "../../ignition/system.ts";
import { type ChainConfig, devnet } from "../../l2/protocol/config.ts";
import { StateStore } from "../../l2/state/state.ts";
import { type Cast, castPeople, checkFunds, holdings, letIn, nameAll, returnFunds } from "./cast.ts";
import { Chronicle } from "./chronicle.ts";
import { Diary, type LogRecord } from "./diary.ts";
import type { Playground } from "./network.ts";
import type { Holding, Narrator, Out, Story } from "./story.ts";

/** What a scenario needs of its stage. */
export interface Setting {
  /** How many users there are; 200 where absent. */
  readonly users?: number;
  /** How a sequencer behaves, by its place; as it should where absent. */
  readonly behaviour?: (place: number, key: Wallet, config: ChainConfig) => SequencerIdentity["behaviour"];
  /** What differs in the assembly of the agents. */
  readonly local?: (stage: { readonly directory: string }) => Partial<LocalOptions>;
}

/** Everybody and everything that a scenario plays with. */
export class Stage {
  /** A script narrates; steps are told by {@link tell}, and by values that the story reads. */
  readonly story: Narrator;
  readonly playground: Playground;
  readonly system: System;
  readonly local: LocalSystem;
  readonly config: ChainConfig;
  readonly cast: Cast;
  /** Memolabs; stopping the server is what an outage is. */
  readonly memolabs: StorageServer;
  /** Files of this stage only. */
  readonly directory: string;
  readonly #names: ReadonlyMap<string, string>;
  readonly #story: Story;
  readonly #chronicle: Chronicle;
  readonly #diary: Diary;

  constructor(parts: {
    story: Story;
    chronicle: Chronicle;
    playground: Playground;
    system: System;
    local: LocalSystem;
    config: ChainConfig;
    cast: Cast;
    memolabs: StorageServer;
    directory: string;
    names: ReadonlyMap<string, string>;
    diary: Diary;
  }) {
    this.story = parts.story;
    this.playground = parts.playground;
    this.system = parts.system;
    this.local = parts.local;
    this.config = parts.config;
    this.cast = parts.cast;
    this.memolabs = parts.memolabs;
    this.directory = parts.directory;
    this.#names = parts.names;
    this.#story = parts.story;
    this.#chronicle = parts.chronicle;
    this.#diary = parts.diary;
  }

  /** What somebody is called. */
  name(address: string): string {
    return this.#names.get(address.toLowerCase()) ?? address;
  }

  /** The sequencer that L1 names. @throws Error where there is none. */
  get current(): LocalSequencer {
    const { current } = this.local;
    if (current === undefined) throw new Error("L1 names no sequencer of this stage.");
    return current;
  }

  /** The sequencers that run and hold a seat. */
  get seated(): readonly LocalSequencer[] {
    const members = this.local.consensus.agent.peer.members.all.map(({ owner }) => owner);
    return this.local.sequencers.filter(({ running, owner }) => running && members.includes(owner));
  }

  /** The contracts, sent to as somebody. */
  as(wallet: Wallet): System {
    return asRunner(this.system, wallet.connect(this.playground.provider));
  }

  /** The owner of a sequencer's stake. */
  ownerOf({ owner }: LocalSequencer): Wallet {
    const wallet = this.cast.owners.find(({ address }) => address === owner);
    if (wallet === undefined) throw new Error(`Sequencer ${owner} is not on this stage.`);
    return wallet;
  }

  /** A parameter of the system: seconds, wei or basis points. */
  async parameter(place: number): Promise<number> {
    return Number(await this.system.parameters.get(place));
  }

  /** Everything that an agent logged, by its name in {@link LocalSystem}, in order. */
  logOf(agent: string): readonly LogRecord[] {
    return this.#diary.records.filter((record) => record.agent === agent);
  }

  /** Tells what L1 and the agents' logs show that was not told yet, in the order in which it happened. */
  async tell(): Promise<void> {
    await this.#chronicle.look();
    for (const note of this.#diary.take()) {
      if ("transaction" in note) this.#chronicle.tell(note.transaction);
      else this.#story.record(note.deed);
    }
    this.#chronicle.tell();
  }

  /** One round of every agent, told. */
  async beat(): Promise<void> {
    await this.local.tick();
    await this.tell();
  }

  /**
   * Rounds until something holds, told; time passes between them.
   * @throws Error where it does not come about in time.
   */
  async until(
    condition: () => boolean | Promise<boolean>,
    { seconds = 600, step = 10 }: { seconds?: number; step?: number } = {},
  ): Promise<void> {
    const deadline = this.local.now + seconds;
    for (;;) {
      await this.beat();
      if (await condition()) return;
      if (this.local.now >= deadline)
        throw new Error(`It did not come about within ${seconds} s: ${String(condition)}`);
      await this.local.advance(step);
    }
  }

  /**
   * Lets the voters carry a proposal from its snapshot to its execution, told.
   * @param queued What happens once it waits for the timelock.
   * @param ripe What happens right before it is carried out.
   */
  async vote({ queued, ripe }: { queued?: () => Promise<void>; ripe?: () => Promise<void> } = {}): Promise<void> {
    const { governor, timelock } = this.system;
    await this.beat();
    for (const wait of await Promise.all([governor.votingDelay(), governor.votingPeriod()])) {
      await this.local.advance(Number(wait) + 1);
      await this.beat();
    }
    await queued?.();
    await this.local.advance(Number(await timelock.getMinDelay()) + 1);
    await ripe?.();
    for (const voter of this.local.voters) await voter.tick();
    await this.beat();
  }

  /** What everybody holds. */
  holdings(): Promise<Map<string, Holding>> {
    return holdings(this.playground, this.system, this.cast);
  }

  /** Ends everything. */
  async close(): Promise<void> {
    await this.local.stop();
    await this.memolabs.stop();
    await rm(this.directory, { recursive: true, force: true });
    if (!this.playground.movable) await returnFunds(this.playground, this.cast);
  }
}

/** A system that is deployed and untouched, and the genesis of its L2. */
export interface Standing {
  readonly deployment: Deployment;
  readonly config: ChainConfig;
}

/** Deploys the system, or takes the one that is there, lets everybody join, and starts the agents. */
export async function setStage(
  playground: Playground,
  story: Story,
  out: Out,
  setting: Setting = {},
  standing?: Standing,
): Promise<Stage> {
  const { provider } = playground;
  const directory = await mkdtemp(join(tmpdir(), "metis-demo-"));
  const cast = castPeople(playground, setting.users);
  await checkFunds(playground, cast, standing === undefined);
  const place = `${playground.connection.networkName} (chain ${playground.chainId})`;
  const config =
    standing?.config ??
    devnet(
      cast.users.map(({ address }) => address),
      { genesisTimestamp: (await playground.time.now()) - 60 },
    );
  out(
    standing === undefined
      ? `Deploying the contracts to ${place} through Ignition …`
      : `Taking the system that is on ${place} …`,
  );
  const { system, deployment } =
    standing === undefined ? await deploy(playground, config) : await take(playground, standing, cast);
  out("Letting everybody in:");
  await letIn(playground, system, cast, out);

  const memolabs = new StorageServer(
    { host: "127.0.0.1", port: 0, maxObject: 4_000_000 },
    {
      store: new FileStore(join(directory, "memolabs")),
      authorise: certifiedOnly(openL1(provider, deployment)),
      log: createLogger("memolabs", "silent"),
      metrics: new Metrics(),
    },
  );
  await memolabs.start();
  const names = await nameAll(playground, system, cast);
  const diary = new Diary((address) => names.get(address.toLowerCase()) ?? address);
  out("Starting the agents …");
  const local = await LocalSystem.start({
    provider,
    deployment,
    time: playground.time,
    config,
    sequencers: cast.owners.map(({ address }, place) => {
      const key = cast.keys[place] as Wallet;
      const behaviour = setting.behaviour?.(place, key, config);
      return { owner: address, key, ...(behaviour === undefined ? {} : { behaviour }) };
    }),
    consensus: cast.consensus,
    submitter: cast.submitter.connect(provider),
    verifiers: cast.verifiers.slice(0, 1).map((wallet) => wallet.connect(provider)),
    voters: cast.voters.map((wallet) => wallet.connect(provider)),
    storage: new HttpStorage(memolabs.url),
    consensusOptions: { limits: { age: 10 } },
    log: diary.log,
    ...setting.local?.({ directory }),
  });
  const from = (await provider.getBlockNumber()) + 1;
  const chronicle = new Chronicle(provider, story, { system, addresses: deployment.addresses, names, from });
  const parts = { story, chronicle, playground, system, local, config, cast, memolabs, directory, names, diary };
  introduce(cast, deployment, out);
  return new Stage(parts);
}

/**
 * Takes a system that is deployed.
 * @throws Error where a scenario cannot start from it: it has batches, another genesis, or no money for the users.
 */
async function take(
  { deployer, provider }: Playground,
  { deployment, config }: Standing,
  { users }: Cast,
): Promise<{ system: System; deployment: Deployment }> {
  const system = connectSystem(deployment.addresses, deployer);
  const head = await system.inbox.head();
  if (head !== 1n) throw new Error(`The deployment has ${head - 1n} batches; expected one that nobody has used.`);
  await checkGenesis(openL1(provider, deployment), config);
  const poor = users.find(({ address }) => config.alloc[address] === undefined);
  if (poor !== undefined) throw new Error(`The genesis has no balance of the demo's user ${poor.address}.`);
  return { system, deployment };
}

/** Deploys through the modules that deploy anywhere, with windows that fit the network. */
async function deploy(
  { connection, provider, deployer, movable, chainId }: Playground,
  config: ChainConfig,
): Promise<{ system: System; deployment: Deployment }> {
  const file = new URL(`../../ignition/parameters/${movable ? "local" : "demo"}.json`, import.meta.url);
  const parameters = (await readDeploymentParameters(fileURLToPath(file))) as unknown as DeploymentParameters;
  const genesisStateRoot = await genesisRoot(config);
  const { chainId: l2ChainId, baseFee, gasLimit, genesisTimestamp } = config;
  const rollup = {
    chainId: Number(l2ChainId),
    baseFee,
    gasLimit: Number(gasLimit),
    genesisTimestamp,
    genesisStateRoot,
  };
  const fromBlock = await provider.getBlockNumber();
  const contracts = await connection.ignition.deploy(MetisL2, {
    parameters: {
      ...parameters,
      Governance: { ...parameters.Governance, holder: await deployer.getAddress() },
      Rollup: rollup,
    } as never,
    // A scenario starts from genesis, so each has a deployment of its own and none is resumed.
    deploymentId: `demo-${chainId}-${Date.now()}`,
  });
  const addresses = Object.fromEntries(
    await Promise.all(Object.entries(contracts).map(async ([name, contract]) => [name, await contract.getAddress()])),
  ) as SystemAddresses;
  return { system: connectSystem(addresses, deployer), deployment: { addresses, fromBlock } };
}

async function genesisRoot(config: ChainConfig): Promise<Hex> {
  const store = await StateStore.open();
  const root = await store.genesis(config);
  await store.close();
  return root;
}

/** Prints who plays, and where the contracts are. */
function introduce(cast: Cast, { addresses }: Deployment, out: Out): void {
  const parts: [string, readonly { address: string }[]][] = [
    ["sequencer", cast.owners],
    ["verifier", cast.verifiers],
    ["voter", cast.voters],
  ];
  const people = parts.flatMap(([part, all]) =>
    all.map(({ address }, place): [string, string] => [`${part} ${place + 1}`, address]),
  );
  people.push(["submitter", cast.submitter.address], ["consensus", cast.consensus.address]);
  const contracts: [string, string][] = [
    ["BatchInbox", addresses.inbox],
    ["Disputes", addresses.disputes],
    ["SequencerSet", addresses.sequencers],
    ["MetisGovernor", addresses.governor],
    ["Treasury", addresses.treasury],
  ];
  for (const [name, address] of [...contracts, ...people]) out(`  ${name.padEnd(14)} ${address}`);
  out(`  ${"users".padEnd(14)} ${cast.users.length}, with accounts on the L2 only`);
}
