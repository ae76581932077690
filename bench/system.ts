/** Gas of every call of this system that somebody pays for in earnest. */
import type { ContractTransactionResponse } from "ethers";
import { Wallet, getAddress, id, keccak256, parseEther, toUtf8Bytes } from "ethers";

import { type Hex, ZERO_HASH } from "../l2/base/hex.ts";
import { keccakHex } from "../l2/base/keccak.ts";
import { type BatchHeader, genesisHeader } from "../l2/batch/header.ts";
import { type ChainConfig, devnet } from "../l2/protocol/config.ts";
import { StateStore } from "../l2/state/state.ts";
import { transitionWitness } from "../l2/execution/witness.ts";
import { ownerOf, parentOf, placeOf, placed } from "../testkit/batches.ts";
import { NO_CERTIFICATE, certify, certifySilence, provePossession } from "../testkit/certificates.ts";
import { occupantOf, rangeOf } from "../testkit/disputes.ts";
import { type SystemOptions, type TestSystem, deploySystem } from "../testkit/system.ts";
import { type SampleBatch, cutBatch, transfers, users } from "./batches.ts";
import type { Lab } from "./lab.ts";
import { renderSplit, splitOf } from "./where.ts";

/** Transactions of a batch. */
export const BATCH_SIZE = 200;
/** Accounts of the state that disputes are about. */
export const LARGE_STATE = 100_000;
/** Transactions that one call checks. */
const STEP_SIZE = 100;
/** Batches of the longer of two runs that are finalised; the other one has one batch less. */
const RUN = 10;
/** Words of storage that batches share: `Ring.COUNT`. */
const RING = 1_024;
const WEEK = 7 * 24 * 3600;

export const COINBASE = getAddress(`0x${"c0".repeat(20)}`);

/** The hash of the transaction that was measured last. */
let latest = "";

/** Gas of a transaction. */
async function sent(transaction: Promise<ContractTransactionResponse>): Promise<number> {
  const response = await transaction;
  latest = response.hash;
  const receipt = await response.wait();
  if (receipt?.status !== 1) throw new Error(`The transaction ${response.hash} failed`);
  return Number(receipt.gasUsed);
}

/** A system with four sequencers, and a line of batches of transfers. */
class BatchLine {
  readonly system: TestSystem;
  readonly #config: ChainConfig;
  readonly #store: StateStore;
  #last: BatchHeader;

  private constructor(system: TestSystem, config: ChainConfig, store: StateStore, genesis: BatchHeader) {
    this.system = system;
    this.#config = config;
    this.#store = store;
    this.#last = genesis;
  }

  /** Deploys the system of an L2 with these accounts. */
  static async open({ connection }: Lab, accounts: readonly string[], options: SystemOptions = {}): Promise<BatchLine> {
    const config = devnet(accounts);
    const store = await StateStore.open();
    const genesis = genesisHeader(config, await store.genesis(config));
    const rollup = { genesisStateRoot: genesis.postStateRoot, genesisTimestamp: config.genesisTimestamp };
    const system = await deploySystem(connection, { rollup, sequencers: 4, ...options });
    return new BatchLine(system, config, store, genesis);
  }

