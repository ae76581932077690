import { expect } from "chai";
import { type TransactionRequest, Wallet, parseEther, randomBytes } from "ethers";
import { pino } from "pino";

import { type Hex, ZERO_HASH, asHash, fromHex, toHex } from "../../../l2/base/hex.ts";
import { keccakText } from "../../../l2/base/keccak.ts";
import type { BlockSource } from "../../../agents/data/batch-data.ts";
import type { LocalSequencer, LocalSystem } from "../../../agents/local/local.ts";
import { wireHeader } from "../../../agents/peers/methods.ts";
import { submitUnattested } from "../../../agents/sequencer/unattested.ts";
import { type BatchHeader, hashHeader } from "../../../l2/batch/header.ts";
import { batchTree } from "../../../l2/batch/tree.ts";
import { blockSize } from "../../../l2/protocol/l2-transaction.ts";
import { BLOCK_LIMITS } from "../../../l2/protocol/limits.ts";
import { asParent, BATCH_STATUS, type L1Batch } from "../../../agents/l1/mirror.ts";
import { parentOf } from "../../../testkit/batches.ts";
import { certify } from "../../../testkit/certificates.ts";
import { type Fault, forge, forging, isolated, overfilling, overfull, unresponsive } from "../../../testkit/faults.ts";
import { failureOf } from "../../../testkit/agents/failure.ts";
import { type LocalTest, type LocalTestOptions, localTest, nextBatch } from "../../../testkit/local.ts";
import { signed } from "../../../testkit/signed.ts";

