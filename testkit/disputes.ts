/** The calls of a dispute over a {@link TestBatch}. */
import { type ContractTransactionResponse, ZeroAddress, toBeHex, type Overrides } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import { type Standing, commitmentOf } from "../agents/l1/standing.ts";
import { type Hex, ZERO_HASH } from "../l2/base/hex.ts";
import { keccakHex } from "../l2/base/keccak.ts";
import { encodeRecords } from "../l2/batch/encoding.ts";
import { linkOf, toHeader } from "../l2/batch/header.ts";
import {
  type BlockContext,
  CONTEXT_SIZE,
  type L2Transaction,
  RANDOMNESS,
  sameBlock,
} from "../l2/protocol/l2-transaction.ts";
import { type BatchMaker, NOWHERE, type TestBatch, placed, standingOf } from "./batches.ts";
import { type Certificate, NO_CERTIFICATE } from "./certificates.ts";
import type { TestSystem } from "./system.ts";

/** `RequestState` of `contracts/disputes/IDisputes.sol`. */
export const RequestState = { None: 0n, Open: 1n, Answered: 2n, Closed: 3n } as const;

/** `Fault` of `contracts/disputes/IDisputes.sol`. */
export const Fault = {
  None: 0n,
  Transition: 1n,
  Order: 2n,
  Placement: 3n,
  Padding: 4n,
  Sum: 5n,
  Unanswered: 6n,
} as const;

/** The struct of `contracts/disputes/IDisputes.sol`. */
export interface Range {
  readonly from: number;
  readonly before: BlockContext;
  readonly hashBefore: Hex;
  readonly records: Uint8Array;
  readonly recordProof: Hex[];
  readonly stateRoots: Hex[];
  readonly rootProof: Hex[];
}

const NO_BLOCK: BlockContext = { number: 0n, timestamp: 0n, coinbase: ZeroAddress, randomness: RANDOMNESS };

