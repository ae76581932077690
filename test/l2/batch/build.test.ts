import { expect } from "chai";
import { Wallet, hexlify, parseEther, toBeHex } from "ethers";

import { buildBatch, executeBatch } from "../../../l2/batch/build.ts";
import { decodeObject, decodeRecords, encodeRecords } from "../../../l2/batch/encoding.ts";
import { type L2Transaction, RANDOMNESS } from "../../../l2/protocol/l2-transaction.ts";
import { genesisHeader, hashHeader, lastBlockHash } from "../../../l2/batch/header.ts";
import { batchTree, mttbrLeafValue } from "../../../l2/batch/tree.ts";
import type { Chain } from "../../../l2/chain/chain.ts";
import type { ChainConfig } from "../../../l2/protocol/config.ts";
import { ChainError } from "../../../l2/protocol/errors.ts";
import { Executor } from "../../../l2/execution/executor.ts";
import { type Hex, ZERO_HASH, fromHex, toHex } from "../../../l2/base/hex.ts";
import { keccakHex, keccakText } from "../../../l2/base/keccak.ts";
import { type NodeSource, Overlay, StateStore } from "../../../l2/state/state.ts";
import { transitionWitness } from "../../../l2/execution/witness.ts";
import { type Random, randomSource } from "../../../testkit/execution/random.ts";
import { TestState } from "../../../testkit/state.ts";
import { alice, bob, carol, config, mine, openChain, producer, transfer, users } from "../../../testkit/l2/fixtures.ts";

const place = {
  parent: genesisHeader(config, keccakText("genesis")),
  epoch: 2n,
  term: 3n,
  sequencer: producer.address,
};

/** An overlay on a witness alone: what is not in it is not known. */
function overlayOf(witness: Uint8Array, nodes: ReadonlyMap<string, Uint8Array>): Overlay {
  const contents = toHex(witness);
  const source: NodeSource = {
    node: (key) => {
      const node = nodes.get(key);
      const found = node !== undefined && contents.includes(toHex(node).slice(2));
      return found ? Promise.resolve(node) : Promise.reject(new ChainError("UNKNOWN_STATE", `no node ${key}`));
    },
  };
  return new Overlay(source);
}

/** Executes transactions with nothing but a witness. */
async function executeOn(witness: Uint8Array, states: StateStore, preStateRoot: Hex, list: readonly L2Transaction[]) {
  const nodes = new Map<string, Uint8Array>();
  const source: NodeSource = {
    node: async (key) => {
      const node = await states.node(key);
      nodes.set(key, node);
      return node;
    },
  };
  // The first run learns which nodes there are, the second one has to find them in the witness.
  await run(await Executor.at(config, new Overlay(source), preStateRoot), list);
  return await run(await Executor.at(config, overlayOf(witness, nodes), preStateRoot), list);
}

async function run(executor: Executor, list: readonly L2Transaction[]): Promise<Hex> {
  for (const { context, raw } of list) await executor.execute(context, executor.decode(raw));
  return executor.stateRoot;
}

/** Random transactions over a few accounts, some of them invalid, in blocks of random coinbases. */
async function randomTransactions(random: Random, count: number): Promise<L2Transaction[]> {
  const nonces = new Map<string, number>();
  const list: L2Transaction[] = [];
  let [number, timestamp] = [1n, BigInt(config.genesisTimestamp)];
  let coinbase = producer.address;
  for (let index = 0; index < count; index++) {
    if (random(4) === 0) {
      number += BigInt(1 + random(3));
      timestamp += BigInt(random(5));
      coinbase =
        random(2) === 0 ? users[random(users.length)]!.address : hexlify(fromHex(keccakText(`${number}`)).slice(12));
    }
    const sender = users[random(5)]!;
    const nonce = nonces.get(sender.address) ?? 0;
    const targets = [sender.address, coinbase, users[random(users.length)]!.address, toBeHex(index + 1000, 20)];
    const type = random(3);
    const accessList = [{ address: coinbase, storageKeys: [keccakText("slot")] }];
    const raw = await transfer(sender, targets[random(4)]!, nonce, {
      type,
      value: random(3) === 0 ? 0n : parseEther(String(random(5))),
      gasLimit: 21_000 + (type === 0 ? 0 : 4_300) + random(2) * 5_000,
      ...(type === 0 ? {} : { accessList }),
      ...(type === 2 ? { maxFeePerGas: 2e9 + random(5), maxPriorityFeePerGas: random(3) * 1e9 } : {}),
    });
    nonces.set(sender.address, nonce + 1);
    list.push({ context: { number, timestamp, coinbase, randomness: RANDOMNESS }, raw: fromHex(raw) });
  }
  return list;
}

