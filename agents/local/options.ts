import type { AbstractSigner, Provider, Wallet } from "ethers";

import type { ChainConfig } from "../../l2/protocol/config.ts";
import type { AnswererOptions } from "../answers/answerer.ts";
import type { SequencerBehaviour } from "../cli/compose.ts";
import type { ConsensusOptions } from "../consensus/process.ts";
import type { BlockSource, DataSource } from "../data/batch-data.ts";
import type { Storage } from "../data/storage.ts";
import type { Deployment } from "../l1/l1.ts";
import type { Transport } from "../peers/transport.ts";
import type { Logger } from "../runtime/logger.ts";
import type { SequencerOptions } from "../sequencer/sequencer.ts";
import type { VerifierOptions } from "../verifier/verifier.ts";
import type { L1Time } from "./clock.ts";

/** How a sequencer differs from an honest one. */
export interface Behaviour extends SequencerBehaviour {
  /** How it reaches its peers. */
  readonly transport?: (honest: Transport) => Transport;
  /** Whether it answers requests for data; it does where absent. */
  readonly answers?: boolean;
}

/** A sequencer that has joined on L1. */
export interface SequencerIdentity {
  /** Owner of the stake. */
  readonly owner: string;
  /** Signs blocks and batches, and pays for what the sequencer sends to L1. */
  readonly key: Wallet;
  /** A key that was rotated in, which counts from the next term on. */
  readonly nextKey?: Wallet;
  /** Pays for answers to data requests; the key where absent. */
  readonly answers?: AbstractSigner;
  readonly behaviour?: Behaviour;
}

export interface LocalOptions {
  readonly provider: Provider;
  readonly deployment: Deployment;
  readonly time: L1Time;
  /** The L2's constants; its genesis is L1's batch 0. */
  readonly config: ChainConfig;
  readonly sequencers: readonly SequencerIdentity[];
  /** The key of the consensus layer, with ETH for rotations. */
  readonly consensus: Wallet;
  /** Pays for submission and finalisation; no submitter if left out. */
  readonly submitter?: AbstractSigner;
  readonly verifiers?: readonly AbstractSigner[];
  /** Members of the community, who hold METIS and vote with it. */
  readonly voters?: readonly AbstractSigner[];
  readonly consensusOptions?: Partial<ConsensusOptions>;
  readonly sequencerOptions?: Partial<SequencerOptions>;
  readonly answererOptions?: Partial<AnswererOptions>;
  readonly verifierOptions?: Partial<VerifierOptions>;
  /** Memolabs; a store in a temporary directory if left out. */
  readonly storage?: Storage;
  /** Further sources of data, asked after Memolabs and before the blockchain: snapshots (9.1). */
  readonly snapshots?: readonly DataSource[];
  /** Blocks for submitter and verifiers; those of any sequencer that runs if left out. */
  readonly blocks?: BlockSource;
  readonly log?: Logger;
}
