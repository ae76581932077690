/** Builds the agent of each role. Daemons and the local system both use it, so that a demo runs what a daemon runs. */
import type { Chain } from "../../l2/chain/chain.ts";
import type { ChainConfig } from "../../l2/protocol/config.ts";
import type { StateStore } from "../../l2/state/state.ts";
import { Answerer, type AnswererOptions } from "../answers/answerer.ts";
import { ConsensusProcess, type ConsensusDependencies, type ConsensusOptions } from "../consensus/process.ts";
import { BlocksSource, StorageSource, type DataSource } from "../data/batch-data.ts";
import type { FileStore } from "../data/file-store.ts";
import type { ReadableStorage, Storage } from "../data/storage.ts";
import type { Accounts } from "../l1/accounts.ts";
import type { EventFollower, FollowerOptions } from "../l1/events.ts";
import type { L1 } from "../l1/l1.ts";
import type { L1State } from "../l1/mirror.ts";
import type { TransactionManager } from "../l1/transactions.ts";
import type { Consensus } from "../node/consensus.ts";
import type { PeerKey } from "../peers/key.ts";
import type { Transport } from "../peers/transport.ts";
import type { AgentDependencies } from "../runtime/agent.ts";
import type { Cursor } from "../runtime/cursor.ts";
import { Sequencer, type SequencerDependencies, type SequencerOptions } from "../sequencer/sequencer.ts";
import { Outbox } from "../submitter/outbox.ts";
import { Submitter, type Challenger, type SubmitterOptions } from "../submitter/submitter.ts";
import { followSubmissions } from "../verifier/signed.ts";
import { Verifier, type VerifierOptions } from "../verifier/verifier.ts";
import { followRecord, Voter, type VoterOptions } from "../voter/voter.ts";

/** What every agent needs. */
export interface Ground extends AgentDependencies {
  readonly l1: L1;
  readonly transactions: TransactionManager;
  /** What the agent remembers under a name. */
  cursor<T>(name: string): Cursor<T>;
}

/** What every agent that follows batches needs. */
export interface BatchGround extends Ground {
  readonly config: ChainConfig;
  readonly mirror: EventFollower<L1State>;
}

/** What every node of the peer network needs. */
export interface PeerGround extends Ground {
  readonly chain: Chain;
  readonly mirror: EventFollower<L1State>;
  readonly transport: Transport;
  /** At least one. */
  readonly keys: readonly PeerKey[];
}

/** The consensus layer. */
export function composeConsensus(options: ConsensusOptions, { mirror, ...ground }: PeerGround): ConsensusProcess {
  const dependencies: ConsensusDependencies = { ...ground, follower: mirror };
  return new ConsensusProcess(options, dependencies);
}

/** Parts in which a sequencer differs from an honest one. */
export type SequencerBehaviour = Partial<Pick<SequencerDependencies, "producer" | "attestor">>;

/** A sequencer. */
export function composeSequencer(
  options: SequencerOptions,
  dependencies: PeerGround & {
    readonly consensus: Pick<Consensus, "pendingTransactions">;
    readonly behaviour?: SequencerBehaviour;
  },
): Sequencer {
  const { mirror, behaviour, ...ground } = dependencies;
  return new Sequencer(options, { ...ground, follower: mirror, ...behaviour });
}

/**
 * Answers the requests for a sequencer's batches, and in its turn those for others', beside it (rule 9). It looks for data
 * in the sequencer's chain first, then in the storage.
 *
 * @param dependencies.mirror Of its own.
 * @param dependencies.accounts Send nothing else, so that answers wait for nothing.
 */
export function composeAnswerer(
  options: AnswererOptions,
  dependencies: Omit<BatchGround, "transactions"> & {
    readonly accounts: Accounts;
    readonly chain: Chain;
    readonly storage?: ReadableStorage | undefined;
  },
): Answerer {
  const { chain, storage, ...ground } = dependencies;
  const sources: DataSource[] = [new BlocksSource("own chain", chain)];
  if (storage !== undefined) sources.push(new StorageSource(storage));
  return new Answerer(options, { ...ground, states: chain.states, sources });
}

/**
 * A verifier.
 *
 * @param options.follower How it follows what was submitted.
 * @param ground.consensus Where it sees certified batches before L1 has them, if anywhere (H4).
 */
export function composeVerifier(
  options: VerifierOptions & { readonly follower?: Partial<FollowerOptions> },
  ground: BatchGround & {
    readonly states: StateStore;
    readonly sources: readonly DataSource[];
    readonly consensus?: Pick<Consensus, "certifiedBatch"> | undefined;
  },
): Verifier {
  const { follower = {}, ...rest } = options;
  const submissions = followSubmissions(ground.l1, follower, { ...ground, cursor: ground.cursor("submissions") });
  return new Verifier(rest, { ...ground, submissions, cursor: ground.cursor("findings") });
}

/**
 * A submitter.
 *
 * @param options.requestBudget Most that it pays for data requests in a day when it acts as a verifier (8.3), in wei.
 * @param options.stepGas L1 gas that one call of a session aims at then.
 * @param dependencies.blocks Nodes of the Metis blockchain (8c).
 * @param dependencies.files Where objects wait for the storage.
 * @param dependencies.challenger Who acts where L1 has a wrong batch; a verifier with the submitter's account if absent.
 */
export function composeSubmitter(
  options: SubmitterOptions & { readonly requestBudget: bigint; readonly stepGas: bigint },
  dependencies: BatchGround & {
    readonly states: StateStore;
    readonly storage: Storage;
    readonly blocks: readonly DataSource[];
    readonly files: FileStore;
    readonly consensus: Pick<Consensus, "certifiedBatch">;
    readonly challenger?: Challenger;
  },
): Submitter {
  const { requestBudget, stepGas, ...rest } = options;
  const { storage, blocks, files, challenger, ...ground } = dependencies;
  const stored = new StorageSource(storage);
  return new Submitter(rest, {
    ...ground,
    sources: [...blocks, stored],
    outbox: new Outbox({ storage, files, cursor: ground.cursor("outbox"), log: ground.log }),
    challenger:
      challenger ??
      composeVerifier(
        { interval: rest.interval, requestBudget, stepGas, register: false },
        { ...ground, sources: [stored, ...blocks] },
      ),
  });
}

/** A voter, with the public record that it judges by. */
export function composeVoter(
  options: VoterOptions & { readonly follower?: Partial<FollowerOptions> },
  ground: Ground & { readonly storages: readonly ReadableStorage[] },
): Voter {
  const { follower = {}, ...rest } = options;
  const record = followRecord(ground.l1, follower, { ...ground, cursor: ground.cursor("record") });
  return new Voter(rest, { ...ground, record, cursor: ground.cursor("observations") });
}
