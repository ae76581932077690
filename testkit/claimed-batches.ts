/** Batches of real signed transfers whose state roots are mere claims: enough wherever nobody executes them. */
import { Wallet, id, parseUnits } from "ethers";

import { keccakHex, keccakText } from "../l2/base/keccak.ts";
import { encodeObject, encodeRecords } from "../l2/batch/encoding.ts";
import type { L2Transaction } from "../l2/protocol/l2-transaction.ts";
import { type BatchHeader, hashHeader } from "../l2/batch/header.ts";
import { batchTree, mttbrLeafValue } from "../l2/batch/tree.ts";
import { ZERO_HASH, fromHex, toHex } from "../l2/base/hex.ts";
import { certify } from "./certificates.ts";
import type { SequencerAccount, TestSystem } from "./system.ts";

/** A batch and all that L1 is ever told of it. */
export interface ClaimedBatch {
  readonly header: BatchHeader;
  readonly transactions: readonly L2Transaction[];
  /** The encoded transactions, as they are posted. */
  readonly data: string;
  readonly postStateProof: string[];
}

/**
 * A batch on top of `parent`: one block of transfers, one second after the parent's last.
 *
 * @param seed Makes transactions and claimed roots differ between batches of the same parent.
 */
export async function claimBatch(
  parent: BatchHeader,
  sequencer: string,
  { count = 3, seed = "claimed", chainId = 1088n } = {},
): Promise<ClaimedBatch> {
  const user = new Wallet(id(`user of ${seed}`));
  const context = { number: parent.lastBlock + 1n, timestamp: parent.lastTimestamp + 1n, coinbase: sequencer };
  const transactions = await Promise.all(
    Array.from({ length: count }, async (_, nonce) => {
      const raw = await user.signTransaction({
        type: 2,
        chainId,
        nonce,
        to: new Wallet(id("payee")).address,
        value: 1n,
        gasLimit: 21_000n,
        maxFeePerGas: parseUnits("2", "gwei"),
        maxPriorityFeePerGas: 0n,
      });
      return { context, raw: fromHex(raw) };
    }),
  );
  const stateRoots = transactions.map((_, index) => keccakText(`${seed} ${String(parent.index)} ${String(index)}`));
  const data = encodeRecords(transactions);
  const states = batchTree(stateRoots);
  const header: BatchHeader = {
    index: parent.index + 1n,
    parent: hashHeader(parent),
    sequencer,
    txCount: BigInt(count),
    dataSize: BigInt(data.length),
    gasUsed: 21_000n * BigInt(count),
    firstBlock: context.number,
    lastBlock: context.number,
    firstTimestamp: context.timestamp,
    lastTimestamp: context.timestamp,
    preStateRoot: parent.postStateRoot,
    postStateRoot: stateRoots[count - 1] ?? ZERO_HASH,
    mtsr: states.root,
    mttbr: batchTree(transactions.map(mttbrLeafValue)).root,
    dataHash: keccakHex(encodeObject(data, stateRoots)),
  };
  return { header, transactions, data: toHex(data), postStateProof: states.proof(count - 1) };
}

/** Submits a batch with the certificate of these signers. */
export async function submit(
  { inbox, sequencers }: Pick<TestSystem, "inbox" | "sequencers">,
  parent: BatchHeader,
  { header, postStateProof }: ClaimedBatch,
  signers: readonly SequencerAccount[],
): Promise<void> {
  await inbox.submit(parent, header, postStateProof, await certify(sequencers, header, signers));
}
