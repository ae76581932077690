import { expect } from "chai";
import { parseEther } from "ethers";

import { keccakText } from "../../../l2/base/keccak.ts";
import { ZERO_HASH } from "../../../l2/base/hex.ts";
import { MemoryCursor } from "../../../agents/runtime/cursor.ts";
import { BATCH_STATUS, followL1 } from "../../../agents/l1/mirror.ts";
import type { CertifiedBatch } from "../../../agents/node/consensus.ts";
import { certifiedOnly } from "../../../agents/storage/authorise.ts";
import type { DataSource } from "../../../agents/data/batch-data.ts";
import { FileStore } from "../../../agents/data/file-store.ts";
import { HttpStorage } from "../../../agents/data/http-storage.ts";
import { StorageServer } from "../../../agents/storage/server.ts";
import { Outbox, type OutboxCursor } from "../../../agents/submitter/outbox.ts";
import { Submitter } from "../../../agents/submitter/submitter.ts";
import { TERM_LIMIT } from "../../../agents/l1/rotations.ts";
import { Parameter } from "../../../ignition/parameters.ts";
import { encodeObject } from "../../../l2/batch/encoding.ts";
import { lying, placed, rootsWith, submit, submitUnattested, type TestBatch } from "../../../testkit/batches.ts";
import { certify } from "../../../testkit/certificates.ts";
import { managerOf, walletOf } from "../../../testkit/agents/kit.ts";
import { knows, stageFixture, statesOf, type Stage } from "../../../testkit/agents/stage.ts";
import { temporaryDirectory } from "../../../testkit/directory.ts";

