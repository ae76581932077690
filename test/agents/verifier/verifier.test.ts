import { join } from "node:path";

import { expect } from "chai";

import { keccakText } from "../../../l2/base/keccak.ts";
import { ZERO_HASH } from "../../../l2/base/hex.ts";
import { BlocksSource, StorageSource } from "../../../agents/data/batch-data.ts";
import { HttpStorage } from "../../../agents/data/http-storage.ts";
import { Snapshot, writeSnapshot } from "../../../agents/data/snapshot.ts";
import { encodeObject, encodeRecords } from "../../../l2/batch/encoding.ts";
import { hashHeader } from "../../../l2/batch/header.ts";
import { Parameter } from "../../../ignition/parameters.ts";
import { lying, rootsWith, submit, submitUnattested, type TestBatch } from "../../../testkit/batches.ts";
import { knows, recomputerOf, stageFixture, type Stage, type VerifierHome } from "../../../testkit/agents/stage.ts";
import { temporaryDirectory } from "../../../testkit/directory.ts";

describe("Verifier", () => {
  const load = stageFixture({ verifiers: 2 });

  /** A right batch at the head, not published. */
  const next = (stage: Stage, parent = stage.world.genesis, transfers = 6): Promise<TestBatch> =>
    stage.world.batch(parent, stage.sequencer, { transfers });

  const restart = (stage: Stage, home: VerifierHome) => stage.verifier(home);

  describe("looks at a batch", () => {
    it("[9] [10] [11] [11.1] [11.2] [11.3] [11.3.1] does nothing about one that is right", async () => {
      const stage = await load();
      const home = await stage.home();
      const first = await stage.publish(await next(stage));
      const second = await stage.publish(await next(stage, first.header));
      const verifier = stage.verifier(home);
      const nonce = await stage.l1.provider.getTransactionCount(home.wallet.address);
      await verifier.tick();
      expect(verifier.finding(first.hash)?.verdict).to.equal("right");
      expect(verifier.finding(second.hash)?.verdict).to.equal("right");
      expect(await stage.l1.provider.getTransactionCount(home.wallet.address)).to.equal(nonce);
    });

    it("[9.1] [Q10] restores data from a snapshot, then from the blockchain, when the storage is down", async () => {
      const stage = await load();
      const first = await stage.publish(await next(stage));
      const second = await stage.publish(await next(stage, first.header));
      const file = join(temporaryDirectory(), "snapshot");
      await writeSnapshot(stage.store, [first.header.dataHash], file);
      const blocks = {
        transactions: (from: number, to: number) =>
          Promise.resolve(
            [first, second]
              .flatMap(({ transactions }) => transactions)
              .filter(({ context: { number } }) => number >= BigInt(from) && number <= BigInt(to)),
          ),
      };
      const sources = [
        new StorageSource(new HttpStorage("http://127.0.0.1:1", 500)),
        new StorageSource(new Snapshot(file)),
        new BlocksSource("blockchain", blocks),
      ];
      const home = await stage.home();
      const verifier = stage.verifier(home, {}, sources);
      await verifier.tick();
      expect(verifier.finding(first.hash)?.verdict).to.equal("right");
      expect(verifier.finding(second.hash)?.verdict).to.equal("right");
      const reads = (await stage.kit.metrics.storageReads.get()).values;
      const ok = reads.filter(({ labels }) => labels["outcome"] === "ok").map(({ labels }) => labels["source"]);
      expect(ok).to.deep.equal(["snapshot", "blockchain"]);
      expect(await stage.system.inbox.insecure()).to.equal(false);
    });

    it("[9.1] is not misled by peers that tell of other blocks", async () => {
      const stage = await load();
      const batch = await next(stage);
      await submit(stage.system, batch);
      const other = await stage.world.batch(stage.world.genesis, stage.sequencer, { transfers: 3 });
      const liar = new BlocksSource("liar", { transactions: () => Promise.resolve(other.transactions) });
      const honest = new BlocksSource("honest", { transactions: () => Promise.resolve(batch.transactions) });
      const verifier = stage.verifier(await stage.home(), {}, [new StorageSource(stage.store), liar, honest]);
      await verifier.tick();
      expect(verifier.finding(batch.hash)?.verdict).to.equal("right");
    });
  });

  describe("proves fraud in one call", () => {
    for (const index of [0, 3, 5]) {
      it(`[11.4] [11.5] [11.11] [11.12] [11.14] a wrong state root after transaction ${index}`, async () => {
        const stage = await load();
        const right = await next(stage);
        const batch = await stage.publish(
          lying(right, { stateRoots: rootsWith(right, index, keccakText("elsewhere")) }),
        );
        const verifier = stage.verifier(await stage.home());
        await verifier.tick();
        expect(verifier.finding(batch.hash)?.verdict).to.equal("wrong transition");
        expect(await stage.system.inbox.head()).to.equal(1n);
        expect(await stage.system.inbox.invalidated(batch.hash)).to.equal(true);
        expect((await stage.system.sequencers.sequencerOf(stage.sequencer)).status).to.equal(2n);
      });
    }

    it("[11.5] every root after the first wrong one, as a forger would have computed them", async () => {
      const stage = await load();
      const right = await next(stage);
      const forged = right.stateRoots.map((root, index) => (index < 2 ? root : keccakText(`forged ${index}`)));
      await stage.publish(lying(right, { stateRoots: forged }));
      await stage.verifier(await stage.home()).tick();
      expect(await stage.system.inbox.head()).to.equal(1n);
    });

    it("[11.5] a transaction that cannot be executed", async () => {
      const stage = await load();
      const batch = await stage.world.batch(stage.world.genesis, stage.sequencer, {
        transfers: [{}, {}, { request: { nonce: 7 } }, {}],
      });
      await stage.publish(batch);
      const verifier = stage.verifier(await stage.home());
      await verifier.tick();
      expect(verifier.finding(batch.hash)?.verdict).to.equal("wrong transition");
      expect(await stage.system.inbox.head()).to.equal(1n);
    });

    it("[11.5] blocks out of order", async () => {
      const stage = await load();
      const right = await next(stage);
      const transactions = right.transactions.map((transaction, index) =>
        index < 3 ? transaction : { ...transaction, context: { ...transaction.context, number: 1n, timestamp: 1n } },
      );
      const data = Buffer.concat([encodeRecords(transactions.slice(0, 3)), encodeRecords(transactions.slice(3))]);
      const { lastBlock, lastTimestamp } = right.header;
      const disordered = lying(right, { transactions, data, header: { lastBlock, lastTimestamp } });
      await stage.publish(disordered);
      const verifier = stage.verifier(await stage.home());
      await verifier.tick();
      expect(verifier.finding(disordered.hash)?.verdict).to.equal("disorder");
      expect(await stage.system.inbox.head()).to.equal(1n);
    });

    it("[11.5] a first or last block that the header does not name", async () => {
      for (const header of [{ firstTimestamp: 1n }, { lastBlock: 1n }]) {
        const stage = await load();
        const right = await next(stage);
        const field = Object.keys(header)[0] as "firstTimestamp" | "lastBlock";
        const batch = await stage.publish(lying(right, { header: { [field]: right.header[field] + header[field]! } }));
        const verifier = stage.verifier(await stage.home());
        await verifier.tick();
        expect(verifier.finding(batch.hash)?.verdict).to.equal("misplacement");
        expect(await stage.system.inbox.head()).to.equal(1n);
      }
    });

    it("[11.13] claims the bounty", async () => {
      const stage = await load();
      const home = await stage.home();
      const right = await next(stage);
      await stage.publish(lying(right, { stateRoots: rootsWith(right, 2, keccakText("elsewhere")) }));
      const before = await stage.system.token.balanceOf(home.wallet.address);
      await stage.verifier(home).tick();
      const bounty = (await stage.system.token.balanceOf(home.wallet.address)) - before;
      expect(bounty > 0n).to.equal(true);
      expect(await stage.system.sequencers.owed(home.wallet.address)).to.equal(0n);
    });

    it("[3.3.2] a fake batch whose data it has", async () => {
      const stage = await load();
      const right = await next(stage);
      const fake = lying(right, { stateRoots: rootsWith(right, 1, ZERO_HASH) });
      await submitUnattested(stage.system, fake);
      await stage.store.put(encodeObject(fake.data, fake.stateRoots));
      await stage.verifier(await stage.home()).tick();
      expect(await stage.system.inbox.invalidated(fake.hash)).to.equal(true);
    });

    it("builds on nothing that is wrong, and verifies what takes its place", async () => {
      const stage = await load();
      const home = await stage.home();
      const right = await next(stage);
      const wrong = await stage.publish(lying(right, { stateRoots: rootsWith(right, 4, keccakText("elsewhere")) }));
      const onTop = await stage.publish(await next(stage, wrong.header));
      const verifier = stage.verifier(home);
      await verifier.tick();
      expect(verifier.finding(onTop.hash)).to.equal(undefined);
      expect(await stage.system.inbox.head()).to.equal(1n);
      const { sequencer } = await stage.system.sequencers.term();
      const again = await stage.world.batch(stage.world.genesis, sequencer);
      const others = stage.system.sequencerAccounts.filter(({ address }) => address !== stage.sequencer);
      await submit(stage.system, again, others);
      await stage.store.put(encodeObject(again.data, again.stateRoots));
      await verifier.tick();
      expect(verifier.finding(again.hash)?.verdict).to.equal("right");
    });
  });

  describe("requests data on L1", () => {
    it("[9.2] [11.6] [11.7] [9.3] [11.9] [11.10.1] [11.10.2] withheld, then answered: L1 finds it right", async () => {
      const stage = await load();
      const home = await stage.home();
      const batch = await next(stage);
      await submit(stage.system, batch);
      const verifier = stage.verifier(home);
      await verifier.tick();
      expect(verifier.finding(batch.hash)).to.include({ verdict: "unavailable", withheld: true });
      expect(await stage.system.inbox.insecure()).to.equal(true);

      // Nothing is asked for twice, not even by a verifier that has forgotten.
      await restart(stage, home).tick();
      await stage.verifier({ ...(await stage.home()), wallet: home.wallet }).tick();

      const mirror = stage.mirror();
      await stage.responder({}, [knows(batch)]).answer(await mirror.sync());
      await verifier.tick();
      expect(await stage.system.inbox.insecure()).to.equal(false);
      expect((await mirror.sync()).requests[batch.hash]?.phase).to.equal("answered");
      await verifier.tick();
      expect(verifier.finding(batch.hash)?.verdict).to.equal("right");
    });

    it("[11.10.3] proposes to kick a sequencer that had the data it withheld, once", async () => {
      const stage = await load();
      const home = await stage.home();
      const { token, governor } = stage.system;
      await token.transfer(home.wallet.address, 10n ** 22n);
      await stage.system.as(stage.system.verifierAccounts[0]!).token.delegate(home.wallet.address);
      const batch = await next(stage);
      await submit(stage.system, batch);
      const options = { kick: { slashShare: 1_000, compensation: 10n ** 18n } };
      await stage.verifier(home, options).tick();
      await stage.responder({}, [knows(batch)]).answer(await stage.mirror().sync());
      await stage.system.skip(1);
      await stage.verifier(home, options).tick();
      await stage.verifier(home, options).tick();
      await stage.verifier({ ...(await stage.home()), wallet: home.wallet, findings: home.findings }, options).tick();
      const proposals = await governor.queryFilter(governor.filters.KickProposed());
      expect(proposals.map(({ args }) => args.sequencer)).to.deep.equal([stage.sequencer]);
      const { verifier, slashShare, etherCompensation } = proposals[0]!.args;
      expect([verifier, slashShare]).to.deep.equal([home.wallet.address, 1_000n]);
      expect(etherCompensation).to.equal(await stage.system.disputes.requestFee(batch.header));
    });

    it("[11.D1] [11.11] closes a request that nobody answered, and collects fee and bounty", async () => {
      const stage = await load();
      const home = await stage.home();
      const batch = await next(stage);
      await submit(stage.system, batch);
      await stage.verifier(home).tick();
      const metis = await stage.system.token.balanceOf(home.wallet.address);
      await restart(stage, home).tick();
      expect(await stage.system.inbox.head()).to.equal(2n);
      await stage.system.skip(86_401n);
      await restart(stage, home).tick();
      expect(await stage.system.inbox.head()).to.equal(1n);
      expect(await stage.system.inbox.insecure()).to.equal(false);
      await restart(stage, home).tick();
      expect((await stage.system.token.balanceOf(home.wallet.address)) > metis).to.equal(true);
      expect(await stage.system.disputes.owed(home.wallet.address)).to.equal(0n);
    });

    it("[11.6] [11.10] [11.11] nobody has the claimed roots: L1 recomputes and condemns", async () => {
      const stage = await load();
      const home = await stage.home();
      const right = await next(stage);
      const wrong = lying(right, { stateRoots: rootsWith(right, 2, keccakText("elsewhere")) });
      await submit(stage.system, wrong);
      const blocks = new BlocksSource("blockchain", { transactions: () => Promise.resolve(right.transactions) });
      const verifier = stage.verifier(home, {}, [new StorageSource(stage.store), blocks]);
      await verifier.tick();
      expect(verifier.finding(wrong.hash)?.verdict).to.equal("wrong data");
      expect(await stage.system.inbox.insecure()).to.equal(true);
      await stage.responder({}, [knows(right)]).answer(await stage.mirror().sync());
      await verifier.tick();
      expect(await stage.system.inbox.invalidated(wrong.hash)).to.equal(true);
      expect(await stage.system.inbox.insecure()).to.equal(false);
    });

    it("[11] [11.6] the object in storage has another MTTBR", async () => {
      const stage = await load();
      const right = await next(stage);
      const wrong = lying(right, { header: { mttbr: keccakText("other transactions") } });
      await stage.publish(wrong);
      const verifier = stage.verifier(await stage.home());
      await verifier.tick();
      expect(verifier.finding(wrong.hash)?.verdict).to.equal("wrong data");
      expect((await stage.system.disputes.requestOf(wrong.hash)).state).to.equal(1n);
    });

    it("[11.6] the object in storage is no batch", async () => {
      const stage = await load();
      const right = await next(stage);
      const wrong = lying(right, { data: Buffer.alloc(right.data.length, 7) });
      await stage.publish(wrong);
      const verifier = stage.verifier(await stage.home());
      await verifier.tick();
      expect(verifier.finding(wrong.hash)?.verdict).to.equal("wrong data");
      expect((await stage.system.disputes.requestOf(wrong.hash)).state).to.equal(1n);
    });

    it("[11.6] the header's gas is not what was used", async () => {
      const stage = await load();
      const right = await next(stage);
      const wrong = await stage.publish(lying(right, { header: { gasUsed: right.header.gasUsed + 1n } }));
      const verifier = stage.verifier(await stage.home());
      await verifier.tick();
      await stage.responder({}, [knows(right)]).answer(await stage.mirror().sync());
      await verifier.tick();
      expect(await stage.system.inbox.invalidated(wrong.hash)).to.equal(true);
    });

    it("[11.6] pays no more than it was told to", async () => {
      const stage = await load();
      const batch = await next(stage);
      await submit(stage.system, batch);
      const fee = await stage.system.disputes.requestFee(batch.header);
      await stage.verifier(await stage.home(), { maxRequestFee: fee - 1n }).tick();
      expect(await stage.system.inbox.insecure()).to.equal(false);
      expect((await stage.kit.metrics.alarms.get()).values[0]?.value).to.equal(1);
      await stage.verifier(await stage.home(), { maxRequestFee: fee }).tick();
      expect(await stage.system.inbox.insecure()).to.equal(true);
    });

    it("[3.3.2] gets its fee back when a certified batch takes the place of a fake one", async () => {
      const stage = await load();
      const home = await stage.home();
      const right = await next(stage);
      const fake = lying(right, { stateRoots: rootsWith(right, 1, ZERO_HASH) });
      await submitUnattested(stage.system, fake);
      await stage.verifier(home).tick();
      expect(await stage.system.inbox.insecure()).to.equal(true);
      await stage.publish(right);
      const verifier = restart(stage, home);
      await verifier.tick();
      expect((await stage.system.disputes.requestOf(fake.hash)).state).to.equal(3n);
      expect(await stage.system.disputes.owed(home.wallet.address)).to.equal(0n);
      expect(verifier.finding(hashHeader(right.header))?.verdict).to.equal("right");
    });
  });

  describe("stands on its own", () => {
    it("[11.9] shares a recomputation with others, none undoing another's progress", async () => {
      const stage = await load();
      const home = await stage.home();
      const batch = await next(stage, stage.world.genesis, 24);
      await submit(stage.system, batch);
      const verifier = stage.verifier(home, { stepGas: 400_000n });
      await verifier.tick();
      const mirror = stage.mirror();
      await stage.responder({}, [knows(batch)]).answer(await mirror.sync());
      const stale = structuredClone(await mirror.sync());
      const fetch = () => knows(batch).fetch(batch.header);
      const other = recomputerOf(stage, { stepGas: 400_000n, steps: 2 });
      const killed = await other.advance(stale, batch.hash, fetch).catch((error: unknown) => error);
      expect((killed as Error).message).to.equal("killed");
      await verifier.tick();
      // What it holds is old by now; it finds out and gives up.
      await recomputerOf(stage).advance(stale, batch.hash, fetch);
      expect((await mirror.sync()).requests[batch.hash]?.phase).to.equal("answered");
      const advanced = await stage.system.disputes.queryFilter(stage.system.disputes.filters.RecomputationAdvanced());
      expect(advanced.length).to.be.greaterThan(2);
    });

    it("becomes a verifier by itself, and only once", async () => {
      const stage = await load();
      const { address } = stage.system.others[3]!;
      const home = await stage.home(address);
      await stage.system.token.transfer(address, await stage.system.parameters.get(Parameter.VerifierBond));
      await stage.verifier(home, { register: true }).tick();
      expect(await stage.system.verifiers.isVerifier(address)).to.equal(true);
      await stage.verifier(home, { register: true }).tick();
    });

    it("[9.2] another verifier's request is enough", async () => {
      const stage = await load();
      const batch = await next(stage);
      await submit(stage.system, batch);
      await stage.verifier(await stage.home()).tick();
      const second = await stage.home(stage.system.verifierAccounts[1]!.address);
      const nonce = await stage.l1.provider.getTransactionCount(second.wallet.address);
      await stage.verifier(second).tick();
      expect(await stage.l1.provider.getTransactionCount(second.wallet.address)).to.equal(nonce);
    });

    it("follows L1 when it takes another way: the batch that was right is verified again", async () => {
      const stage = await load();
      const home = await stage.home();
      const fork = await stage.system.connection.networkHelpers.takeSnapshot();
      const first = await stage.publish(await next(stage));
      const verifier = stage.verifier(home);
      await verifier.tick();
      await fork.restore();
      const other = await stage.world.batch(stage.world.genesis, stage.sequencer, { transfers: 2 });
      const wrong = await stage.publish(lying(other, { stateRoots: rootsWith(other, 0, ZERO_HASH) }));
      await verifier.tick();
      expect(verifier.finding(first.hash)?.verdict).to.equal("right");
      expect(await stage.system.inbox.invalidated(wrong.hash)).to.equal(true);
    });
  });
});
