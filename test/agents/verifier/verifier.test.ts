import { join } from "node:path";

import { expect } from "chai";

import { ZERO_HASH } from "../../../l2/base/hex.ts";
import { BlocksSource, StorageSource } from "../../../agents/data/batch-data.ts";
import { HttpStorage } from "../../../agents/data/http-storage.ts";
import { Snapshot, writeSnapshot } from "../../../agents/data/snapshot.ts";
import { Parameter } from "../../../ignition/parameters.ts";
import { lying, rootsWith, submit, type TestBatch } from "../../../testkit/batches.ts";
import { isCondemned } from "../../../testkit/disputes.ts";
import { stageFixture, type Stage } from "../../../testkit/agents/stage.ts";
import { temporaryDirectory } from "../../../testkit/directory.ts";

describe("Verifier", () => {
  const load = stageFixture({ verifiers: 2 });

  /** A right batch at the head, not published. */
  const next = (stage: Stage, parent = stage.world.genesis, transfers = 6): Promise<TestBatch> =>
    stage.world.batch(parent, stage.sequencer, { transfers });

  describe("looks at a batch", () => {
    it("[9] [10] [11] [11.1] [11.3] [11.3.1] does nothing about one that is right", async () => {
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

  describe("stands on its own", () => {
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
      expect(await isCondemned(stage.system, wrong.hash)).to.equal(true);
    });
  });
});
