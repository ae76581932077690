/**
 * Real batches to submit, dispute and recompute: real signed transfers over a real state, whose roots `@ethereumjs/vm`
 * computes; and batches that are wrong in one chosen way.
 */
import {
  type ContractTransactionResponse,
  type Result,
  type TransactionRequest,
  Wallet,
  ZeroAddress,
  id,
  parseEther,
} from "ethers";

import { asParent, BATCH_STATUS, type Standing, readStanding } from "../agents/l1/standing.ts";
import { signed } from "./signed.ts";
import { encodeObject, encodeRecords } from "../l2/batch/encoding.ts";
import { type L2Transaction, RANDOMNESS } from "../l2/protocol/l2-transaction.ts";
import { type BatchHeader, STAND_INS, genesisHeader, hashHeader, lastBlockHash, toHeader } from "../l2/batch/header.ts";
import { type BatchTree, batchTree, mttbrLeafValue } from "../l2/batch/tree.ts";
import { type ChainConfig, devnet } from "../l2/protocol/config.ts";
import { type Hex, fromHex } from "../l2/base/hex.ts";
import { keccakHex } from "../l2/base/keccak.ts";
import { certify } from "./certificates.ts";
import { TestState } from "./state.ts";
import type { SequencerAccount, TestSystem } from "./system.ts";

/** A batch with everything that a dispute about it needs. */
export interface TestBatch {
  readonly parent: BatchHeader;
  readonly header: BatchHeader;
  readonly hash: Hex;
  readonly transactions: readonly L2Transaction[];
  /** What the batch claims, which need not be true. */
  readonly stateRoots: readonly Hex[];
  /** L2 gas that each transaction really used. */
  readonly gas: readonly bigint[];
  /** Whether each did what it was to do; one that fails costs its gas. */
  readonly success: readonly boolean[];
  readonly data: Uint8Array;
  readonly transactionTree: BatchTree;
  readonly stateTree: BatchTree;
  /** Proof of the last state root in the MTSR, for the submission. */
  readonly postStateProof: readonly Hex[];
}

/** One transfer; what is left out is chosen so that the transfer is valid. */
export interface Transfer {
  /** Which of the world's users sends. */
  readonly from?: number;
  readonly request?: TransactionRequest;
  /** Sends all that the sender has. */
  readonly everything?: boolean;
  /** Bytes that stand in for a signed transaction. */
  readonly raw?: Hex;
}

export interface BatchPlan {
  /** How many transfers, or which. Six by default. */
  readonly transfers?: number | readonly Transfer[];
  /** Transactions in one block; three by default. */
  readonly perBlock?: number;
  readonly coinbase?: string;
  /** Of the first block, in seconds; right behind the parent's last one where absent. */
  readonly time?: bigint;
  /** The parent's where absent, as far as that is no genesis. */
  readonly epoch?: bigint;
  /** The parent's where absent, or {@link FIRST_TERM}. */
  readonly term?: bigint;
}

/** The term from which on all sequencers of a fixture count: the first one to join has the term before for itself. */
export const FIRST_TERM = 2n;

/** What a batch says otherwise than it should. */
export interface Lie {
  readonly stateRoots?: readonly Hex[];
  readonly transactions?: readonly L2Transaction[];
  /** For what has no canonical encoding, such as blocks out of order. */
  readonly data?: Uint8Array;
  readonly header?: Partial<BatchHeader>;
}

export const SECONDS_PER_BLOCK = 2n;

/** Users with money on an L2, and batches of their transfers. */
export class BatchMaker {
  readonly users: readonly Wallet[];
  readonly state: TestState;
  readonly genesis: BatchHeader;

  private constructor(users: readonly Wallet[], state: TestState) {
    this.users = users;
    this.state = state;
    this.genesis = genesisHeader(state.config, state.genesis);
  }

  static async open(users = 8, overrides: Partial<ChainConfig> = {}): Promise<BatchMaker> {
    const wallets = Array.from({ length: users }, (_, i) => new Wallet(id(`user ${i}`)));
    const config = devnet(
      wallets.map(({ address }) => address),
      overrides,
    );
    return new BatchMaker(wallets, await TestState.open(config));
  }

  get config(): ChainConfig {
    return this.state.config;
  }

