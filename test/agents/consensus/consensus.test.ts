import { expect } from "chai";
import { type Wallet, parseEther } from "ethers";

import type { Hex } from "../../../l2/base/hex.ts";
import type { LocalSequencer, LocalSystem } from "../../../agents/local/local.ts";
import { BATCH_STATUS } from "../../../agents/l1/mirror.ts";
import { hashHeader } from "../../../l2/batch/header.ts";
import { type Fault, refusing, silent } from "../../../testkit/faults.ts";
import { transientLoop } from "../../../conformance/scenes/roaming.ts";
import { hex, op } from "../../../conformance/scenes/scenes.ts";
import { FIRST_TERM } from "../../../testkit/batches.ts";
import { failureOf } from "../../../testkit/agents/failure.ts";
import { type LocalTest, type LocalTestOptions, localTest } from "../../../testkit/local.ts";

/** The consensus layer with everything that it works with: sequencers, submitter, L1. */
describe("consensus layer", () => {
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

  /** How far the chain is, as each sequencer that runs has it. */
  const heads = () => local.sequencers.filter(({ running }) => running).map(({ chain }) => chain.head.number);

  const status = (hash: Hex) => local.consensus.agent.transactionStatus(hash);

  afterEach(async () => {
    await local.stop();
  });

  describe("honest peers", () => {
    beforeEach(async () => {
      await setUp();
    });

    it("[2a] [2b] [3] [4] takes a transaction to the current sequencer, and its block to every peer", async () => {
      const hash = await local.transfer(alice, bob.address, parseEther("1"));
      expect(await status(hash)).to.deep.equal({ state: "pending" });
      await local.tick();
      for (const { chain } of local.sequencers) {
        const receipt = await chain.receipt(hash);
        expect(receipt?.success).to.equal(true);
        expect((await chain.block(receipt?.block ?? -1))?.producer).to.equal(current().key.address);
      }
      expect(await status(hash)).to.deep.equal({ state: "included", block: 1 });
    });

    it("[5] [5.1] lets the current sequencer take what waits, and no other", async () => {
      const hash = await local.transfer(alice, bob.address, 1n);
      for (const sequencer of local.sequencers) {
        if (sequencer === current()) continue;
        await sequencer.tick();
        expect([sequencer.chain.pendingCount, sequencer.chain.head.number]).to.deep.equal([0, 0]);
      }
      expect(await local.consensus.agent.pendingTransactions()).to.have.length(1);
      await current().tick();
      expect((await current().chain.receipt(hash))?.block).to.equal(1);
      expect(current().chain.head.producer).to.equal(current().key.address);
    });

    it("[2a] refuses what the L2 cannot execute", async () => {
      const { message } = await failureOf(local.transfer(alice, bob.address, 1n, { data: "0x01", gasLimit: 21_000n }));
      expect(message).to.contain("expected at least 21040");
    });

    it("[2b] [3.2] [S2] [11.9] tells users of what is too heavy for L1, and holds no sequencer silent for it", async () => {
      const failed: string[] = [];
      local.consensus.agent.events.on("failed", ({ hashes }) => failed.push(...hashes));
      const term = await test.system.sequencers.term();
      const fields = { to: null, gasLimit: 1_000_000n };
      const loop = transientLoop(5);
      const { message } = await failureOf(local.transfer(bob, "", 0n, { ...fields, data: hex(loop) }));
      expect(message).to.match(/would fill \d+ calls of L1, expected at most 1\d\d for \d+ gas/);
      // It becomes too heavy when it is too late to refuse it.
      const later = `${op("GT", "TIMESTAMP", local.now)} PUSH2 @go JUMPI STOP :go ${loop}`;
      const heavy = await local.transfer(bob, "", 0n, { ...fields, data: hex(later) });
      await local.run(130);
      expect(failed).to.deep.equal([heavy]);
      expect(await status(heavy))
        .to.have.property("reason")
        .that.matches(/would fill \d+ calls of L1/);
      expect((await test.system.sequencers.term()).number).to.equal(term.number);
      expect(local.sequencers.map(({ chain }) => chain.pendingCount)).to.deep.equal([0, 0, 0, 0]);
      await local.transfer(bob, alice.address, 1n);
      await local.tick();
      expect(current().chain.head.transactions).to.have.length(1);
    });

    it("[5] [5.2] knows the current and the next sequencer from L1", async () => {
      const { current: named, next, term } = await local.consensus.agent.status();
      const onL1 = await test.system.sequencers.term();
      expect(named).to.equal(onL1.sequencer);
      expect(BigInt(term)).to.equal(onL1.number);
      expect(next).to.equal(await test.system.sequencers.next());
      expect(next).to.not.equal(named);
    });

    it("[6] [7] [8a] has a batch certified by all that L1 accepts", async () => {
      await local.transfer(alice, bob.address, 1n);
      await local.until(() => local.l1State.head === 2, { seconds: 90 });
      const { standing } = local.l1State.batches[1]!;
      expect(standing).to.deep.include({ signers: 0b1111n, status: BATCH_STATUS.certified });
      expect(local.l1State.batches[1]?.header.sequencer).to.equal(current().owner);
      await local.tick();
      // It is kept for who adds signatures that came late.
      expect((await local.consensus.agent.certifiedBatch(1n))?.certificate.signers).to.equal(0b1111n);
      expect(await local.consensus.agent.certifiedBatch(2n)).to.equal(undefined);
    });

    it("[7] cuts a batch at a block's end, once it is full", async () => {
      await local.stop();
      await setUp({ local: { consensusOptions: { limits: { transactions: 3 } } } });
      for (let block = 0; block < 3; block++) {
        for (let count = 0; count < 2; count++) await local.transfer(alice, bob.address, 1n);
        await local.tick();
      }
      await local.tick();
      const headers = Object.values(local.l1State.batches).map(({ header }) => header);
      expect(
        headers.slice(1).map(({ firstBlock, lastBlock, txCount }) => [firstBlock, lastBlock, txCount]),
      ).to.deep.equal([
        [1n, 1n, 2n],
        [2n, 2n, 2n],
      ]);
      expect(local.consensus.agent.peer.replica.chain.head.number).to.equal(3);
    });

    it("[C1] [7] [8a] brings twelve transactions of 98 kB to L1, which no single batch can hold", async () => {
      const size = 98_000;
      const fields = { data: `0x${"00".repeat(size)}`, gasLimit: 21_000n + 10n * BigInt(size) };
      const hashes: string[] = [];
      for (let nonce = 0; nonce < 12; nonce++) {
        hashes.push(await local.transfer(alice, bob.address, 1n, { ...fields, nonce }));
      }
      await local.until(() => local.l1State.batches[local.l1State.head - 1]?.header.lastBlock === 2n, { seconds: 120 });
      const { chain } = current();
      const blocks = await chain.blocks(1, 2);
      expect(blocks.flatMap(({ transactionHashes }) => transactionHashes)).to.deep.equal(hashes);
      for (const peer of local.sequencers) expect(peer.chain.head.hash).to.equal(chain.head.hash);
      const headers = Object.values(local.l1State.batches).map(({ header }) => header);
      expect(headers.reduce((sum, { txCount }) => sum + txCount, 0n)).to.equal(12n);
      await local.transfer(bob, alice.address, 1n);
      await local.until(() => local.l1State.batches[local.l1State.head - 1]?.header.lastBlock === 3n, { seconds: 120 });
      expect((await test.system.sequencers.term()).number).to.equal(FIRST_TERM);
    });

    it("[Q3] starts anew at any moment, and goes on where it was", async () => {
      await local.transfer(alice, bob.address, 1n);
      await local.tick();
      await local.consensus.restart();
      await local.until(() => local.l1State.head === 2, { seconds: 90 });
      await local.submitter?.stop();
      await local.transfer(alice, bob.address, 1n);
      await local.run(70);
      expect(await local.consensus.agent.certifiedBatch(2n)).to.not.equal(undefined);
      await local.consensus.restart();
      await local.tick();
      await local.submitter?.restart();
      await local.until(() => local.l1State.head === 3, { seconds: 90 });
    });
  });

  describe("rotation", () => {
    it("[5] [5.2] rotates after the agreed number of transactions", async () => {
      await setUp({
        parameters: { RotationTransactions: { value: 100, min: 100 } },
        local: { consensusOptions: { limits: { transactions: 100 } } },
        users: 4,
      });
      const { owner } = current();
      const chosen = await test.system.sequencers.next();
      for (let count = 0; count < 50; count++) {
        await local.transfer(alice, bob.address, 1n);
        await local.transfer(bob, alice.address, 1n);
      }
      await local.tick(3);
      expect((await test.system.sequencers.term()).number).to.equal(FIRST_TERM + 1n);
      expect(current().owner).to.equal(chosen).and.to.not.equal(owner);
      const hash = await local.transfer(alice, bob.address, 1n);
      await local.tick(2);
      expect((await current().chain.receipt(hash))?.success).to.equal(true);
      expect(current().chain.head.producer).to.equal(current().key.address);
    });

    it("[3.1] [3.2] [3.3.9] [3.3.10] [S2] [Q8] rotates a sequencer that stopped, tells the user, and a resend succeeds", async () => {
      await setUp();
      const failed: string[] = [];
      local.consensus.agent.events.on("failed", ({ hashes }) => failed.push(...hashes));
      const first = await local.transfer(alice, bob.address, 1n);
      await local.tick();
      expect(await status(first)).to.have.property("state", "included");

      const { owner } = current();
      await current().stop();
      const lost = await local.transfer(alice, bob.address, 2n);
      for (let passed = 0; passed < 50; passed += 10) {
        await local.run(10);
        expect([...new Set(heads())]).to.deep.equal([1]);
      }
      expect(await status(lost)).to.deep.equal({ state: "pending" });
      expect((await test.system.sequencers.term()).sequencer).to.equal(owner);
      await local.until(async () => (await test.system.sequencers.term()).number === FIRST_TERM + 1n, { seconds: 30 });
      expect(failed).to.deep.equal([lost]);
      expect(await status(lost)).to.have.property("state", "failed");
      expect(current().owner).to.not.equal(owner);

      expect(await local.transfer(alice, bob.address, 2n)).to.equal(lost);
      await local.tick(2);
      expect(await status(lost)).to.deep.equal({ state: "included", block: 2 });
      await local.until(() => local.l1State.batches[local.l1State.head - 1]?.header.lastBlock === 2n, { seconds: 90 });
    });

    it("[3.1] [S2] rotates a sequencer that answers, but makes no blocks", async () => {
      const fault: Fault = { on: false };
      await setUp({ behaviour: (place) => (place === 0 ? silent(fault) : undefined) });
      while (local.current !== local.sequencers[0]) await rotateByStopping();
      const { number } = await test.system.sequencers.term();
      fault.on = true;
      const before = heads();
      await local.transfer(alice, bob.address, 1n);
      await local.run(50);
      expect(heads()).to.deep.equal(before);
      await local.until(async () => (await test.system.sequencers.term()).number > number, { seconds: 40 });
      expect(current()).to.not.equal(local.sequencers[0]);
    });

    it("[S2] rotates a sequencer that does not sign what its peers signed", async () => {
      const fault: Fault = { on: false };
      await setUp({ behaviour: (place) => (place === 0 ? refusing(fault) : undefined) });
      while (local.current !== local.sequencers[0]) await rotateByStopping();
      const { number } = await test.system.sequencers.term();
      await local.transfer(alice, bob.address, 1n);
      await local.tick();
      fault.on = true;
      await local.until(() => local.l1State.head === 2, { seconds: 300 });
      expect((await test.system.sequencers.term()).number).to.be.greaterThan(number);
      expect(local.l1State.batches[1]?.header.sequencer).to.equal(current().owner);
    });

    it("[S2] takes no transaction while the current sequencer is silent", async () => {
      await setUp({ sequencers: 4 });
      await current().stop();
      await local.transfer(alice, bob.address, 1n);
      // One peer alone has to be convinced last: the certificate waits for it while the chain is stopped.
      const [first, second] = local.sequencers.filter(({ running }) => running);
      await first?.stop();
      await local.run(20);
      expect((await local.consensus.agent.status()).enabled).to.equal(true);
      await local.run(20);
      const { enabled, halted } = await local.consensus.agent.status();
      expect([enabled, halted]).to.deep.equal([false, true]);
      expect((await failureOf(local.transfer(alice, bob.address, 1n))).message).to.contain("halted");
      expect(second?.running).to.equal(true);
    });

    async function rotateByStopping(): Promise<void> {
      const sequencer = current();
      await sequencer.stop();
      await local.transfer(bob, alice.address, 1n);
      await local.until(() => local.current !== sequencer, { seconds: 120 });
      await sequencer.restart();
      await local.tick();
    }
  });

  describe("more than a third of the stake", () => {
    it("[S2] halts the chain when it stops, and resumes it when it returns", async () => {
      await setUp();
      const halts: boolean[] = [];
      local.consensus.agent.events.on("halted", (halted) => halts.push(halted));
      const leaders = current();
      const stopped = local.sequencers.filter((sequencer) => sequencer !== leaders).slice(0, 2);
      for (const sequencer of stopped) await sequencer.stop();
      await local.run(40);
      expect(await local.consensus.agent.status()).to.include({ halted: true, enabled: false });
      expect((await failureOf(local.transfer(alice, bob.address, 1n))).message).to.contain("halted");
      await local.run(120);
      expect((await test.system.sequencers.term()).number).to.equal(FIRST_TERM);

      for (const sequencer of stopped) await sequencer.restart();
      await local.tick();
      expect(halts).to.deep.equal([true, false]);
      const hash = await local.transfer(alice, bob.address, 1n);
      await local.tick(2);
      for (const { chain } of local.sequencers) expect((await chain.receipt(hash))?.success).to.equal(true);
      await local.until(() => local.l1State.head === 2, { seconds: 90 });
    });

    it("[S2] keeps a minority from making block after block", async () => {
      await setUp();
      const leader = current();
      for (const sequencer of local.sequencers) if (sequencer !== leader) await sequencer.stop();
      for (let count = 0; count < 3; count++) {
        await local.transfer(alice, bob.address, 1n);
        await local.tick();
      }
      expect(leader.chain.head.number).to.equal(1);
      for (const sequencer of local.sequencers) if (sequencer !== leader) await sequencer.restart();
      await local.tick(2);
      for (const { chain } of local.sequencers) {
        expect(chain.head.number).to.equal(2);
        expect(chain.head.hash).to.equal(leader.chain.head.hash);
        expect(chain.head.transactions.length).to.equal(2);
      }
    });

    it("[7] [S4] certifies nothing with less than two thirds", async () => {
      const fault: Fault = { on: true };
      await setUp({ behaviour: (place) => (place < 2 ? refusing(fault) : undefined) });
      await local.transfer(alice, bob.address, 1n);
      await local.tick();
      await local.advance(61);
      await local.tick(2);
      expect(local.l1State.head).to.equal(1);
      fault.on = false;
      await local.tick(2);
      expect(local.l1State.head).to.equal(2);
      const batch = local.l1State.batches[1];
      expect(batch === undefined ? undefined : hashHeader(batch.header)).to.equal(batch?.headerHash);
    });
  });
});