describe("sequencer", () => {
  let test: LocalTest;
  let local: LocalSystem;
  let alice: Wallet;
  let bob: Wallet;

  async function setUp(options: LocalTestOptions = {}): Promise<void> {
    test = await localTest({ verifiers: 0, ...options });
    local = test.local;
    [alice, bob] = test.users as [Wallet, Wallet];
  }

  function current(): LocalSequencer {
    const { current: found } = local;
    if (found === undefined) throw new Error("nobody sequences");
    return found;
  }

  /** L1's last batch. */
  function lastBatch(): L1Batch {
    const { batches, head } = local.l1State;
    return batches[head - 1]!;
  }

  /** The next batch with false state roots, which storage has. */
  async function forgery(): Promise<{ forged: BatchHeader; wrong: Hex[] }> {
    const { header, stateRoots, data } = await nextBatch(local);
    const wrong = stateRoots.map(() => toHex(randomBytes(32)));
    const dataHash = asHash(await local.storage.put(Buffer.concat([data, ...wrong.map(fromHex)])));
    const postStateRoot = wrong.at(-1) ?? ZERO_HASH;
    return { forged: { ...header, mtsr: batchTree(wrong).root, postStateRoot, dataHash }, wrong };
  }

  const status = (hash: Hex) => local.consensus.agent.transactionStatus(hash);
  const others = (): LocalSequencer[] => local.sequencers.filter((sequencer) => sequencer !== local.current);

  /** Has the current sequencer rotated out by stopping it for a while. */
  async function rotate(): Promise<void> {
    const sequencer = current();
    await sequencer.stop();
    await local.transfer(bob, alice.address, 1n);
    await local.until(() => local.current !== sequencer, { seconds: 120 });
    await sequencer.restart();
    await local.tick();
  }

  /** A signed transfer that no mempool knows of. */
  async function transferOf(from: Wallet, to: string, value: bigint, overrides: TransactionRequest = {}): Promise<Hex> {
    return await signed(from, {
      type: 2,
      chainId: test.config.chainId,
      nonce: await current().chain.pendingNonce(from.address),
      to,
      value,
      gasLimit: 21_000n,
      maxFeePerGas: test.config.baseFee * 2n,
      maxPriorityFeePerGas: 0n,
      ...overrides,
    });
  }

  /** Transactions of zeroes of a user's, each of this size. */
  async function zeroes(from: Wallet, sizes: readonly number[]): Promise<Hex[]> {
    const first = await current().chain.pendingNonce(from.address);
    return await Promise.all(
      sizes.map(async (size, place) => {
        const fields = { data: `0x${"00".repeat(size)}`, gasLimit: 21_000n + 10n * BigInt(size) };
        return await transferOf(from, bob.address, 0n, { ...fields, nonce: first + place });
      }),
    );
  }

  const TWELVE = Array.from({ length: 12 }, () => 98_000);
  /** More than peers take as one block, and less than L1 takes as one batch. */
  const ELEVEN = [...TWELVE.slice(0, 10), 49_000];

  afterEach(async () => {
    await local.stop();
  });

  describe("signing", () => {
    beforeEach(async () => {
      await setUp();
      await local.transfer(alice, bob.address, parseEther("1"));
      await local.transfer(bob, alice.address, parseEther("2"));
      await local.tick();
    });

    const ask = async (header: BatchHeader): Promise<Record<string, string>> =>
      await local.consensus.agent.peer.messenger.request(others()[0]?.owner ?? "", "signBatch", {
        header: wireHeader(header),
      });

    it("[C1] [7] does not sign a header that L1 would refuse, even if it computes the same itself", async () => {
      const { header } = await nextBatch(local);
      const refusal = async (fields: Partial<BatchHeader>) => (await ask({ ...header, ...fields }))["refused"];
      expect(await refusal({ txCount: 4_097n })).to.contain("L1 would refuse batch 1: txCount is 4097, expected 1 to");
      const late = BigInt(local.now) + 901n;
      expect(await refusal({ lastTimestamp: late })).to.contain(`L1 would refuse batch 1: lastTimestamp is ${late}`);
      // A block that no honest peer takes, in everybody's chain: as if it were from before there were limits.
      const raws = await zeroes(alice, TWELVE);
      const { key } = current();
      const chains = [...local.sequencers, local.consensus.agent.peer.replica].map(({ chain }) => chain);
      for (const chain of chains) await overfull(chain, raws, key, local.now);
      const fat = await nextBatch(local);
      expect(await ask(fat.header)).to.deep.equal({
        refused: `L1 would refuse batch 1: dataSize is ${fat.header.dataSize}, expected 1 to 1048576`,
      });
      await local.run(180, 30);
      expect((await local.consensus.agent.status()).enabled, "nobody is silent for not signing").to.equal(true);
      expect(local.l1State.batches[1]?.header.lastBlock, "nothing but what comes before it").to.equal(1n);
    });

    it("[S2] hands what waits to the current sequencer before it calls it silent", async () => {
      const leader = current();
      const { term } = local.consensus.agent.peer.members;
      // A consensus layer that keeps transactions from the current sequencer and tells everybody else of them.
      const raw = await transferOf(alice, bob.address, 1n);
      for (const { owner } of others()) {
        await local.consensus.agent.peer.messenger.request(owner, "transactions", { transactions: [raw] });
      }
      await local.run(90);
      expect((await test.system.sequencers.term()).number).to.equal(BigInt(term.number));
      expect(leader.chain.head.transactions).to.include(raw);
    });
  });

  it("[Q4] says that it waits for a stake, once, and that it has one", async () => {
    const lines: string[] = [];
    const log = pino({}, { write: (line: string) => lines.push(line) });
    const stranger = new Wallet(keccakText("a key without a stake"));
    await setUp({ sequencers: 1, local: { log, sequencers: [{ owner: stranger.address, key: stranger }] } });
    await local.tick(3);
    const told = lines.map((line) => JSON.parse(line) as { msg: string; owner?: string });
    const warnings = told.filter(({ msg }) => msg.includes("holds no seat"));
    expect(warnings).to.have.length(1);
    expect(warnings[0]?.owner).to.equal(stranger.address);
    const { healthy, detail } = local.sequencers[0]!.agent.health();
    expect([healthy, detail]).to.deep.equal([
      true,
      `${stranger.address} holds no seat: it makes and signs nothing until its owner locks a stake (agent stake join)`,
    ]);
    await local.stop();
    await setUp({ sequencers: 1 });
    await local.tick();
    expect(local.sequencers[0]!.agent.health().detail).to.equal("ok");
  });

  describe("what peers may not do", () => {
    beforeEach(async () => {
      await setUp();
    });

    it("[S2] make a peer wait for a transaction that no sequencer could execute", async () => {
      const { number } = await test.system.sequencers.term();
      const transactions = [
        await transferOf(alice, bob.address, parseEther("1000000")),
        await transferOf(alice, bob.address, 1n, { nonce: 7 }),
        await transferOf(alice, bob.address, 1n, { maxFeePerGas: 1n }),
        await transferOf(alice, bob.address, 1n, { chainId: 5n }),
        "0x01",
      ];
      for (const { owner } of others()) {
        await local.consensus.agent.peer.messenger.request(owner, "transactions", { transactions });
      }
      await local.run(130);
      expect((await test.system.sequencers.term()).number).to.equal(number);
    });

    it("[3] send what is no block, no header, no transaction", async () => {
      const { messenger } = local.consensus.agent.peer;
      const { owner } = others()[0] ?? { owner: "" };
      for (const [method, request] of [
        ["signBatch", { header: {} }],
        ["signBatch", {}],
        ["transactions", { transactions: "0x" }],
        ["transactions", { transactions: ["hello"] }],
        ["blocks", { after: "0", limit: 1 }],
      ] as const) {
        const error = await failureOf(messenger.request(owner, method as "blocks", request as never));
        expect(error.message, method).to.not.equal("");
      }
      const leader = current().agent.peer.messenger;
      const answer = await leader.request(owner, "block", { block: { number: 1 } as never });
      expect(answer.accepted).to.equal(false);
      expect(answer.reason).to.contain("malformed");
    });
  });

  describe("blocks", () => {
    it("[3] [S3] refuses a forged block, reports it, and the forger is rotated", async () => {
      const fault: Fault = { on: false };
      await setUp({
        behaviour: (place) => (place === 0 ? forging(fault) : undefined),
      });
      while (local.current !== local.sequencers[0]) await rotate();
      const forger = current();
      fault.on = true;
      const rejections: string[] = [];
      forger.agent.events.on("rejected", ({ by }) => rejections.push(by));
      const { number } = others()[0]?.chain.head ?? { number: -1 };
      const hash = await local.transfer(alice, bob.address, parseEther("1"));
      await local.tick();
      expect(rejections).to.include.members(others().map(({ owner }) => owner));
      for (const { chain } of others()) expect(chain.head.number).to.equal(number);
      expect(local.consensus.agent.reports.map(({ from }) => from)).to.include.members(
        others().map(({ owner }) => owner),
      );
      await local.until(() => local.current !== forger, { seconds: 120 });
      expect(await status(hash)).to.have.property("state", "failed");
      await local.transfer(alice, bob.address, parseEther("1"));
      await local.tick(2);
      expect(await status(hash)).to.have.property("state", "included");
      // The forger's own block gave way.
      expect(forger.chain.head.hash).to.equal(current().chain.head.hash);
    });

    it("[C1] [3] [S3] refuses a block that is too large, offered or fetched, and its producer is rotated @full", async () => {
      const fault: Fault = { on: false };
      await setUp({ behaviour: (place) => (place === 0 ? overfilling(fault) : undefined) });
      while (local.current !== local.sequencers[0]) await rotate();
      const glutton = current();
      fault.on = true;
      const { number } = glutton.chain.head;
      for (const raw of await zeroes(alice, TWELVE)) await glutton.chain.addTransaction(raw);
      await local.tick(2);
      expect(glutton.chain.head.number).to.equal(number + 1);
      expect(blockSize(glutton.chain.head.transactions)).to.be.above(BLOCK_LIMITS.bytes);
      for (const { chain, agent } of others()) {
        await agent.peer.replica.synchronise([glutton.owner]);
        expect(chain.head.number).to.equal(number);
      }
      expect(local.consensus.agent.reports.at(-1)?.reason).to.match(/has \d+ bytes, expected at most 983040/);
      await local.transfer(bob, alice.address, 1n);
      await local.until(() => local.current !== glutton, { seconds: 120, step: 40 });
      const hash = await local.transfer(bob, alice.address, 1n);
      await local.tick(2);
      expect(await status(hash)).to.have.property("state", "included");
    });

    it("[C1] [5.2] a sequencer that was away catches up with blocks that fill several messages @full", async () => {
      await setUp();
      const [away] = others() as [LocalSequencer];
      await away.stop();
      const users = test.users.slice(2, 8);
      for (const user of [...users, ...users]) {
        for (const raw of await zeroes(user, TWELVE.slice(0, 7))) await current().chain.addTransaction(raw);
        await local.tick();
      }
      const { chain } = current();
      expect(chain.head.number).to.equal(12);
      const page = await current().agent.peer.replica.blocksAfter(0, 64);
      expect(page.length, "blocks of one message").to.be.within(2, 11);
      expect(page.map(({ number }) => number)).to.deep.equal(page.map((_, place) => place + 1));
      await away.restart();
      await local.tick();
      expect(away.chain.head.hash).to.equal(chain.head.hash);
    });

    it("[3] refuses a block that is not the current sequencer's", async () => {
      await setUp();
      await local.transfer(alice, bob.address, 1n);
      await local.tick();
      const [usurper, victim] = others() as [LocalSequencer, LocalSequencer];
      const { number, parentHash, timestamp, coinbase, transactions } = current().chain.head;
      const draft = { number, parentHash, timestamp, coinbase, transactions };
      const block = await forge(draft, usurper.key, test.config);
      const answer = await usurper.agent.peer.messenger.request(victim.owner, "block", { block });
      expect(answer.reason).to.contain("not the current sequencer");
    });

    it("[5.2] [Q3] a sequencer that was away catches up, and takes over where the chain is", async () => {
      await setUp();
      const [away] = others() as [LocalSequencer];
      await away.stop();
      for (let count = 0; count < 3; count++) {
        await local.transfer(alice, bob.address, 1n);
        await local.tick();
      }
      expect(away.chain.head.number).to.equal(0);
      await away.restart();
      await local.tick();
      expect(away.chain.head.hash).to.equal(current().chain.head.hash);
      expect(away.chain.head.number).to.equal(3);
    });
  });

  describe("after L1's verdict", () => {
    it("[11.14] [3.2] [Q8] rolls back a batch that a colluding quorum got wrong, and a resend succeeds", async () => {
      // Cosigners keep enough to stay.
      const stakes = Array.from({ length: 4 }, () => parseEther("40000"));
      await setUp({ verifiers: 1, stakes, local: { consensusOptions: { limits: { age: 1e9 } } } });
      const failed: string[] = [];
      local.consensus.agent.events.on("failed", ({ hashes }) => failed.push(...hashes));
      const hash = await local.transfer(alice, bob.address, parseEther("1"));
      await local.tick();
      expect(await status(hash)).to.have.property("state", "included");

      const { forged: claimed, wrong } = await forgery();
      const colluders = test.system.sequencerAccounts.map(({ seat, key }) => ({ seat, key }));
      const certificate = await certify(test.system.sequencers, claimed, colluders);
      await test.system.inbox.submit(asParent(lastBatch()), claimed, batchTree(wrong).proof(0), certificate);
      const offender = current();
      // The verifier finds it wrong, commits to the proof, and proves it in one transaction.
      await local.until(() => local.l1State.condemned.length > 0, { seconds: 120 });
      expect(local.l1State.condemned.map(({ headerHash }) => headerHash)).to.deep.equal([hashHeader(claimed)]);
      await local.tick();
      for (const { chain } of local.sequencers) expect(chain.head.number).to.equal(0);
      expect(failed).to.deep.equal([hash]);
      expect(await status(hash)).to.have.property("state", "failed");
      expect(local.current).to.not.equal(offender);

      await local.transfer(alice, bob.address, parseEther("1"));
      await local.tick(2);
      expect(await status(hash)).to.deep.equal({ state: "included", block: 1 });
    });

    /** Has a sequencer that is cut off post a block on L1 alone, and looks at how everybody takes it over. */
    async function adopts(raws: () => Promise<readonly Hex[]>): Promise<void> {
      const fault: Fault = { on: false };
      // Verifiers reach it no more than its peers do.
      const blocks: BlockSource = {
        transactions: async (from, to) => (await local.sequencers[1]?.chain.transactions(from, to)) ?? [],
      };
      await setUp({
        verifiers: 1,
        behaviour: (place) => (place === 0 ? { ...isolated(fault), ...overfilling(fault) } : undefined),
        local: { blocks },
      });
      while (local.current !== local.sequencers[0]) await rotate();
      const faker = current();
      const { number } = faker.chain.head;
      await local.until(() => Number(local.l1State.batches[local.l1State.head - 1]?.header.lastBlock) === number);
      const index = local.l1State.head;

      // It is cut off with transactions that nobody else has in a block, and signals so.
      fault.on = true;
      for (const raw of await raws()) await faker.chain.addTransaction(raw);
      await faker.tick();
      expect(faker.chain.head.number).to.equal(number + 1);
      await faker.agent.postUnattested();
      await local.look();
      const fake = local.l1State.batches[index];
      expect(fake?.standing.status).to.equal(BATCH_STATUS.unattested);

      // It counts as requested; the sequencer answers on L1, and is rotated meanwhile.
      expect(local.l1State.insecure).to.equal(true);
      await local.until(() => local.l1State.batches[index]?.standing.status === BATCH_STATUS.recomputed, {
        seconds: 300,
      });
      expect(local.l1State.insecure).to.equal(false);
      await local.until(() => local.current !== faker, { seconds: 120 });
      await local.tick();
      for (const { chain } of local.sequencers) {
        expect(chain.head.number).to.equal(number + 1);
        expect(chain.head.stateRoot).to.equal(fake?.header.postStateRoot);
      }
      fault.on = false;
      const hash = await local.transfer(alice, bob.address, 1n);
      await local.tick(2);
      expect(await status(hash)).to.deep.equal({ state: "included", block: number + 2 });
      await local.until(() => local.l1State.head === index + 2, { seconds: 120 });
    }

    it("[3.3] [3.3.4] [3.3.5] [3.3.6b.1] [3.3.6b.2] [3.3.6b.3] adopts a fake batch that L1 found right", async () => {
      await adopts(async () => [await transferOf(alice, bob.address, parseEther("5"))]);
    });

    it("[C1] [3.3.6b.1] [9.3] adopts one with a block that no peer would have taken @full", async () => {
      await adopts(() => zeroes(alice, ELEVEN));
      const blocks = await current().chain.blocks(1, current().chain.head.number);
      const sizes = blocks.map(({ transactions }) => blockSize(transactions));
      expect(Math.max(...sizes)).to.be.above(BLOCK_LIMITS.bytes);
    });

    it("[C1] [3.3] posts without a certificate no more blocks than fit into one batch", async () => {
      await setUp({ local: { consensusOptions: { limits: { age: 1e9, bytes: 1e9 } } } });
      for (const user of test.users.slice(2, 4)) {
        for (const raw of await zeroes(user, TWELVE.slice(0, 6))) await current().chain.addTransaction(raw);
        await local.tick();
      }
      expect(current().chain.head.number).to.equal(2);
      await local.consensus.stop();
      await current().agent.postUnattested();
      await local.look();
      expect(local.l1State.batches[1]?.header).to.include({ firstBlock: 1n, lastBlock: 1n, txCount: 6n });
    });

    it("[C1] [5.2] takes a batch that two thirds certified, whose block no honest peer would have taken @full", async () => {
      const fault: Fault = { on: true };
      await setUp({ behaviour: () => overfilling(fault) });
      const glutton = current();
      for (const raw of await zeroes(alice, ELEVEN)) await glutton.chain.addTransaction(raw);
      await local.tick();
      fault.on = false;
      for (const { chain } of others()) expect(chain.head.number).to.equal(0);
      const { parent, header, stateRoots } = await nextBatch(local, glutton.chain);
      expect(Number(header.dataSize)).to.be.above(BLOCK_LIMITS.bytes);
      const colluders = test.system.sequencerAccounts.map(({ seat, key }) => ({ seat, key }));
      const certificate = await certify(test.system.sequencers, header, colluders);
      const proof = batchTree(stateRoots).proof(stateRoots.length - 1);
      await test.system.inbox.submit(await parentOf(test.system, parent), header, proof, certificate);
      await local.tick();
      for (const { chain } of local.sequencers) expect(chain.head.stateRoot).to.equal(header.postStateRoot);
      await local.transfer(bob, alice.address, 1n);
      await local.until(() => local.l1State.head === 3, { seconds: 90 });
    });

    it("[3.3.6a.1] [3.3.6a.2] [3.3.6a.3] [3.3.6a.4] goes on without a fake batch that L1 found wrong", async () => {
      await setUp({ verifiers: 1 });
      const faker = current();
      await local.transfer(alice, bob.address, 1n);
      await local.tick();
      const { forged, wrong } = await forgery();
      await submitUnattested(
        { parent: lastBatch(), header: forged, stateRoots: wrong },
        { l1: local.l1, transactions: faker.transactions },
      );
      await local.consensus.stop();
      await local.until(() => local.l1State.condemned.length === 1, { seconds: 300 });
      expect(local.l1State.verdicts[hashHeader(forged)]?.stood).to.equal(true);
      expect(await test.system.inbox.epoch()).to.equal(1n);
      await local.consensus.restart();
      await local.tick(2);
      expect(local.current).to.not.equal(faker);
      const hash = await local.transfer(alice, bob.address, 7n);
      await local.tick(2);
      expect(await status(hash)).to.have.property("state", "included");
      await local.until(() => local.l1State.head === 2, { seconds: 120 });
    });

    it("[3.3.6a.4] [Q8] forgets what was certified on top of blocks that are gone", async () => {
      await setUp({ verifiers: 1, local: { consensusOptions: { limits: { age: 10 } } } });
      const faker = current();
      const first = await local.transfer(alice, bob.address, 1n);
      await local.tick();
      await local.submitter?.stop();
      const { forged, wrong } = await forgery();
      await submitUnattested(
        { parent: lastBatch(), header: forged, stateRoots: wrong },
        { l1: local.l1, transactions: faker.transactions },
      );
      await local.until(() => local.l1State.condemned.length === 1, { seconds: 300 });
      expect(local.current).to.not.equal(faker);
      expect(await local.transfer(alice, bob.address, 1n)).to.equal(first);
      await local.tick(3);
      expect(await status(first)).to.deep.equal({ state: "included", block: 1 });
      for (const { chain, owner } of local.sequencers) {
        if (owner !== faker.owner) expect(chain.head.hash).to.equal(current().chain.head.hash);
      }
      await local.submitter?.restart();
      await local.until(() => local.l1State.head === 2, { seconds: 120 });
    });

    it("[3.3] a certified batch takes the place of one that nobody certified", async () => {
      await setUp({ behaviour: () => unresponsive() });
      await local.transfer(alice, bob.address, 1n);
      await local.tick();
      const { header, stateRoots } = await nextBatch(local);
      const wrong = stateRoots.map(() => toHex(randomBytes(32)));
      const fake = { ...header, mtsr: batchTree(wrong).root, postStateRoot: wrong.at(-1) ?? ZERO_HASH };
      await submitUnattested(
        { parent: lastBatch(), header: fake, stateRoots: wrong },
        { l1: local.l1, transactions: current().transactions },
      );
      await local.look();
      const certified = () => local.l1State.batches[1]?.standing.status === BATCH_STATUS.certified;
      expect(certified()).to.equal(false);
      await local.until(certified, { seconds: 120 });
      expect(local.l1State.batches[1]?.headerHash).to.equal(hashHeader(header));
    });
  });
});