  /** A right batch behind a header, unless the plan carries transfers that are invalid. */
  async batch(parent: BatchHeader, sequencer: string, plan: BatchPlan = {}): Promise<TestBatch> {
    const { perBlock = 3, coinbase = COINBASE, time = parent.lastTimestamp + SECONDS_PER_BLOCK } = plan;
    const transfers =
      typeof plan.transfers === "object"
        ? plan.transfers
        : Array.from({ length: plan.transfers ?? 6 }, (): Transfer => ({}));
    const transactions: L2Transaction[] = [];
    const stateRoots: Hex[] = [];
    const nonces = new Map<string, bigint>();
    let stateRoot = parent.postStateRoot;
    const gas: bigint[] = [];
    const success: boolean[] = [];
    for (const [i, transfer] of transfers.entries()) {
      const block = BigInt(Math.floor(i / perBlock)) + 1n;
      const context = {
        number: parent.lastBlock + block,
        timestamp: time + SECONDS_PER_BLOCK * (block - 1n),
        coinbase,
        randomness: RANDOMNESS,
      };
      const raw = transfer.raw ?? (await this.#sign(stateRoot, i, transfer, nonces));
      const transaction = { context, raw: fromHex(raw) };
      const outcome = await this.state.execute(stateRoot, transaction);
      ({ stateRoot } = outcome);
      gas.push(outcome.gasUsed);
      success.push(outcome.success);
      transactions.push(transaction);
      stateRoots.push(stateRoot);
    }
    const data = encodeRecords(transactions);
    const term = plan.term ?? (parent.index === 0n ? FIRST_TERM : parent.term);
    const say = { sequencer, epoch: plan.epoch ?? parent.epoch, term, baseFee: this.config.baseFee };
    return assemble(parent, { transactions, stateRoots, gas, success, data }, say);
  }

  /** What re-executing transactions `[from, to)` needs, on the state that the batch claims before them. */
  async witness(batch: TestBatch, from = 0, to = batch.transactions.length): Promise<Uint8Array> {
    return this.state.witness(stateBefore(batch, from), batch.transactions.slice(from, to));
  }

  async #sign(stateRoot: Hex, i: number, transfer: Transfer, nonces: Map<string, bigint>): Promise<Hex> {
    const sender = this.users[(transfer.from ?? i) % this.users.length]!;
    const account = await this.state.account(stateRoot, sender.address);
    const nonce = nonces.get(sender.address) ?? account.nonce;
    nonces.set(sender.address, nonce + 1n);
    const price = 2n * this.config.baseFee;
    const everything = { maxFeePerGas: price, maxPriorityFeePerGas: price, value: account.balance - 21_000n * price };
    return signed(sender, {
      type: 2,
      chainId: this.config.chainId,
      nonce: Number(nonce),
      to: this.users[(i + 1) % this.users.length]!.address,
      value: parseEther("0.01") + BigInt(i),
      gasLimit: 21_000n,
      maxFeePerGas: price,
      maxPriorityFeePerGas: this.config.baseFee / 10n,
      ...(transfer.everything === true ? everything : {}),
      ...transfer.request,
    });
  }
}

export const COINBASE = new Wallet(id("coinbase")).address;

/** The same batch with a lie in it; roots, sizes and hashes follow from what it says. */
export function lying(batch: TestBatch, lie: Lie): TestBatch {
  const transactions = lie.transactions ?? batch.transactions;
  const data = lie.data ?? (lie.transactions ? encodeRecords(transactions) : batch.data);
  const stateRoots = lie.stateRoots ?? batch.stateRoots;
  const { gas, success } = batch;
  return assemble(
    batch.parent,
    { transactions, stateRoots, gas, success, data },
    { ...placeIn(batch.header), ...lie.header },
  );
}

function placeIn({ sequencer, epoch, term, baseFee }: BatchHeader): Place {
  return { sequencer, epoch, term, baseFee };
}

/** What does not follow from the transactions. */
type Place = Pick<BatchHeader, "sequencer" | "epoch" | "term" | "baseFee">;

/** The batch's state roots with another one at index `i`. */
export function rootsWith(batch: TestBatch, i: number, root: Hex): Hex[] {
  return batch.stateRoots.map((own, at) => (at === i ? root : own));
}

