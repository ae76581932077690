/** Gas of every call of this system that somebody pays for in earnest. */
import type { ContractTransactionResponse } from "ethers";
import { Wallet, getAddress, id, keccak256, parseEther, toUtf8Bytes } from "ethers";

import { keccakHex } from "../l2/base/keccak.ts";
import { encodeRecords } from "../l2/batch/encoding.ts";
import { genesisHeader } from "../l2/batch/header.ts";
import { devnet } from "../l2/protocol/config.ts";
import { ZERO_HASH, toHex } from "../l2/base/hex.ts";
import { StateStore } from "../l2/state/state.ts";
import { transitionWitness } from "../l2/execution/witness.ts";
import { certify, certifySilence } from "../testkit/certificates.ts";
import { deploySystem } from "../testkit/system.ts";
import type { TestSystem } from "../testkit/system.ts";
import { cutBatch, transfers, users } from "./batches.ts";
import type { SampleBatch } from "./batches.ts";
import type { Lab } from "./lab.ts";
import { calldataFloor } from "./lab.ts";

/** Transactions of a batch. */
export const BATCH_SIZE = 200;
/** Accounts of the state that disputes are about. */
export const LARGE_STATE = 100_000;
/** Transactions that one call recomputes. */
const STEP_SIZE = 50;

export const COINBASE = getAddress(`0x${"c0".repeat(20)}`);

interface Sent {
  readonly gas: number;
  /** Gas in relation to the calldata floor of the same transaction. */
  readonly toFloor: number;
}

async function sent(transaction: Promise<ContractTransactionResponse>): Promise<Sent> {
  const response = await transaction;
  const receipt = await response.wait();
  if (receipt?.status !== 1) throw new Error(`The transaction ${response.hash} failed`);
  const gas = Number(receipt.gasUsed);
  return { gas, toFloor: gas / calldataFloor(response.data) };
}

async function submit(system: TestSystem, parent: SampleBatch["header"], batch: SampleBatch): Promise<number> {
  const { header } = batch;
  const proof = batch.states.proof(batch.stateRoots.length - 1);
  const certificate = await certify(system.sequencers, header, system.sequencerAccounts);
  return (await sent(system.inbox.submit(parent, header, proof, certificate))).gas;
}

/** Figures of the honest path, of a request that is answered, and of membership. */
export interface SystemFigures {
  readonly submit: number;
  readonly submitUnattested: number;
  readonly finalise: number;
  readonly request: number;
  readonly post: number;
  readonly postToFloor: number;
  readonly join: number;
  readonly rotate: number;
  readonly rotateSilent: number;
  readonly rotateKey: number;
  readonly register: number;
  /** The batch's data, for peers to carry. */
  readonly data: Uint8Array;
}

/** Measures the system with four sequencers and batches of 200 transfers, each figure with storage already in use. */
export async function measureSystem({ connection }: Lab): Promise<SystemFigures> {
  const senders = users(BATCH_SIZE);
  const config = devnet(senders.map(({ address }) => address));
  const store = await StateStore.open();
  const genesis = genesisHeader(config, await store.genesis(config));
  const rollup = { genesisStateRoot: genesis.postStateRoot, genesisTimestamp: config.genesisTimestamp };
  const system = await deploySystem(connection, {
    rollup,
    sequencers: 4,
    parameters: { RotationTransactions: { value: 2 * BATCH_SIZE } },
  });

  const { sequencer } = await system.sequencers.term();
  const first = await cutBatch(
    config,
    store,
    genesis,
    transfers(config, senders, { round: 0, coinbase: COINBASE }),
    sequencer,
  );
  const second = await cutBatch(
    config,
    store,
    first.header,
    transfers(config, senders, { round: 1, coinbase: COINBASE }),
    sequencer,
  );
  await submit(system, genesis, first);
  const submitted = await submit(system, first.header, second);

  const { request, post, postToFloor } = await answer(system, store, config, second);
  await system.skip(7 * 24 * 3600);
  await system.inbox.finalise(first.header);
  const finalise = (await sent(system.inbox.finalise(second.header))).gas;

  const membership = await measureMembership(system);
  const current = (await system.sequencers.term()).sequencer;
  const owner = system.sequencerAccounts.find(({ address }) => address === current)!;
  const third = await cutBatch(
    config,
    store,
    second.header,
    transfers(config, senders, { round: 2, coinbase: COINBASE }),
    current,
  );
  const proof = third.states.proof(BATCH_SIZE - 1);
  const alone = await sent(system.as(owner.owner).inbox.submitUnattested(second.header, third.header, proof));

  return {
    submit: submitted,
    submitUnattested: alone.gas,
    finalise,
    request,
    post,
    postToFloor,
    ...membership,
    data: second.data,
  };
}

