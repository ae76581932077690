/** The limits of the L2 against those of the inbox on L1. */
import { expect } from "chai";
import { toBeHex } from "ethers";

import { cut } from "../../../agents/peers/cut.ts";
import { DEFAULT_LIMITS } from "../../../agents/consensus/defaults.ts";
import { buildBatch } from "../../../l2/batch/build.ts";
import { encodeRecords } from "../../../l2/batch/encoding.ts";
import { CONTEXT_SIZE, blockSize, recordSize } from "../../../l2/protocol/l2-transaction.ts";
import { type BatchHeader, genesisHeader, hashHeader, lastBlockHash } from "../../../l2/batch/header.ts";
import { headerFault } from "../../../l2/batch/submission.ts";
import { BATCH_LIMITS, BLOCK_LIMITS } from "../../../l2/protocol/limits.ts";
import { batchTree } from "../../../l2/batch/tree.ts";
import { type Block, blockTransactions } from "../../../l2/protocol/block.ts";
import type { Chain } from "../../../l2/chain/chain.ts";
import { MAX_GAS_LIMIT, TRANSACTION_LIMIT } from "../../../l2/protocol/config.ts";
import { type Hex, concatHex, toHex } from "../../../l2/base/hex.ts";
import { keccakText as id } from "../../../l2/base/keccak.ts";
import { type Random, randomSource } from "../../../testkit/execution/random.ts";
import { parentOf } from "../../../testkit/batches.ts";
import { certify } from "../../../testkit/certificates.ts";
import { type TestSystem, systemFixture } from "../../../testkit/system.ts";
import { config, mine, openChain, transfer, users } from "../../../testkit/l2/fixtures.ts";

