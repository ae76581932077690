/** Batches of real signed transfers, the same ones every time: a figure moves only when the code does. */
import { Transaction, Wallet, getBytes, id } from "ethers";

import { executeBatch } from "../l2/batch/build.ts";
import { encodeObject, encodeRecords } from "../l2/batch/encoding.ts";
import { type L2Transaction, RANDOMNESS } from "../l2/protocol/l2-transaction.ts";
import { type BatchHeader, STAND_INS, hashHeader, lastBlockHash } from "../l2/batch/header.ts";
import { batchTree, mttbrLeafValue } from "../l2/batch/tree.ts";
import type { BatchTree } from "../l2/batch/tree.ts";
import type { ChainConfig } from "../l2/protocol/config.ts";
import { type Hex, ZERO_HASH } from "../l2/base/hex.ts";
import { keccakHex } from "../l2/base/keccak.ts";
import type { StateStore } from "../l2/state/state.ts";

/** A batch with everything that a dispute about it takes. */
export interface SampleBatch {
  readonly parent: BatchHeader;
  readonly header: BatchHeader;
  readonly transactions: readonly L2Transaction[];
  readonly data: Uint8Array;
  readonly stateRoots: readonly Hex[];
  readonly stateTree: BatchTree;
  readonly transactionTree: BatchTree;
  /** Proof of the last state root in the MTSR. */
  readonly postStateProof: readonly Hex[];
}

const BLOCK_SIZE = 10;

/** Accounts with a key; the rest of a large state has none. */
export function users(count: number): Wallet[] {
  return Array.from({ length: count }, (_, index) => new Wallet(id(`user ${index}`)));
}

/** One transfer of each user to another one, in blocks of ten behind a batch, at `time`, with the priority fee to `coinbase`. */
export function transfers(
  config: ChainConfig,
  senders: readonly Wallet[],
  { nonce, after, time, coinbase }: { nonce: number; after: BatchHeader; time: bigint; coinbase: string },
): L2Transaction[] {
  return senders.map((sender, index) => {
    const transaction = Transaction.from({
      type: 2,
      chainId: config.chainId,
      nonce,
      to: senders[(index * 7 + 3) % senders.length]!.address,
      value: 1_234_567_890_123_456_789n,
      gasLimit: 21_000,
      maxFeePerGas: config.baseFee * 2n,
      maxPriorityFeePerGas: 1_000_000n,
    });
    transaction.signature = sender.signingKey.sign(transaction.unsignedHash);
    const block = BigInt(Math.floor(index / BLOCK_SIZE) + 1);
    const context = {
      number: after.lastBlock + block,
      timestamp: time,
      coinbase,
      randomness: RANDOMNESS,
    };
    return { context, raw: getBytes(transaction.serialized) };
  });
}

/**
 * Cuts a batch.
 *
 * @param forge Changes the state roots that the batch claims.
 */
export async function cutBatch(
  config: ChainConfig,
  store: StateStore,
  parent: BatchHeader,
  transactions: readonly L2Transaction[],
  place: Pick<BatchHeader, "sequencer" | "epoch" | "term">,
  forge: (stateRoots: Hex[]) => Hex[] = (stateRoots) => stateRoots,
): Promise<SampleBatch> {
  const { stateRoots: honest, gasUsed } = await executeBatch(config, store, parent.postStateRoot, transactions);
  const stateRoots = forge([...honest]);
  const data = encodeRecords(transactions);
  const stateTree = batchTree(stateRoots);
  const transactionTree = batchTree(transactions.map(mttbrLeafValue));
  const first = transactions[0]!.context;
  const last = transactions.at(-1)!.context;
  const header: BatchHeader = {
    index: parent.index + 1n,
    parent: hashHeader(parent),
    ...place,
    txCount: BigInt(transactions.length),
    dataSize: BigInt(data.length),
    gasUsed,
    baseFee: config.baseFee,
    firstBlock: first.number,
    lastBlock: last.number,
    firstTimestamp: first.timestamp,
    lastTimestamp: last.timestamp,
    blockBefore: lastBlockHash(parent),
    preStateRoot: parent.postStateRoot,
    postStateRoot: stateRoots.at(-1) ?? ZERO_HASH,
    mtsr: stateTree.root,
    mttbr: transactionTree.root,
    dataHash: keccakHex(encodeObject(data, stateRoots)),
    ...STAND_INS,
  };
  const postStateProof = stateTree.proof(stateRoots.length - 1);
  return { parent, header, transactions, data, stateRoots, stateTree, transactionTree, postStateProof };
}