  /**
   * Cuts the next batch, of the current sequencer: a transfer of each sender.
   *
   * @param forge Changes the state roots that it claims.
   */
  async cut(senders: readonly Wallet[], nonce: number, forge?: (stateRoots: Hex[]) => Hex[]): Promise<SampleBatch> {
    const { sequencer } = await this.system.sequencers.term();
    const place = { sequencer, ...(await placeOf(this.system)) };
    const after = this.#last;
    const time = BigInt(await this.system.now());
    const transactions = transfers(this.#config, senders, { nonce, after, time, coinbase: COINBASE });
    const batch = await cutBatch(this.#config, this.#store, after, transactions, place, forge);
    this.#last = batch.header;
    return batch;
  }

  /** Submits a batch, certified by all sequencers. */
  async submit({ parent, header, postStateProof }: SampleBatch): Promise<number> {
    const { sequencers, inbox, sequencerAccounts } = this.system;
    const certificate = await certify(sequencers, header, sequencerAccounts);
    return await sent(inbox.submit(await parentOf(this.system, parent), header, [...postStateProof], certificate));
  }

  /** Submits a batch as its sequencer alone. */
  async submitUnattested({ parent, header, postStateProof }: SampleBatch): Promise<number> {
    const { inbox } = this.system.as(ownerOf(this.system, header.sequencer));
    return await sent(inbox.submitUnattested(await parentOf(this.system, parent), header, [...postStateProof]));
  }

  /** Requests the data of a batch. */
  async request({ header }: SampleBatch): Promise<number> {
    const { disputes } = this.system.as(this.system.verifierAccounts[0]!);
    const latest = await this.system.connection.ethers.provider.getBlock("latest");
    // What is too much comes back: the base fee of the next block is at most an eighth higher.
    const value = await disputes.requestFee(header, 2n * (latest?.baseFeePerGas ?? 0n));
    return await sent(disputes.requestData([await placed(this.system, header)], { value }));
  }

  /** Has L1 check the transitions `[from, to)` of a batch. */
  async check(batch: SampleBatch, from: number, to: number): Promise<number> {
    const { header, stateRoots, transactions } = batch;
    const { inPlace, standing } = await occupantOf(this.system, header.index);
    const preStateRoot = stateRoots[from - 1] ?? header.preStateRoot;
    const witness = await transitionWitness(this.#config, this.#store, preStateRoot, transactions.slice(from, to));
    const { disputes } = this.system.as(this.system.verifierAccounts[0]!);
    const range = rangeOf(batch, from, to);
    return await sent(
      disputes.check(header, { inPlace, standing, certificate: NO_CERTIFICATE }, range, witness, ZERO_HASH),
    );
  }

  /** Has L1 check a whole batch, and so answers a request for it. */
  async answer(batch: SampleBatch): Promise<number> {
    const { length } = batch.transactions;
    let gas = 0;
    for (let from = 0; from < length; from += STEP_SIZE) {
      gas += await this.check(batch, from, Math.min(from + STEP_SIZE, length));
    }
    return gas;
  }

  /** Finalises a run of batches. */
  async finalise(batches: readonly SampleBatch[]): Promise<number> {
    const run = await Promise.all(batches.map(({ header }) => placed(this.system, header)));
    return await sent(this.system.inbox.finalise(run));
  }
}

/** Figures of the honest path, of a request, and of membership. */
export interface SystemFigures {
  /** A certified batch into a word of storage that was never used: in the first lap of the ring, and beyond its size. */
  readonly submitNew: number;
  readonly submitUnattested: number;
  /** What one more batch costs in a run. */
  readonly finalise: number;
  readonly request: number;
  readonly join: number;
  readonly rotate: number;
  readonly rotateSilent: number;
  readonly rotateKey: number;
  readonly register: number;
  /** The batch's data, for peers to carry. */
  readonly data: Uint8Array;
}

/** A line with the senders of full batches, and one of batches of one transfer. */
async function fullLine(lab: Lab): Promise<{ line: BatchLine; senders: Wallet[]; runner: Wallet }> {
  const all = users(BATCH_SIZE + 1);
  const line = await BatchLine.open(
    lab,
    all.map(({ address }) => address),
    { parameters: { RotationTransactions: { value: 2 * BATCH_SIZE } } },
  );
  return { line, senders: all.slice(0, BATCH_SIZE), runner: all[BATCH_SIZE] as Wallet };
}

/**
 * Measures the system with four sequencers and batches of 200 transfers. Storage is in use already, but for the words that
 * batches take in the first lap of the ring.
 */
export async function measureSystem(lab: Lab): Promise<SystemFigures> {
  const { line, senders, runner } = await fullLine(lab);
  const { system } = line;

  const first = await line.cut(senders, 0);
  await line.submit(first);
  const second = await line.cut(senders, 1);
  const submitNew = await line.submit(second);
  const small: SampleBatch[] = [];
  for (let nonce = 0; nonce < 2 * RUN; nonce++) {
    const batch = await line.cut([runner], nonce);
    await line.submit(batch);
    small.push(batch);
  }
  await line.request(first);
  await line.answer(first);
  const request = await line.request(second);
  await line.answer(second);

  await system.skip(WEEK + 24 * 3600);
  await line.finalise([first, second, ...small.splice(0, 1)]);
  const shorter = await line.finalise(small.splice(0, RUN - 1));
  const finalise = (await line.finalise(small)) - shorter;

  const membership = await measureMembership(system);
  const submitUnattested = await line.submitUnattested(await line.cut(senders, 2));
  return { submitNew, submitUnattested, finalise, request, ...membership, data: second.data };
}

/** Measures a certified batch of 200 transfers whose word of storage was in use: after a lap of the ring. */
export async function measureSubmit(lab: Lab): Promise<number> {
  const { line, senders, runner } = await fullLine(lab);
  const lap: SampleBatch[] = [];
  let nonce = 0;
  const submitSmall = async (): Promise<void> => {
    const batch = await line.cut([runner], nonce++);
    await line.submit(batch);
    lap.push(batch);
  };
  while (lap.length < RING) await submitSmall();
  await line.system.skip(WEEK + 24 * 3600);
  while (lap.length > 0) await line.finalise(lap.splice(0, 100));
  // The last batch of the lap has a word of its own, since genesis was the last final one: the next one's parent has not.
  await submitSmall();
  return await line.submit(await line.cut(senders, 0));
}

async function measureMembership(system: TestSystem) {
  const { token, sequencers, others } = system;
  const [newcomer, guard] = others;
  if (newcomer === undefined || guard === undefined) throw new Error("The network has too few accounts");
  const rotate = await sent(sequencers.rotate());

  const { number, sequencer } = await sequencers.term();
  await system.skip(3600);
  const certificate = await certifySilence(sequencers, number, sequencer, system.sequencerAccounts);
  const rotateSilent = await sent(sequencers.rotateSilent(number, certificate));

  const [key, next] = [new Wallet(id("key first")), new Wallet(id("key second"))];
  const stake = parseEther("20000");
  await token.transfer(newcomer.address, stake);
  const asNewcomer = system.as(newcomer);
  await asNewcomer.token.approve(await sequencers.getAddress(), stake);
  const { address } = newcomer;
  const possession = await provePossession(sequencers, address, key);
  const join = await sent(asNewcomer.sequencers.join(key.address, address, stake, possession));
  const nextPossession = await provePossession(sequencers, address, next);
  const rotateKey = await sent(asNewcomer.sequencers.rotateKey(next.address, nextPossession));

  const bond = parseEther("1000");
  await token.transfer(guard.address, bond);
  const asGuard = system.as(guard);
  await asGuard.token.approve(await system.verifiers.getAddress(), bond);
  const register = await sent(asGuard.verifiers.register());
  return { rotate, rotateSilent, join, rotateKey, register };
}

/** Figures of disputes over a state of 100,000 accounts. */
export interface DisputeFigures {
  /** L1 gas of one transfer in a batch of 200 that L1 checks, its data included. */
  readonly recomputePerTransfer: number;
  readonly fraudProof: number;
  readonly settle: number;
}

/** A line of batches over the large state, and those who send in it. */
async function largeLine(lab: Lab): Promise<{ line: BatchLine; senders: Wallet[] }> {
  const senders = users(BATCH_SIZE);
  const others = Array.from({ length: LARGE_STATE - BATCH_SIZE }, (_, index) =>
    getAddress(keccak256(toUtf8Bytes(`account ${index}`)).slice(0, 42)),
  );
  return { line: await BatchLine.open(lab, [...senders.map(({ address }) => address), ...others]), senders };
}

/** The transition whose state root a forged batch gets wrong, and all after it. */
const DISPUTED = BATCH_SIZE / 2;

function forged(roots: Hex[]): Hex[] {
  return roots.map((root, index) => (index < DISPUTED ? root : keccakHex(root)));
}

/** Has L1 check a batch of 200 over the large state, then proves one wrong state root in the batch behind it. */
export async function measureDisputes(lab: Lab): Promise<DisputeFigures> {
  const { line, senders } = await largeLine(lab);

  const right = await line.cut(senders, 0);
  await line.submit(right);
  await line.request(right);
  const recomputePerTransfer = Math.ceil((await line.answer(right)) / BATCH_SIZE);

  const wrong = await line.cut(senders, 1, forged);
  await line.submit(wrong);
  const fraudProof = await line.check(wrong, DISPUTED, DISPUTED + 1);
  const settle = await sent(line.system.sequencers.settle(wrong.header.sequencer));
  return { recomputePerTransfer, fraudProof, settle };
}

/** Where the gas of a certified batch, a request, and a fraud proof over the large state goes, as text. */
export async function whereGasGoes(lab: Lab): Promise<string> {
  const { line, senders } = await largeLine(lab);
  const { system } = line;
  const contracts = ["inbox", "disputes", "sequencers", "verifiers", "parameters", "executor"] as const;
  const names = new Map<string, string>();
  for (const name of contracts) names.set((await system[name].getAddress()).toLowerCase(), name);
  names.set((await system.sequencers.desk()).toLowerCase(), "desk");
  const split = async (title: string): Promise<string> =>
    renderSplit(title, await splitOf(system.connection.ethers.provider, latest, names));

  const first = await line.cut(senders, 0);
  await line.submit(first);
  const second = await line.cut(senders, 1);
  await line.submit(second);
  const texts = [await split("Submit a certified batch")];
  await line.request(first);
  await line.answer(first);
  await line.request(second);
  texts.push(await split("Request data"));
  const wrong = await line.cut(senders, 2, forged);
  await line.submit(wrong);
  await line.check(wrong, DISPUTED, DISPUTED + 1);
  texts.push(await split("Prove a wrong state root"));
  return texts.join("\n\n");
}
