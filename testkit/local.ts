/** The agents of a whole system, on contracts that Ignition deployed to an in-process L1. */
import { HDNodeWallet, Wallet, id, parseEther } from "ethers";
import { network } from "hardhat";

import { LocalSystem } from "../agents/local/local.ts";
import type { Behaviour, LocalOptions, LocalSequencer } from "../agents/local/local.ts";
import { buildBatch, type Batch } from "../l2/batch/build.ts";
import type { BatchHeader } from "../l2/batch/header.ts";
import { type ChainConfig, devnet } from "../l2/protocol/config.ts";
import { addressesOf } from "../ignition/system.ts";
import { StateStore } from "../l2/state/state.ts";
import { type SystemOptions, type TestSystem, deploySystem } from "./system.ts";

const MNEMONIC = "test test test test test test test test test test test junk";

export interface LocalTestOptions extends SystemOptions {
  /** How many users have money on the L2; 8 where absent. */
  readonly users?: number;
  /** What differs in the assembly. */
  readonly local?: Partial<LocalOptions>;
  /** How a sequencer behaves, by its place; as it should where absent. */
  readonly behaviour?: (place: number) => Behaviour | undefined;
}

export interface LocalTest {
  readonly system: TestSystem;
  readonly local: LocalSystem;
  readonly config: ChainConfig;
  /** Accounts with 10,000 ether on the L2. */
  readonly users: readonly Wallet[];
}

/** Users of the L2, always the same ones. */
export function l2Users(count: number): Wallet[] {
  return Array.from({ length: count }, (_, place) => new Wallet(id(`user ${place} of the L2`)));
}

/** Key of an account of the in-process L1, as a wallet that signs by itself. */
export function l1Wallet(place: number): HDNodeWallet {
  return HDNodeWallet.fromPhrase(MNEMONIC, undefined, `m/44'/60'/0'/0/${place}`);
}

/** Deploys a system and assembles its agents. `local.stop()` ends them. */
export async function localTest(options: LocalTestOptions = {}): Promise<LocalTest> {
  const connection = await network.create();
  const users = l2Users(options.users ?? 8);
  const genesisTimestamp = (await connection.networkHelpers.time.latest()) - 3600;
  const config = devnet(
    users.map(({ address }) => address),
    { genesisTimestamp },
  );
  const store = await StateStore.open();
  const genesisStateRoot = await store.genesis(config);
  await store.close();
  const system = await deploySystem(connection, {
    ...options,
    rollup: {
      chainId: Number(config.chainId),
      baseFee: config.baseFee,
      gasLimit: Number(config.gasLimit),
      genesisTimestamp,
      genesisStateRoot,
      ...options.rollup,
    },
  });
  const consensus = new Wallet(id("key of the consensus layer"));
  const submitter = new Wallet(id("key of the submitter"));
  const payers = [consensus, submitter, ...system.sequencerAccounts.map(({ key }) => key)];
  for (const { address } of payers) {
    await connection.networkHelpers.setBalance(address, parseEther("1000"));
  }
  const { provider } = connection.ethers;
  const verifiers = system.verifierAccounts.map((account) => {
    const wallet = Array.from({ length: 40 }, (_, place) => l1Wallet(place)).find(
      ({ address }) => address === account.address,
    );
    if (wallet === undefined) throw new Error(`No key is known for verifier ${account.address}.`);
    return wallet;
  });
  const local = await LocalSystem.start({
    provider,
    deployment: { fromBlock: 0, addresses: await addressesOf(system) },
    time: { now: () => system.now(), advance: (seconds) => system.skip(seconds) },
    config,
    sequencers: system.sequencerAccounts.map(({ address, key }, place) => {
      const behaviour = options.behaviour?.(place);
      return { owner: address, key, ...(behaviour === undefined ? {} : { behaviour }) };
    }),
    consensus,
    submitter,
    verifiers,
    ...options.local,
  });
  return { system, local, config, users };
}

/** The sequencer that L1 names. */
export function currentOf({ current }: LocalSystem): LocalSequencer {
  if (current === undefined) throw new Error("nobody sequences");
  return current;
}

/** The batch of everything that L1 does not have, as the current sequencer would build it. */
export async function nextBatch(
  local: LocalSystem,
  chain = currentOf(local).chain,
): Promise<Batch & { parent: BatchHeader }> {
  const last = local.l1State.batches[local.l1State.head - 1];
  if (last === undefined) throw new Error("L1 has no batch");
  const { header: parent } = last;
  const { epoch, term } = local.l1State;
  const place = { parent, epoch: BigInt(epoch), term: BigInt(term.number), sequencer: currentOf(local).owner };
  return { parent, ...(await buildBatch(chain, Number(parent.lastBlock) + 1, chain.head.number, place)) };
}