describe("Batch", () => {
  let chain: Chain;

  beforeEach(async () => {
    chain = await openChain();
  });

  afterEach(async () => {
    await chain.close();
  });

  it("[7] [6] cuts a batch of blocks: header, data, roots and object fit together", async () => {
    await mine(chain, [await transfer(alice, bob.address, 0)]);
    await mine(chain, [await transfer(alice, bob.address, 1), await transfer(bob, carol.address, 0)]);
    await mine(chain, [await transfer(carol, bob.address, 0)], chain.head.timestamp + 60);
    const { header: before } = await buildBatch(chain, 1, 1, place);
    const batch = await buildBatch(chain, 2, 3, { ...place, parent: before });
    const { header } = batch;
    expect(header).to.deep.include({ index: 2n, parent: hashHeader(before), sequencer: producer.address, txCount: 3n });
    expect(header).to.deep.include({
      epoch: 2n,
      term: 3n,
      baseFee: config.baseFee,
      blockBefore: lastBlockHash(before),
    });
    expect(header).to.deep.include({ deposits: 0n, depositsHash: ZERO_HASH, attestations: ZERO_HASH });
    expect(header).to.deep.include({ firstBlock: 2n, lastBlock: 3n, gasUsed: 63_000n });
    expect(header.lastTimestamp - header.firstTimestamp).to.equal(60n);
    expect(header.preStateRoot).to.equal((await chain.block(1))?.stateRoot);
    expect(header.postStateRoot).to.equal(chain.head.stateRoot);
    expect(header.postStateRoot).to.equal(batch.stateRoots.at(-1));
    expect(header.mtsr).to.equal(batchTree(batch.stateRoots).root);
    expect(header.mttbr).to.equal(batchTree(batch.transactions.map(mttbrLeafValue)).root);
    expect(header.dataSize).to.equal(BigInt(batch.data.length));
    expect(header.dataHash).to.equal(keccakHex(batch.object));
    expect(decodeObject(header, batch.object)).to.deep.equal({
      data: batch.data,
      stateRoots: batch.stateRoots,
      transactions: await chain.transactions(2, 3),
    });
    const missing = await buildBatch(chain, 2, 4, place).catch((thrown: unknown) => thrown as ChainError);
    expect(missing).to.have.property("message", "Blocks 2 to 4 are not in the chain.");
    const base = await buildBatch(chain, 0, 2, place).catch((thrown: unknown) => thrown as ChainError);
    expect(base).to.have.property("code", "UNKNOWN_BLOCK");
  });

  it("[8d] [8e] [10] [11.1] [11.3] re-execution gives the sequencer's roots", async () => {
    for (let nonce = 0; nonce < 3; nonce++) {
      await mine(chain, [await transfer(alice, bob.address, nonce), await transfer(bob, alice.address, nonce)]);
    }
    const batch = await buildBatch(chain, 1, 3, place);
    const states = await StateStore.open();
    await states.genesis(config);
    const execution = await executeBatch(config, states, batch.header.preStateRoot, decodeRecords(batch.data));
    expect(execution).to.deep.equal({
      stateRoots: batch.stateRoots,
      gas: batch.transactions.map(() => 21_000n),
      gasUsed: batch.header.gasUsed,
      mttbr: batch.header.mttbr,
      mtsr: batch.header.mtsr,
    });
    expect(await states.has(batch.header.postStateRoot), "the next batch can be executed").to.equal(true);
  });

  it("[11.1] [11.11] finds the first transaction that makes a batch wrong", async () => {
    const context = {
      number: 1n,
      timestamp: BigInt(config.genesisTimestamp),
      coinbase: producer.address,
      randomness: RANDOMNESS,
    };
    const raws = [await transfer(alice, bob.address, 0), await transfer(alice, bob.address, 2)];
    const list = [...raws, "0x02"].map((raw) => ({ context, raw: fromHex(raw) }));
    const execution = await executeBatch(config, chain.states, chain.base.stateRoot, list);
    expect(execution.invalid?.index).to.equal(1);
    expect(execution.invalid?.error.code).to.equal("NONCE_TOO_HIGH");
    expect(execution.stateRoots).to.have.length(1);
    expect(execution.gasUsed).to.equal(21_000n);
    expect(execution.mtsr).to.equal(undefined);
    expect(execution.mttbr).to.equal(batchTree(list.map(mttbrLeafValue)).root);
    const malformed = await executeBatch(config, chain.states, chain.base.stateRoot, list.slice(2));
    expect(malformed.invalid).to.deep.include({ index: 0 });
  });

  it("[11.1] random transactions lead to the roots of @ethereumjs/vm alone, and a witness suffices for each", async () => {
    const reference = await TestState.open(config);
    for (const seed of ["first", "second"]) {
      const random = randomSource(`l2 batch ${seed}`);
      const list = await randomTransactions(random, 40);
      expect(decodeRecords(encodeRecords(list)).map(({ raw }) => toHex(raw))).to.deep.equal(
        list.map(({ raw }) => toHex(raw)),
      );
      const execution = await executeBatch(config, chain.states, chain.base.stateRoot, list);
      expect(execution.invalid).to.equal(undefined);
      const roots: Hex[] = [];
      let [root, gasUsed] = [reference.genesis, 0n];
      for (const transaction of list) {
        const outcome = await reference.execute(root, transaction);
        expect(outcome.valid).to.equal(true);
        root = outcome.stateRoot;
        gasUsed += outcome.gasUsed;
        roots.push(root);
      }
      expect(execution.stateRoots).to.deep.equal(roots);
      expect(execution.gasUsed).to.equal(gasUsed);

      for (let round = 0; round < 6; round++) {
        const from = random(list.length);
        const range = list.slice(from, from + 1 + random(6));
        const before = roots[from - 1] ?? chain.base.stateRoot;
        const witness = await transitionWitness(config, chain.states, before, range);
        expect(await executeOn(witness, chain.states, before, range)).to.equal(roots[from + range.length - 1]);
      }
    }
  }).timeout(60_000);

  it("[11.5] a witness has what the verdict on an invalid transaction needs", async () => {
    const context = {
      number: 1n,
      timestamp: BigInt(config.genesisTimestamp),
      coinbase: producer.address,
      randomness: RANDOMNESS,
    };
    const stranger = new Wallet(keccakText("stranger"));
    const raw = fromHex(await transfer(stranger, bob.address, 0));
    const witness = await transitionWitness(config, chain.states, chain.base.stateRoot, [{ context, raw }]);
    const contents = toHex(witness);
    const state = await chain.states.at(chain.base.stateRoot);
    for (const address of [stranger.address, bob.address, producer.address]) {
      for (const node of (await state.proof(address)).accountProof) expect(contents).to.include(node.slice(2));
    }
    const broken = await transitionWitness(config, chain.states, chain.base.stateRoot, [
      { context, raw: new Uint8Array() },
    ]);
    expect(broken).to.have.length(0);
    const nowhere = transitionWitness(config, chain.states, keccakText("nothing"), [{ context, raw }]);
    expect(await nowhere.catch((thrown: unknown) => thrown)).to.have.property("code", "UNKNOWN_STATE");
  });

  it("[11.5] a witness has the node beside an account that is deleted, in whatever order accounts are written", async () => {
    // An account without balance is deleted when it is touched (EIP-161); genesis alone can hold one.
    const empty = Array.from({ length: 40 }, (_, index) => toBeHex(index + 0x5000, 20));
    const alloc = { ...config.alloc, ...Object.fromEntries(empty.map((address) => [address, 0n])) };
    const holey: ChainConfig = { ...config, alloc };
    const states = await StateStore.open();
    const root = await states.genesis(holey);
    const reference = await TestState.open(holey);
    let collapses = 0;
    for (const [index, address] of empty.entries()) {
      const context = {
        number: 1n,
        timestamp: BigInt(config.genesisTimestamp),
        coinbase: empty[(index + 1) % 40]!,
        randomness: RANDOMNESS,
      };
      const fees = { maxFeePerGas: holey.baseFee, maxPriorityFeePerGas: 0n };
      const raw = fromHex(await transfer(alice, address, 0, { value: 0n, ...fees }));
      const list = [{ context, raw }];
      const expected = await reference.execute(root, list[0]!);
      const { stateRoots } = await executeBatch(holey, states, root, list);
      expect(stateRoots).to.deep.equal([expected.stateRoot]);
      expect(await (await states.at(stateRoots[0]!)).account(address), "touched and gone").to.equal(undefined);
      const witness = await transitionWitness(holey, states, root, list);
      expect(await executeOn(witness, states, root, list)).to.equal(expected.stateRoot);
      const state = await states.at(root);
      const paths: string[] = [];
      for (const at of [alice.address, address, context.coinbase]) paths.push(...(await state.proof(at)).accountProof);
      const size = [...new Set(paths)].reduce((sum, node) => sum + node.length / 2 - 1, 0);
      if (witness.length > size) collapses += 1;
    }
    expect(collapses, "deletions that need a node beside the paths").to.be.above(0);
  }).timeout(60_000);
});