describe("Submitter", () => {
  const load = stageFixture({ verifiers: 1 });
  const servers: StorageServer[] = [];

  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
  });

  /** Memolabs as it runs: it takes what L1 would take. */
  async function memolabs(stage: Stage): Promise<StorageServer> {
    const server = new StorageServer(
      { host: "127.0.0.1", port: 0, maxObject: 1_000_000 },
      { ...stage.kit, store: stage.store, authorise: certifiedOnly(stage.l1) },
    );
    await server.start();
    servers.push(server);
    return server;
  }

  /** A submitter, what it is told, and what outlives it. */
  async function home(stage: Stage, known: TestBatch[], storageUrl?: string, source: DataSource = knows(...known)) {
    const certified = new Map<bigint, CertifiedBatch>();
    const wallet = walletOf(stage.system.others[0]!.address);
    const outbox = new MemoryCursor<OutboxCursor>();
    const files = new FileStore(temporaryDirectory());
    const states = await statesOf(stage.world);
    const verifierHome = await stage.home();
    const storage = new HttpStorage(storageUrl ?? (await memolabs(stage)).url, 2_000);
    const start = (): Submitter =>
      new Submitter(
        { interval: 1_000, finalise: true },
        {
          ...stage.kit,
          l1: stage.l1,
          mirror: followL1(stage.l1, { history: 1_000 }, { ...stage.kit, cursor: new MemoryCursor() }),
          transactions: managerOf(stage.l1, wallet, stage.kit),
          config: stage.world.config,
          states,
          consensus: { certifiedBatch: (index) => Promise.resolve(certified.get(index)) },
          sources: [source],
          outbox: new Outbox({ storage, files, cursor: outbox, log: stage.kit.log }),
          challenger: stage.verifier(verifierHome),
        },
      );
    const certifyBatch = async (batch: TestBatch): Promise<void> => {
      const members = stage.system.sequencerAccounts;
      const certificate = await certify(stage.system.sequencers, batch.header, members);
      certified.set(batch.header.index, { header: batch.header, certificate });
    };
    return { start, certify: certifyBatch, certified, storage, outbox };
  }

  const chainOf = async (stage: Stage, count: number): Promise<TestBatch[]> => {
    const batches: TestBatch[] = [];
    for (let index = 0; index < count; index++) {
      const parent = batches.at(-1)?.header ?? stage.world.genesis;
      batches.push(await stage.world.batch(parent, stage.sequencer, { transfers: 4 }));
    }
    return batches;
  };

  it("[6] [8a] [8b] [8c] [8d] [8e] [8.3] recomputes, stores, submits, reads back, and does nothing more", async () => {
    const stage = await load();
    const batches = await chainOf(stage, 3);
    const at = await home(stage, batches);
    for (const batch of batches) await at.certify(batch);
    const submitter = at.start();
    await submitter.tick();
    expect(await stage.system.inbox.head()).to.equal(4n);
    for (const { hash, header, data, stateRoots } of batches) {
      expect((await stage.mirror().sync()).batches[Number(header.index)]?.headerHash).to.equal(hash);
      expect(Buffer.from(await at.storage.get(header.dataHash))).to.deep.equal(
        Buffer.from(encodeObject(data, stateRoots)),
      );
    }
    const nonce = await stage.l1.provider.getTransactionCount(stage.system.others[0]!.address);
    await submitter.tick();
    await at.start().tick();
    expect(await stage.l1.provider.getTransactionCount(stage.system.others[0]!.address)).to.equal(nonce);
    expect((await stage.kit.metrics.alarms.get()).values).to.deep.equal([]);
  });

  it("[8d] [8e] executes each batch once: what it computed itself is what L1 has to show", async () => {
    const stage = await load();
    const batches = await chainOf(stage, 2);
    const fetched: bigint[] = [];
    const own = knows(...batches);
    const at = await home(stage, batches, undefined, {
      name: own.name,
      fetch: (header) => {
        fetched.push(header.index);
        return own.fetch(header);
      },
    });
    for (const batch of batches) await at.certify(batch);
    const submitter = at.start();
    await submitter.tick();
    await submitter.tick();
    expect(await stage.system.inbox.head()).to.equal(3n);
    expect(fetched).to.deep.equal([1n, 2n]);
  });

  const lies: [string, (right: TestBatch) => TestBatch][] = [
    ["state root", (right) => lying(right, { stateRoots: rootsWith(right, 1, keccakText("elsewhere")) })],
    ["MTTBR", (right) => lying(right, { header: { mttbr: keccakText("other") } })],
    ["gas", (right) => lying(right, { header: { gasUsed: 1n } })],
    ["last block", (right) => lying(right, { header: { lastBlock: right.header.lastBlock + 1n } })],
    ["pre-state", (right) => lying(right, { header: { preStateRoot: keccakText("elsewhere") } })],
    ["data hash", (right) => lying(right, { header: { dataHash: keccakText("nothing") } })],
  ];
  for (const [what, lie] of lies) {
    it(`[8.3] [8e] refuses to send a certified batch with a wrong ${what}, and raises an alarm`, async () => {
      const stage = await load();
      const [right] = (await chainOf(stage, 1)) as [TestBatch];
      const wrong = lie(right);
      const at = await home(stage, [right]);
      await at.certify(wrong);
      await at.start().tick();
      expect(await stage.system.inbox.head()).to.equal(1n);
      expect((await stage.kit.metrics.alarms.get()).values.length).to.be.greaterThan(0);
      expect(await at.outbox.load()).to.equal(undefined);
    });
  }

  it("[8.3] [8e] acts as a verifier where L1 has other roots than the transactions give", async () => {
    const stage = await load();
    const [right] = (await chainOf(stage, 1)) as [TestBatch];
    const wrong = await stage.publish(lying(right, { stateRoots: rootsWith(right, 1, keccakText("elsewhere")) }));
    const at = await home(stage, [right]);
    await at.start().tick();
    expect((await stage.mirror().sync()).verdicts[wrong.hash]?.stood).to.equal(true);
  });

  it("[Q10] [Q3] submits while the storage is down, and delivers once it is back, also after a restart", async () => {
    const stage = await load();
    const batches = await chainOf(stage, 2);
    const server = await memolabs(stage);
    const { url } = server;
    const { port } = new URL(url);
    await server.stop();
    const at = await home(stage, batches, url);
    for (const batch of batches) await at.certify(batch);
    await at.start().tick();
    expect(await stage.system.inbox.head()).to.equal(3n);
    expect((await at.outbox.load())?.waiting).to.have.length(2);
    const again = new StorageServer(
      { host: "127.0.0.1", port: Number(port), maxObject: 1_000_000 },
      { ...stage.kit, store: stage.store, authorise: certifiedOnly(stage.l1) },
    );
    await again.start();
    servers.push(again);
    await at.start().tick();
    expect((await at.outbox.load())?.waiting).to.deep.equal([]);
    for (const { header } of batches) await at.storage.get(header.dataHash);
  });

  it("submits again what a reorganisation of L1 took away", async () => {
    const stage = await load();
    const batches = await chainOf(stage, 2);
    const at = await home(stage, batches);
    for (const batch of batches) await at.certify(batch);
    const fork = await stage.system.connection.networkHelpers.takeSnapshot();
    const submitter = at.start();
    await submitter.tick();
    expect(await stage.system.inbox.head()).to.equal(3n);
    await fork.restore();
    expect(await stage.system.inbox.head()).to.equal(1n);
    await submitter.tick();
    expect(await stage.system.inbox.head()).to.equal(3n);
  });

  it("[3.3] puts a certified batch in the place of a fake one", async () => {
    const stage = await load();
    const [right] = (await chainOf(stage, 1)) as [TestBatch];
    const fake = lying(right, { stateRoots: rootsWith(right, 1, ZERO_HASH) });
    await submitUnattested(stage.system, fake);
    const at = await home(stage, [right]);
    await at.certify(right);
    const submitter = at.start();
    await submitter.tick();
    await submitter.tick();
    const { headerHash, standing } = (await stage.mirror().sync()).batches[1]!;
    expect([headerHash, standing.status]).to.deep.equal([right.hash, BATCH_STATUS.certified]);
  });

  it("[M2] adds signatures that another submitter left out, and those that came late", async () => {
    const stage = await load();
    const [batch] = (await chainOf(stage, 1)) as [TestBatch];
    const members = stage.system.sequencerAccounts;
    const others = members.filter(({ address }) => address !== stage.sequencer);
    const late = others.at(-1)!;
    // Whoever submits leaves out all that it can.
    const quorum = members.filter(({ address }) => address !== late.address);
    await submit(stage.system, batch, quorum);
    const at = await home(stage, [batch]);
    const submitter = at.start();
    await submitter.tick();
    const added = async () => (await stage.mirror().sync()).batches[1]!.added;
    expect(await added()).to.equal(0n);
    await at.certify(batch);
    await submitter.tick();
    expect(await added(), "it waits for more").to.equal(0n);
    await stage.kit.clock.sleep(900_000);
    await submitter.tick();
    expect(await added()).to.equal(1n << BigInt(late.seat));
    // Another one sees at once what somebody else has left out.
    const fork = await chainOf(stage, 2);
    await submit(stage.system, fork[1]!, quorum);
    await at.certify(fork[1]!);
    await submitter.tick();
    expect((await stage.mirror().sync()).batches[2]!.added).to.equal(1n << BigInt(late.seat));
  });

  it("[S1] [H1] [H2] finalises in one call what is due, up to what is under request, and the rest once that is over", async () => {
    const stage = await load();
    const batches = await chainOf(stage, 3);
    const at = await home(stage, batches);
    for (const batch of batches) await at.certify(batch);
    const submitter = at.start();
    await submitter.tick();
    const { inbox, parameters } = stage.system;
    expect(await inbox.finalised()).to.equal(1n);
    const window = await parameters.get(Parameter.ChallengeWindow);
    await stage.system.skip(window - 3_600n);
    const verifier = stage.system.as(stage.system.verifierAccounts[0]!);
    const { header } = batches[2]!;
    await verifier.disputes.requestData([await placed(stage.system, header)], { value: parseEther("1") });
    await stage.system.skip(7_200);
    const nonce = () => stage.l1.provider.getTransactionCount(stage.system.others[0]!.address);
    const before = await nonce();
    await submitter.tick();
    expect([await inbox.finalised(), (await nonce()) - before]).to.deep.equal([3n, 1]);
    await submitter.tick();
    expect([await inbox.finalised(), (await nonce()) - before]).to.deep.equal([3n, 1]);
  });

  it("[H6] [5] rotates a term that nobody ended in time, and fixes a draw that nothing fixed", async () => {
    const stage = await load();
    const at = await home(stage, []);
    const submitter = at.start();
    const { sequencers } = stage.system;
    const nonce = () => stage.l1.provider.getTransactionCount(stage.system.others[0]!.address);
    await stage.system.skip(600);
    await submitter.tick();
    expect(await nonce(), "a batch would fix it").to.equal(0);
    await stage.system.skip(1_800);
    for (let round = 0; round < 3; round++) await submitter.tick();
    expect(await nonce()).to.equal(1);
    const { number } = await sequencers.term();
    await stage.system.skip(TERM_LIMIT);
    await submitter.tick();
    expect((await sequencers.term()).number, "the consensus layer comes first").to.equal(number);
    await stage.system.skip(300);
    await submitter.tick();
    expect((await sequencers.term()).number).to.equal(number + 1n);
  });
});
