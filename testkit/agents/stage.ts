/** L1 with the system on it, a world of users on L2, storage, and agents that can be killed and started again. */

import type { HDNodeWallet } from "ethers";

import type { AgentDependencies } from "../../agents/runtime/agent.ts";
import { StorageSource, type DataSource } from "../../agents/data/batch-data.ts";
import { MemoryCursor } from "../../agents/runtime/cursor.ts";
import type { EventFollower, FollowerCursor } from "../../agents/l1/events.ts";
import type { L1 } from "../../agents/l1/l1.ts";
import { followL1, type L1State } from "../../agents/l1/mirror.ts";
import type { TransactionState } from "../../agents/l1/transactions.ts";
import { Answerer, type AnswererOptions } from "../../agents/answers/answerer.ts";
import { Accounts } from "../../agents/l1/accounts.ts";
import { FileStore } from "../../agents/data/file-store.ts";
import type { VerifierCursor } from "../../agents/verifier/findings.ts";
import { followSubmissions, type Submissions } from "../../agents/verifier/signed.ts";
import { Verifier, type VerifierOptions } from "../../agents/verifier/verifier.ts";
import { encodeObject } from "../../l2/batch/encoding.ts";
import type { ChainConfig } from "../../l2/protocol/config.ts";
import { StateStore } from "../../l2/state/state.ts";
import { submit, type TestBatch, BatchMaker } from "../batches.ts";
import { systemFixture, type SystemOptions, type TestSystem } from "../system.ts";
import { basics, l1Of, managerOf, type ManualClock, walletOf } from "./kit.ts";
import { temporaryDirectory } from "../directory.ts";

/** A verifier that can be started again: what a process keeps on disk outlives it here. */
export interface VerifierHome {
  wallet: HDNodeWallet;
  states: StateStore;
  follower: MemoryCursor<FollowerCursor<L1State>>;
  submissions: MemoryCursor<FollowerCursor<Submissions>>;
  transactions: MemoryCursor<TransactionState>;
  findings: MemoryCursor<VerifierCursor>;
}

export interface Stage {
  system: TestSystem;
  l1: L1;
  world: BatchMaker;
  kit: AgentDependencies & { clock: ManualClock };
  store: FileStore;
  /** States of whoever has executed every batch, for recomputers. */
  states: StateStore;
  /** Owner of the current sequencer, who vouches for batches. */
  sequencer: string;
  /** Submits a batch and puts its object into storage. */
  publish(batch: TestBatch): Promise<TestBatch>;
  mirror(): EventFollower<L1State>;
  home(account?: string): Promise<VerifierHome>;
  verifier(
    home: VerifierHome,
    options?: Partial<VerifierOptions>,
    sources?: readonly DataSource[],
    config?: ChainConfig,
  ): Verifier;
  /** What answers for a sequencer, the current one where no other is named; a stranger pays. */
  answerer(options?: Partial<AnswererOptions>, sources?: readonly DataSource[]): Answerer;
  /** Lets the current sequencer answer every open request. */
  answer(sources?: readonly DataSource[], options?: Partial<AnswererOptions>): Promise<void>;
}

/** What {@link BatchMaker} says, as a sequencer's own chain would. */
export function knows(...batches: TestBatch[]): DataSource {
  return {
    name: "own chain",
    fetch: ({ mttbr }) => {
      const batch = batches.find(({ header }) => header.mttbr === mttbr);
      if (batch === undefined) return Promise.reject(new Error("unknown batch"));
      return Promise.resolve({ source: "own chain", transactions: [...batch.transactions], data: batch.data });
    },
  };
}

/** A fixture of the whole stage, deployed once. */
export function stageFixture(options: SystemOptions = {}): () => Promise<Stage> {
  let fixture: Promise<{ world: BatchMaker; load: () => Promise<TestSystem> }> | undefined;
  return async () => {
    fixture ??= BatchMaker.open().then((world) => ({
      world,
      load: systemFixture({ rollup: rollupOf(world), ...options }),
    }));
    const { world, load } = await fixture;
    return build(await load(), world);
  };
}

function rollupOf({ config, genesis }: BatchMaker): NonNullable<SystemOptions["rollup"]> {
  return {
    chainId: Number(config.chainId),
    baseFee: config.baseFee,
    gasLimit: Number(config.gasLimit),
    genesisTimestamp: config.genesisTimestamp,
    genesisStateRoot: genesis.postStateRoot,
  };
}

async function build(system: TestSystem, world: BatchMaker): Promise<Stage> {
  const l1 = await l1Of(system);
  const kit = basics();
  const store = new FileStore(temporaryDirectory());
  const { sequencer } = await system.sequencers.term();
  const states = await statesOf(world);
  const answerer: Stage["answerer"] = (options = {}, sources = [new StorageSource(store)]) =>
    new Answerer(
      { interval: 1_000, owner: sequencer, stepGas: 12_000_000n, ...options },
      {
        ...kit,
        l1,
        mirror: followL1(l1, { history: Infinity }, { ...kit, cursor: new MemoryCursor() }),
        accounts: new Accounts([managerOf(l1, walletOf(system.others[0]!.address), kit, { underWay: 4 })]),
        config: world.config,
        states,
        sources,
      },
    );
  return {
    system,
    l1,
    world,
    kit,
    store,
    states,
    sequencer,
    publish: async (batch) => {
      await submit(system, batch);
      await store.put(encodeObject(batch.data, batch.stateRoots));
      return batch;
    },
    mirror: () => followL1(l1, { history: Infinity }, { ...kit, cursor: new MemoryCursor() }),
    home: async (account = system.verifierAccounts[0]!.address) => ({
      wallet: walletOf(account),
      states: await StateStore.open(),
      follower: new MemoryCursor(),
      submissions: new MemoryCursor(),
      transactions: new MemoryCursor(),
      findings: new MemoryCursor(),
    }),
    verifier: (home, verifierOptions = {}, sources = [new StorageSource(store)], config = world.config) =>
      new Verifier(
        { interval: 1_000, stepGas: 12_000_000n, register: false, commit: false, ...verifierOptions },
        {
          ...kit,
          l1,
          mirror: followL1(l1, { history: Infinity }, { ...kit, cursor: home.follower }),
          submissions: followSubmissions(l1, {}, { ...kit, cursor: home.submissions }),
          transactions: managerOf(l1, home.wallet, kit, {}, home.transactions),
          config,
          states: home.states,
          sources,
          cursor: home.findings,
        },
      ),
    answerer,
    answer: async (sources, options) => {
      const agent = answerer(options, sources);
      await agent.tick();
      await agent.idle();
      // A failure shows in the round after.
      await agent.tick();
      await agent.idle();
    },
  };
}

/** A store that holds the genesis state. */
export async function statesOf(world: BatchMaker): Promise<StateStore> {
  const states = await StateStore.open();
  await states.genesis(world.config);
  return states;
}
