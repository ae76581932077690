/** The calls of a dispute over a {@link TestBatch}, with the progress that each of them passes. */
import { type ContractTransactionResponse, ZeroAddress, toBeHex } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import { batchTree } from "../l2/batch/tree.ts";
import { type TestBatch, type BatchMaker, ownerOf, recordsOf, stateBefore, transitionOf } from "./batches.ts";
import type { TestSystem } from "./system.ts";

/** `RequestState` of `contracts/disputes/IDataRequests.sol`. */
export const RequestState = { None: 0n, Posting: 1n, Recomputing: 2n, Closed: 3n } as const;

const NO_BLOCK = { number: 0n, timestamp: 0n, coinbase: ZeroAddress };

/** Where a posting stands after `count` transactions. */
export function postingAt(batch: TestBatch, count: number) {
  return {
    count,
    size: count === 0 ? 0 : recordsOf(batch, 0, count).length,
    last: batch.transactions[count - 1]?.context ?? NO_BLOCK,
    frontier: batch.transactionTree.frontier(count),
  };
}

/** Where a recomputation stands after `count` transactions: what is true, whatever the batch claims. */
export function recomputingAt(truth: TestBatch, count: number) {
  return {
    count,
    gasUsed: truth.gas.slice(0, count).reduce((sum, used) => sum + used, 0n),
    last: truth.transactions[count - 1]?.context ?? NO_BLOCK,
    stateRoot: stateBefore(truth, count),
    frontier: count === 0 ? [] : batchTree(truth.stateRoots).frontier(count),
  };
}

/** Requests a batch's data, as the first verifier, for the exact fee. */
export async function requestData(
  system: TestSystem,
  { header }: TestBatch,
  verifier: HardhatEthersSigner = system.verifierAccounts[0]!,
): Promise<ContractTransactionResponse> {
  const value = await system.disputes.requestFee(header);
  return await system.as(verifier).disputes.requestData(header, { value });
}

/** Posts the transactions `[from, to)`, as the batch's sequencer. */
export async function post(
  system: TestSystem,
  batch: TestBatch,
  from = 0,
  to = batch.transactions.length,
): Promise<ContractTransactionResponse> {
  const { disputes } = system.as(ownerOf(system, batch.header.sequencer));
  return await disputes.post(batch.header, postingAt(batch, from), recordsOf(batch, from, to));
}

/** What one step of a recomputation passes. */
export async function recomputeStep(
  world: BatchMaker,
  batch: TestBatch,
  { from = 0, to = batch.transactions.length, truth = batch }: { from?: number; to?: number; truth?: TestBatch } = {},
) {
  return [
    batch.header,
    recomputingAt(truth, from),
    recordsOf(batch, from, to),
    batch.transactionTree.rangeProof(from, to),
    await world.witness(truth, from, to),
  ] as const;
}

/** Executes the transactions `[from, to)` on L1; `truth` is the right batch that `batch` was made from. */
export async function recompute(
  system: TestSystem,
  world: BatchMaker,
  batch: TestBatch,
  step: { from?: number; to?: number; truth?: TestBatch } = {},
): Promise<ContractTransactionResponse> {
  return await system.disputes.recompute(...(await recomputeStep(world, batch, step)));
}

/** Proves that transaction `i` leads elsewhere than the batch claims, as a stranger. */
export async function proveTransition(
  system: TestSystem,
  world: BatchMaker,
  batch: TestBatch,
  i: number,
  prover: HardhatEthersSigner = system.others[0]!,
): Promise<ContractTransactionResponse> {
  const witness = await world.witness(batch, i, i + 1);
  return await system.as(prover).disputes.proveTransition(batch.header, transitionOf(batch, i), witness);
}

/**
 * Everything that a call could change: every account's and contract's money and the system's storage, as one string.
 * Equal before and after a call that reverts.
 */
export async function stateOf(system: TestSystem, batches: readonly TestBatch[]): Promise<string> {
  const { inbox, disputes, sequencers, token } = system;
  const members = system.sequencerAccounts.map(({ address }) => address);
  const parts: unknown[] = [
    await inbox.head(),
    await inbox.finalised(),
    await inbox.insecure(),
    await sequencers.term(),
    await sequencers.totalStake(),
    await sequencers.totalOwed(),
    await disputes.totalOwed(),
    await system.connection.ethers.provider.getBalance(disputes),
    await token.totalSupply(),
    await token.balanceOf(sequencers),
    await token.balanceOf(system.treasury),
  ];
  for (const member of members) parts.push(await sequencers.sequencerOf(member));
  for (const { header, hash } of batches) {
    parts.push(await inbox.batchAt(header.index), await inbox.held(header.index), await inbox.invalidated(hash));
    parts.push(await disputes.requestOf(hash));
  }
  return JSON.stringify(parts, (_, value: unknown) => (typeof value === "bigint" ? toBeHex(value) : value));
}