async function answer(
  system: TestSystem,
  store: StateStore,
  config: ReturnType<typeof devnet>,
  { header, transactions, data, stateRoots, states, places }: SampleBatch,
) {
  const { disputes } = system;
  const verifier = system.as(system.verifierAccounts[0]!);
  const fee = await disputes.requestFee(header);
  const request = await sent(verifier.disputes.requestData(header, { value: fee }));

  const sequencer = system.sequencerAccounts.find(({ address }) => address === header.sequencer)!;
  const nothing = {
    count: 0,
    size: 0,
    last: { number: 0, timestamp: 0, coinbase: `0x${"0".repeat(40)}` },
    frontier: [],
  };
  const post = await sent(system.as(sequencer.owner).disputes.post(header, nothing, data));

  let gas = 0;
  for (let from = 0; from < transactions.length; from += STEP_SIZE) {
    const step = transactions.slice(from, from + STEP_SIZE);
    const before = transactions[from - 1]?.context;
    const preStateRoot = stateRoots[from - 1] ?? header.preStateRoot;
    const progress = {
      count: from,
      gasUsed: from * 21_000,
      last: before ?? nothing.last,
      stateRoot: preStateRoot,
      frontier: states.frontier(from),
    };
    const witness = await transitionWitness(config, store, preStateRoot, step);
    const siblings = places.rangeProof(from, from + step.length);
    const records = recordsOf(data, transactions, from, step.length);
    gas += (await sent(disputes.recompute(header, progress, records, siblings, witness))).gas;
  }
  return {
    request: request.gas,
    post: post.gas,
    postToFloor: post.toFloor,
    recomputePerTransfer: Math.ceil(gas / transactions.length),
  };
}

/** The part of a batch's data that holds some of its transactions: a record's size does not depend on its place. */
function recordsOf(
  data: Uint8Array,
  transactions: SampleBatch["transactions"],
  from: number,
  count: number,
): Uint8Array {
  const start = encodeRecords(transactions.slice(0, from)).length;
  return data.subarray(start, encodeRecords(transactions.slice(0, from + count)).length);
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

  const keys = ["first", "second"].map((name) => new Wallet(id(`key ${name}`)).address);
  const stake = parseEther("20000");
  await token.transfer(newcomer.address, stake);
  const asNewcomer = system.as(newcomer);
  await asNewcomer.token.approve(await sequencers.getAddress(), stake);
  const join = await sent(asNewcomer.sequencers.join(keys[0]!, newcomer.address, stake));
  const rotateKey = await sent(asNewcomer.sequencers.rotateKey(keys[1]!));

  const bond = parseEther("1000");
  await token.transfer(guard.address, bond);
  const asGuard = system.as(guard);
  await asGuard.token.approve(await system.verifiers.getAddress(), bond);
  const register = await sent(asGuard.verifiers.register());
  return {
    rotate: rotate.gas,
    rotateSilent: rotateSilent.gas,
    join: join.gas,
    rotateKey: rotateKey.gas,
    register: register.gas,
  };
}

/** Figures of disputes over a state of 100,000 accounts. */
export interface DisputeFigures {
  readonly recomputePerTransfer: number;
  readonly fraudProof: number;
  readonly settle: number;
}

/** Has L1 recompute a batch of 200 over the large state, then proves one wrong state root in the batch behind it. */
export async function measureDisputes({ connection }: Lab): Promise<DisputeFigures> {
  const senders = users(BATCH_SIZE);
  const accounts = Array.from({ length: LARGE_STATE - BATCH_SIZE }, (_, index) =>
    getAddress(keccak256(toUtf8Bytes(`account ${index}`)).slice(0, 42)),
  );
  const config = devnet([...senders.map(({ address }) => address), ...accounts]);
  const store = await StateStore.open();
  const genesis = genesisHeader(config, await store.genesis(config));
  const rollup = { genesisStateRoot: genesis.postStateRoot, genesisTimestamp: config.genesisTimestamp };
  const system = await deploySystem(connection, { rollup, sequencers: 4 });
  const { sequencer } = await system.sequencers.term();

  const right = await cutBatch(
    config,
    store,
    genesis,
    transfers(config, senders, { round: 0, coinbase: COINBASE }),
    sequencer,
  );
  await submit(system, genesis, right);
  const { recomputePerTransfer } = await answer(system, store, config, right);

  const disputed = BATCH_SIZE / 2;
  const wrong = await cutBatch(
    config,
    store,
    right.header,
    transfers(config, senders, { round: 1, coinbase: COINBASE }),
    sequencer,
    (roots) => roots.map((root, index) => (index < disputed ? root : keccakHex(root))),
  );
  await submit(system, right.header, wrong);
  const transaction = wrong.transactions[disputed]!;
  const preStateRoot = wrong.stateRoots[disputed - 1] ?? ZERO_HASH;
  const witness = await transitionWitness(config, store, preStateRoot, [transaction]);
  const transition = {
    index: disputed,
    transaction: { context: transaction.context, raw: toHex(transaction.raw) },
    transactionProof: wrong.places.proof(disputed),
    preStateRoot,
    preStateProof: wrong.states.proof(disputed - 1),
    postStateRoot: wrong.stateRoots[disputed]!,
    postStateProof: wrong.states.proof(disputed),
  };
  const verifier = system.as(system.verifierAccounts[0]!);
  const fraudProof = (await sent(verifier.disputes.proveTransition(wrong.header, transition, witness))).gas;
  const settle = (await sent(verifier.sequencers.settle(sequencer))).gas;
  return { recomputePerTransfer, fraudProof, settle };
}