describe("Limits of batches and blocks", () => {
  let chain: Chain;
  let genesis: BatchHeader;
  let load: () => Promise<TestSystem>;
  let system: TestSystem;
  let sequencer: string;
  let term: number;

  before(async () => {
    chain = await openChain();
    genesis = genesisHeader(config, chain.base.stateRoot);
    load = systemFixture({ rollup: { genesisStateRoot: chain.base.stateRoot } });
    await chain.close();
  });

  beforeEach(async () => {
    system = await load();
    const current = await system.sequencers.term();
    ({ sequencer } = current);
    term = Number(current.number);
    chain = await openChain();
  });

  afterEach(async () => {
    await chain.close();
  });

  const fault = async (header: BatchHeader, parent = genesis): Promise<string | undefined> =>
    headerFault(header, { parent, finalised: 1, epoch: 0, term, now: await system.now(), baseFee: config.baseFee });

  /** A header whose only state root is its post-state, and L1's arguments for it. */
  function claim(fields: Partial<BatchHeader>): BatchHeader {
    const postStateRoot = id("claimed");
    return {
      ...genesis,
      ...{ index: 1n, parent: hashHeader(genesis), term: BigInt(term), sequencer, txCount: 1n, dataSize: 100n },
      ...{ gasUsed: 21_000n, baseFee: config.baseFee, blockBefore: lastBlockHash(genesis) },
      ...{ firstBlock: 1n, lastBlock: 1n, preStateRoot: genesis.postStateRoot, postStateRoot },
      mtsr: batchTree([postStateRoot]).root,
      ...fields,
    };
  }

  async function submit(parent: BatchHeader, header: BatchHeader, proof: Hex[]): Promise<void> {
    const certificate = await certify(system.sequencers, header, system.sequencerAccounts);
    await system.inbox.submit(await parentOf(system, parent), header, proof, certificate);
  }

  it("[C1] what L1 takes is what its inbox says, and every limit of the L2 lies within it", async () => {
    const { inbox } = system;
    expect(BATCH_LIMITS).to.deep.equal({
      transactions: Number(await inbox.MAX_TRANSACTIONS()),
      bytes: Number(await inbox.MAX_DATA_SIZE()),
      gas: await inbox.MAX_GAS(),
      blocks: await inbox.MAX_BLOCKS(),
      pending: await inbox.MAX_PENDING(),
      drift: await inbox.MAX_DRIFT(),
      lag: await inbox.MAX_LAG(),
    });
    expect(BLOCK_LIMITS.transactions).to.be.below(BATCH_LIMITS.transactions);
    expect(BLOCK_LIMITS.bytes).to.be.below(BATCH_LIMITS.bytes);
    expect(recordSize(TRANSACTION_LIMIT, true), "any transaction fits into a block").to.be.below(BLOCK_LIMITS.bytes);
    expect(MAX_GAS_LIMIT <= BATCH_LIMITS.gas, "gas").to.equal(true);
    expect(DEFAULT_LIMITS.transactions).to.be.at.most(BATCH_LIMITS.transactions);
    expect(DEFAULT_LIMITS.bytes).to.be.at.most(BATCH_LIMITS.bytes);
    expect(DEFAULT_LIMITS.gas <= BATCH_LIMITS.gas).to.equal(true);
  });

  it("[C1] [M4] says of a header at or beyond any limit what L1 says", async () => {
    // The term before then has all seats, too.
    await system.skip(24 * 3600);
    await system.sequencers.rotate();
    term++;
    const now = BigInt(await system.now());
    const { transactions, bytes, gas, blocks, drift, lag } = BATCH_LIMITS;
    const time = genesis.lastTimestamp;
    const parent = await parentOf(system, genesis);
    const cases: Partial<BatchHeader>[] = [
      {},
      { index: 0n },
      { index: 2n },
      { preStateRoot: id("another") },
      { blockBefore: id("another") },
      { epoch: 1n },
      { term: BigInt(term) + 1n },
      { term: BigInt(term) - 1n },
      { term: BigInt(term) - 2n },
      { baseFee: config.baseFee + 1n },
      { deposits: 1n },
      { depositsHash: id("deposits") },
      { attestations: id("attestations") },
      { txCount: 0n },
      { txCount: BigInt(transactions) + 1n },
      { dataSize: 0n },
      { dataSize: BigInt(bytes) },
      { dataSize: BigInt(bytes) + 1n },
      { gasUsed: 0n },
      { gasUsed: gas },
      { gasUsed: gas + 1n },
      { firstBlock: 0n },
      { firstBlock: 2n },
      { firstBlock: blocks, lastBlock: blocks },
      { lastBlock: blocks + 1n },
      { firstTimestamp: time - 1n },
      { firstTimestamp: time + 1n },
      { lastTimestamp: time - 1n },
      { lastTimestamp: now + drift - 60n },
      { lastTimestamp: now + drift + 60n },
      { firstTimestamp: time, lastTimestamp: now - lag + 60n },
      { firstTimestamp: time, lastTimestamp: now - lag - 60n },
    ];
    for (const fields of cases) {
      const header = claim(fields);
      const certificate = await certify(system.sequencers, header, system.sequencerAccounts);
      const refused = await system.inbox.submit
        .staticCall(parent, header, [], certificate)
        .then(() => undefined)
        .catch((error: unknown) => error as { revert?: { name: string; args: [string] } });
      const own = await fault(header);
      const [field] = Object.keys(fields);
      if (refused === undefined) expect(own, field).to.equal(undefined);
      else expect(own, `${field}: ${refused.revert?.name}`).to.match(/^(\w+) is .*, expected /);
      if (refused?.revert?.name === "InboxFieldOutOfRange") expect(own?.split(" ")[0]).to.equal(refused.revert.args[0]);
    }
    const full = { parent: genesis, finalised: -Number(BATCH_LIMITS.pending), epoch: 0, term, now: Number(now) };
    expect(headerFault(claim({}), { ...full, baseFee: config.baseFee })).to.equal("index is 1, expected 1 to -1");
  });

  it("[C1] every block that the chain makes fits into a batch of its own that L1 takes", async () => {
    const random = randomSource("full blocks");
    for (const user of users) {
      for (let nonce = 0; nonce < 3; nonce++) {
        const size = random(2) === 0 ? 98_000 : random(98_000);
        const fields = { data: `0x${"00".repeat(size)}`, gasLimit: 21_000 + 10 * size };
        await chain.addTransaction(await transfer(user, user.address, nonce, fields));
      }
    }
    let parent = genesis;
    const sizes: number[] = [];
    while (chain.pendingCount > 0) {
      const { number, transactions } = await mine(chain, []);
      sizes.push(blockSize(transactions));
      const place = { parent, epoch: 0n, term: BigInt(term), sequencer };
      const { header, data, stateRoots } = await buildBatch(chain, number, number, place);
      expect(header.dataSize).to.equal(BigInt(sizes.at(-1)!));
      expect(data.length).to.be.at.most(BLOCK_LIMITS.bytes);
      expect(await fault(header, parent)).to.equal(undefined);
      await submit(parent, header, batchTree(stateRoots).proof(stateRoots.length - 1));
      parent = header;
    }
    expect(sizes.length).to.be.above(2);
    // A byte costs 10 gas at least (EIP-7623): a block is full when no largest transaction fits into its gas any more.
    const most = Number(config.gasLimit) / 10;
    for (const size of sizes.slice(0, -1)) expect(size).to.be.within(most - 2 * 98_200, most);
    expect(await system.inbox.head()).to.equal(BigInt(sizes.length) + 1n);
  }).timeout(120_000);

  it("[C1] random blocks up to the limits are cut into batches that L1 takes, whatever limits the cut is given", async () => {
    for (const seed of ["first", "second", "third", "fourth", "fifth", "sixth"]) {
      const random = randomSource(`limits ${seed}`);
      const blocks = Array.from({ length: 6 }, (_, index) => largeBlock(random, index + 1));
      const source = {
        head: blocks.at(-1)!,
        block: (number: number | Hex) => Promise.resolve(blocks.find((block) => block.number === number)),
      };
      const beyond = { transactions: 2 * BATCH_LIMITS.transactions, bytes: 2 * BATCH_LIMITS.bytes };
      const own = { transactions: 1 + random(5_000), bytes: 1 + random(2_000_000), gas: BigInt(1 + random(2 ** 30)) };
      const limits = [{ ...beyond, gas: 2n * BATCH_LIMITS.gas }, own][random(2)]!;
      for (let from = 1; from <= blocks.length;) {
        const to = (await cut(source, from, { ...limits, age: 0 }, await system.now()))!;
        const some = blocks.slice(from - 1, to);
        const transactions = some.flatMap(blockTransactions);
        const states = batchTree(transactions.map(() => id("claimed")));
        const header = claim({
          txCount: BigInt(transactions.length),
          dataSize: BigInt(encodeRecords(transactions).length),
          gasUsed: some.reduce((sum, { gasUsed }) => sum + gasUsed, 0n),
          ...{ firstBlock: BigInt(from), lastBlock: BigInt(to) },
          mtsr: states.root,
        });
        expect(await fault(header)).to.equal(undefined);
        system = await load();
        await submit(genesis, header, states.proof(transactions.length - 1));
        from = to + 1;
      }
    }
  }).timeout(120_000);

  /** A block that is full in bytes or in number, or a fraction of that; the gas may be that of an adopted one. */
  function largeBlock(random: Random, number: number): Block {
    const least = 100 + random(2) * random(3_000);
    const mixed = random(2) === 0;
    const transactions: Hex[] = [];
    for (
      let room = BLOCK_LIMITS.bytes / [1, 8, 64][random(3)]! - CONTEXT_SIZE;
      transactions.length < BLOCK_LIMITS.transactions;
    ) {
      const size = Math.min(TRANSACTION_LIMIT, mixed && random(4) === 0 ? least + random(TRANSACTION_LIMIT) : least);
      const raw = concatHex([toBeHex(transactions.length, 4), toHex(new Uint8Array(Math.min(size, room - 4) - 4))]);
      room -= recordSize((raw.length - 2) / 2, false);
      transactions.push(raw);
      if (room < 12) break;
    }
    expect(blockSize(transactions)).to.be.at.most(BLOCK_LIMITS.bytes);
    const gasUsed = BigInt(random(Number(random(2) === 0 ? BATCH_LIMITS.gas : MAX_GAS_LIMIT) + 1));
    const place = { number, timestamp: config.genesisTimestamp, coinbase: sequencer };
    return { ...chain.base, ...place, transactions, gasUsed };
  }
});
