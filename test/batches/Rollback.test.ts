/** What the disputes contract does to the chain of batches: holds, confirmations and rollbacks. */
import { expect } from "chai";

import { keccakText } from "../../l2/base/keccak.ts";
import { Parameter } from "../../ignition/parameters.ts";
import {
  type TestBatch,
  type BatchMaker,
  accountOf,
  lying,
  rootsWith,
  submit,
  submitUnattested,
} from "../../testkit/batches.ts";
import { proveTransition } from "../../testkit/disputes.ts";
import type { TestSystem } from "../../testkit/system.ts";
import { Status, openInbox, skipWindow, statusOf, storageOf } from "./inbox.ts";

describe("Disputes and the chain of batches", () => {
  let load: () => Promise<TestSystem>;
  let system: TestSystem;
  let world: BatchMaker;
  let current: string;
  let other: string;
  let first: TestBatch;
  let second: TestBatch;
  let third: TestBatch;

  before(async () => {
    ({ load, world, current, other, first, second, third } = await openInbox());
  });

  beforeEach(async () => {
    system = await load();
  });

  describe("rollback", () => {
    const wrongAt = (batch: TestBatch, i: number): TestBatch =>
      lying(batch, { stateRoots: rootsWith(batch, i, keccakText("wrong")) });

    it("[11.14] takes the wrong batch and all that follow, and opens the index for the next sequencer", async () => {
      const { inbox } = system;
      const wrong = wrongAt(second, 1);
      const later = await world.batch({ ...wrong.header }, current, { transfers: 2 });
      await submit(system, first);
      await submit(system, wrong);
      await submit(system, later);
      await expect(proveTransition(system, world, wrong, 1))
        .to.emit(inbox, "BatchInvalidated")
        .withArgs(2, wrong.hash, 4);
      expect([await inbox.head(), await inbox.finalised()]).to.deep.equal([2n, 1n]);
      expect([await statusOf(system, 1), await statusOf(system, 2), await statusOf(system, 3)]).to.deep.equal([
        Status.Pending,
        0n,
        0n,
      ]);
      expect(await inbox.contains(2, wrong.hash)).to.equal(false);
      const next = (await system.sequencers.term()).sequencer;
      const members = system.sequencerAccounts.filter(({ address }) => address !== wrong.header.sequencer);
      const again = await world.batch(first.header, next, { transfers: 5 });
      await submit(system, again, members);
      expect(await inbox.contains(2, again.hash)).to.equal(true);
    });

    it("[11.14] bars the wrong header for good", async () => {
      const wrong = lying(wrongAt(first, 1), { header: { sequencer: other } });
      await submit(system, wrong);
      await proveTransition(system, world, wrong, 1);
      const members = system.sequencerAccounts.filter(({ address }) => address !== other);
      await expect(submit(system, wrong, members))
        .to.be.revertedWithCustomError(system.inbox, "InboxInvalidatedHeader")
        .withArgs(wrong.hash);
    });

    it("[3.3] bars a replaced unattested header, though its index is open again", async () => {
      const rival = wrongAt(await world.batch(world.genesis, other, { transfers: 3 }), 0);
      await submitUnattested(system, first);
      await submit(system, rival);
      await proveTransition(system, world, rival, 0);
      expect(await system.inbox.head()).to.equal(1n);
      await expect(submitUnattested(system, first))
        .to.be.revertedWithCustomError(system.inbox, "InboxInvalidatedHeader")
        .withArgs(first.hash);
      await submitUnattested(system, await world.batch(world.genesis, current, { transfers: 3 }));
      expect(await statusOf(system, 1)).to.equal(Status.Unattested);
    });

    it("[11.14] leaves the offender's earlier batches, which finalise or are proven wrong like any other", async () => {
      for (const earlier of [first, wrongAt(first, 1)]) {
        system = await load();
        const later = wrongAt(await world.batch(earlier.header, current, { transfers: 3 }), 0);
        await submit(system, earlier);
        await submit(system, later);
        await proveTransition(system, world, later, 0);
        expect((await system.sequencers.sequencerOf(current)).stake).to.equal(0n);
        if (earlier === first) {
          await skipWindow(system);
          await system.inbox.finalise(first.header);
          expect(await system.sequencers.owed(accountOf(system, current).recipient)).to.equal(0n);
        } else {
          await proveTransition(system, world, earlier, 1);
          expect(await system.inbox.head()).to.equal(1n);
        }
      }
    });

    it("[11.14] takes an unattested batch at the head along, and certified ones can follow", async () => {
      const wrong = wrongAt(second, 1);
      const alone = await world.batch(wrong.header, current, { transfers: 2 });
      await submit(system, first);
      await submit(system, wrong);
      await submitUnattested(system, alone);
      await proveTransition(system, world, wrong, 1);
      const members = system.sequencerAccounts.filter(({ address }) => address !== other);
      const again = await world.batch(first.header, current, { transfers: 2 });
      await submit(system, again, members);
      expect(await system.inbox.contains(2, again.hash)).to.equal(true);
    });
  });

  describe("calls of the disputes contract", () => {
    async function asDisputes() {
      const { networkHelpers, ethers } = system.connection;
      const address = await system.disputes.getAddress();
      await networkHelpers.impersonateAccount(address);
      await networkHelpers.setBalance(address, 10n ** 18n);
      return system.inbox.connect(await ethers.getSigner(address));
    }

    it("are refused from anyone else", async () => {
      await submit(system, first);
      const caller = system.deployer;
      for (const name of ["hold", "confirm", "invalidate"]) {
        await expect(system.inbox.connect(caller).getFunction(name)(first.header), name)
          .to.be.revertedWithCustomError(system.inbox, "InboxUnauthorized")
          .withArgs(caller);
      }
    });

    it("are refused for headers that L1 does not keep or that are final, and so is a second hold", async () => {
      const inbox = await asDisputes();
      await submit(system, first);
      for (const name of ["hold", "confirm", "invalidate"]) {
        await expect(inbox.getFunction(name)(second.header), name)
          .to.be.revertedWithCustomError(inbox, "InboxUnknownHeader")
          .withArgs(2, second.hash);
        await expect(inbox.getFunction(name)(world.genesis), name)
          .to.be.revertedWithCustomError(inbox, "InboxWrongStatus")
          .withArgs(0, Status.Final);
      }
      await expect(inbox.hold(first.header)).to.emit(inbox, "BatchHeld").withArgs(1, first.hash);
      await expect(inbox.hold(first.header)).to.be.revertedWithCustomError(inbox, "InboxAlreadyHeld").withArgs(1);
    });

    it("[11.7] [11.16] make the system insecure from the first hold to the end of the last, and announce it once", async () => {
      const inbox = await asDisputes();
      for (const batch of [first, second, third]) await submit(system, batch);
      await expect(inbox.hold(second.header)).to.emit(inbox, "SecurityChanged").withArgs(true);
      await expect(inbox.hold(first.header)).to.not.emit(inbox, "SecurityChanged");
      await inbox.hold(third.header);
      await expect(inbox.confirm(first.header)).to.not.emit(inbox, "SecurityChanged");
      expect([await inbox.held(1), await inbox.held(2), await inbox.held(3)]).to.deep.equal([false, true, true]);
      await expect(inbox.invalidate(second.header)).to.emit(inbox, "SecurityChanged").withArgs(false);
      expect([await inbox.held(2), await inbox.held(3), await inbox.insecure()]).to.deep.equal([false, false, false]);
    });

    it("[S1] keep the holds below a rollback, across words of the bitmap", async () => {
      const inbox = await asDisputes();
      const slots = await storageOf(system);
      const chain: TestBatch[] = [];
      let parent = await slots.graft(world, 250n);
      for (let i = 0; i < 10; i++) {
        const batch = await world.batch(parent, current, { transfers: 1 });
        await submit(system, batch);
        chain.push(batch);
        parent = batch.header;
      }
      for (const batch of chain) await inbox.hold(batch.header);
      const at = async (i: number): Promise<boolean> => await inbox.held(chain[i]!.header.index);
      await expect(inbox.invalidate(chain[7]!.header)).to.not.emit(inbox, "SecurityChanged");
      expect([await at(6), await at(7), await at(9)]).to.deep.equal([true, false, false]);
      await inbox.invalidate(chain[3]!.header);
      expect([await at(2), await at(3), await at(5), await at(6)]).to.deep.equal([true, false, false, false]);
      for (const batch of chain.slice(0, 2)) await inbox.confirm(batch.header);
      expect(await inbox.insecure()).to.equal(true);
      await expect(inbox.confirm(chain[2]!.header)).to.emit(inbox, "SecurityChanged").withArgs(false);
    });

    it("leave at least one request window after a confirmation, and never shorten the challenge window", async () => {
      const inbox = await asDisputes();
      const challenge = await system.parameters.get(Parameter.ChallengeWindow);
      const left = await system.parameters.get(Parameter.RequestWindow);
      await submit(system, first);
      const submitted = BigInt(await system.now());
      await inbox.hold(first.header);
      await inbox.confirm(first.header);
      expect((await inbox.batchAt(1)).clock).to.equal(submitted);
      await inbox.hold(first.header);
      await system.skip(challenge - 10n);
      await inbox.confirm(first.header);
      const confirmed = BigInt(await system.now());
      await expect(inbox.finalise(first.header))
        .to.be.revertedWithCustomError(inbox, "InboxWindowOpen")
        .withArgs(confirmed + left);
    });
  });
});