function assemble(
  parent: BatchHeader,
  {
    transactions,
    stateRoots,
    gas,
    success,
    data,
  }: Pick<TestBatch, "transactions" | "stateRoots" | "gas" | "success" | "data">,
  say: Partial<BatchHeader> & Place,
): TestBatch {
  const transactionTree = batchTree(transactions.map(mttbrLeafValue));
  const stateTree = batchTree(stateRoots);
  const [first, last] = [transactions[0]!.context, transactions.at(-1)!.context];
  const header = toHeader({
    index: parent.index + 1n,
    parent: hashHeader(parent),
    txCount: BigInt(transactions.length),
    dataSize: BigInt(data.length),
    gasUsed: gas.reduce((sum, used) => sum + used, 0n),
    firstBlock: first.number,
    lastBlock: last.number,
    firstTimestamp: first.timestamp,
    lastTimestamp: last.timestamp,
    blockBefore: lastBlockHash(parent),
    preStateRoot: parent.postStateRoot,
    postStateRoot: stateRoots.at(-1)!,
    mtsr: stateTree.root,
    mttbr: transactionTree.root,
    dataHash: keccakHex(encodeObject(data, stateRoots)),
    ...STAND_INS,
    ...say,
  });
  return {
    parent,
    header,
    hash: hashHeader(header),
    transactions,
    stateRoots,
    gas,
    success,
    data,
    transactionTree,
    stateTree,
    postStateProof: stateTree.proof(stateRoots.length - 1),
  };
}

/** The state root that a batch claims before transaction `i`. */
export function stateBefore(batch: TestBatch, i: number): Hex {
  return i === 0 ? batch.header.preStateRoot : batch.stateRoots[i - 1]!;
}

/** Where nothing stands. */
export const NOWHERE: Standing = { status: BATCH_STATUS.none, due: 0, signers: 0n, submitter: ZeroAddress };

/**
 * Where a header stands, as the inbox last said of it: also after it left the chain of batches. `None` for one that was
 * never submitted.
 */
export async function standingOf({ inbox }: TestSystem, header: BatchHeader): Promise<Standing> {
  const hash = hashHeader(header);
  const said = [
    ...(await inbox.queryFilter(inbox.filters.BatchSubmitted(header.index, hash))),
    ...(await inbox.queryFilter(inbox.filters.BatchConfirmed(header.index, hash))),
  ];
  const last = said.toSorted((a, b) => a.blockNumber - b.blockNumber || a.index - b.index).at(-1);
  if (last === undefined) return NOWHERE;
  return readStanding(last.args.standing as unknown as Result);
}

/** A header with where it stands, as L1 takes it. */
export async function placed(
  system: TestSystem,
  header: BatchHeader,
): Promise<{ header: BatchHeader; standing: Standing }> {
  return { header, standing: await standingOf(system, header) };
}

/** A header as the parent of a submission, with where it stands. */
export async function parentOf(system: TestSystem, header: BatchHeader): Promise<ReturnType<typeof asParent>> {
  return asParent(await placed(system, header));
}

/** L1's epoch and term, as headers name them. */
export async function placeOf({ inbox, sequencers }: TestSystem): Promise<{ epoch: bigint; term: bigint }> {
  return { epoch: await inbox.epoch(), term: (await sequencers.term()).number };
}

/** Submits a batch with the certificate of all sequencers, or of those that are named. */
export async function submit(
  system: TestSystem,
  batch: TestBatch,
  members: readonly SequencerAccount[] = system.sequencerAccounts,
): Promise<ContractTransactionResponse> {
  const certificate = await certify(system.sequencers, batch.header, members);
  return await system.inbox.submit(
    await parentOf(system, batch.parent),
    batch.header,
    [...batch.postStateProof],
    certificate,
  );
}

/** Submits a batch without a certificate, as its sequencer. */
export async function submitUnattested(system: TestSystem, batch: TestBatch): Promise<ContractTransactionResponse> {
  const { inbox } = system.as(ownerOf(system, batch.header.sequencer));
  return await inbox.submitUnattested(await parentOf(system, batch.parent), batch.header, [...batch.postStateProof]);
}

/** The account that owns a sequencer. */
export function ownerOf(system: TestSystem, sequencer: string): SequencerAccount["owner"] {
  return accountOf(system, sequencer).owner;
}

/** The sequencer with this owner. */
export function accountOf(system: TestSystem, sequencer: string): SequencerAccount {
  const account = system.sequencerAccounts.find(({ address }) => address === sequencer);
  if (account === undefined) throw new Error(`${sequencer} is no sequencer of the fixture.`);
  return account;
}