/** Transactions as records, whatever blocks they name: each opens its block where that differs from the one before. */
export function recordsOf(transactions: readonly L2Transaction[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [i, transaction] of transactions.entries()) {
    const before = transactions[i - 1]?.context;
    const opens = before === undefined || !sameBlock(before, transaction.context);
    const record = encodeRecords([transaction]);
    // What `encodeRecords` gives for one transaction opens a block; without that, it is the flag and the rest.
    parts.push(opens ? record : new Uint8Array([0, ...record.subarray(1 + CONTEXT_SIZE)]));
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** The transitions `[from, to)` that a batch claims, with their proofs; the block of `from` itself is the one before. */
export function rangeOf(
  batch: Pick<TestBatch, "transactions" | "stateRoots" | "transactionTree" | "stateTree">,
  from = 0,
  to = batch.transactions.length,
): Range {
  const before = batch.transactions[from - 1];
  const first = before === undefined ? from : from - 1;
  return {
    from,
    before: before?.context ?? NO_BLOCK,
    hashBefore: before === undefined ? ZERO_HASH : keccakHex(before.raw),
    records: recordsOf(batch.transactions.slice(from, to)),
    recordProof: batch.transactionTree.rangeProof(first, to),
    stateRoots: [...batch.stateRoots.slice(first, to)],
    rootProof: batch.stateTree.rangeProof(first, to),
  };
}

/** What stands at an index, or did last: its link, and its standing. */
export async function occupantOf(system: TestSystem, index: bigint): Promise<{ inPlace: string; standing: Standing }> {
  const { inbox } = system;
  const submitted = await inbox.queryFilter(inbox.filters.BatchSubmitted(index));
  const last = submitted.at(-1);
  if (last === undefined) return { inPlace: ZERO_HASH, standing: NOWHERE };
  const header = toHeader(last.args.header);
  return { inPlace: linkOf(header), standing: await standingOf(system, header) };
}

/** What a check may be given otherwise than {@link check} would choose. */
export interface CheckOptions {
  readonly from?: number;
  readonly to?: number;
  readonly range?: Partial<Range>;
  /** For a header that does not stand. */
  readonly certificate?: Certificate;
  /** What the executor needs; that of the world's own state before `from` where absent. */
  readonly witness?: Uint8Array;
  /** Who calls; a stranger where absent. */
  readonly as?: HardhatEthersSigner;
  /** Opens a commitment to what the check finds. */
  readonly salt?: Hex;
  /** Gas limit and fees, where others than usual. */
  readonly overrides?: Overrides;
}

/** The arguments of a check of the transitions `[from, to)`. */
export async function checkArguments(
  system: TestSystem,
  world: BatchMaker,
  batch: TestBatch,
  options: CheckOptions = {},
) {
  const { from = 0, to = batch.transactions.length, certificate = NO_CERTIFICATE, salt = ZERO_HASH } = options;
  const { inPlace, standing } = await occupantOf(system, batch.header.index);
  const range = { ...rangeOf(batch, from, to), ...options.range };
  const witness = options.witness ?? (await world.witness(batch, from, to));
  return [batch.header, { inPlace, standing, certificate }, range, witness, salt] as const;
}

/** Has L1 check the transitions `[from, to)` of a batch, as a stranger. */
export async function check(
  system: TestSystem,
  world: BatchMaker,
  batch: TestBatch,
  options: CheckOptions = {},
): Promise<ContractTransactionResponse> {
  const { disputes } = system.as(options.as ?? system.others[0]!);
  return await disputes.check(...(await checkArguments(system, world, batch, options)), options.overrides ?? {});
}

/** Answers a request for a batch's data: all of its transitions, `size` of them a call. */
export async function answer(
  system: TestSystem,
  world: BatchMaker,
  batch: TestBatch,
  { size = batch.transactions.length, ...options }: Omit<CheckOptions, "from" | "to"> & { readonly size?: number } = {},
): Promise<void> {
  const count = batch.transactions.length;
  for (let from = 0; from < count; from += size) {
    await check(system, world, batch, { ...options, from, to: Math.min(from + size, count) });
  }
}

/** Requests the data of batches, as the first verifier; what exceeds the fee comes back. */
export async function requestData(
  system: TestSystem,
  batches: TestBatch | readonly TestBatch[],
  verifier: HardhatEthersSigner = system.verifierAccounts[0]!,
): Promise<ContractTransactionResponse> {
  const { disputes } = system.as(verifier);
  const asked = await Promise.all([batches].flat().map(({ header }) => placed(system, header)));
  const latest = await system.connection.ethers.provider.getBlock("latest");
  // The base fee of the next block is at most an eighth higher.
  const baseFee = 2n * (latest?.baseFeePerGas ?? 0n);
  let value = 0n;
  for (const { header } of asked) value += await disputes.requestFee(header, baseFee);
  return await disputes.requestData(asked, { value });
}

/** By what L1 keeps the request for a batch's data, as long as the batch stands where it last stood. */
export async function requestKey(system: TestSystem, { hash, header }: TestBatch): Promise<Hex> {
  return commitmentOf({ header, headerHash: hash }, await standingOf(system, header));
}

/** The request for a batch's data, as long as the batch stands where it last stood. */
export async function requestOf(system: TestSystem, batch: TestBatch) {
  return await system.disputes.requestOf(await requestKey(system, batch));
}

/** What L1 condemned a header for, if it did. */
export async function faultOf({ disputes }: TestSystem, headerHash: Hex): Promise<bigint | undefined> {
  const verdicts = await disputes.queryFilter(disputes.filters.BatchCondemned(headerHash));
  return verdicts.at(-1)?.args.fault;
}

/** Whether L1 condemned a header. */
export async function isCondemned(system: TestSystem, headerHash: Hex): Promise<boolean> {
  return (await faultOf(system, headerHash)) !== undefined;
}

/** Closes a request that was not answered in its window, as a stranger. */
export async function expire(system: TestSystem, { header }: TestBatch): Promise<ContractTransactionResponse> {
  return await system.as(system.others[0]!).disputes.expire(await placed(system, header));
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
    await inbox.epoch(),
    await inbox.insecure(),
    await inbox.secureBelow(),
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
    const commitment = commitmentOf({ header, headerHash: hash }, await standingOf(system, header));
    parts.push(await inbox.commitmentAt(header.index), await inbox.held(header.index));
    parts.push(await inbox.addedSigners(commitment));
    parts.push(await disputes.requestOf(commitment), await disputes.tallyOf(commitment));
  }
  return JSON.stringify(parts, (_, value: unknown) => (typeof value === "bigint" ? toBeHex(value) : value));
}
