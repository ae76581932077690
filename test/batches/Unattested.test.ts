/** Batches that the current sequencer posts alone: what is refused, what replaces them, and what confirms them. */
import { expect } from "chai";

import { keccakText } from "../../l2/base/keccak.ts";
import {
  type TestBatch,
  type BatchMaker,
  accountOf,
  lying,
  ownerOf,
  submit,
  submitUnattested,
} from "../../testkit/batches.ts";
import { RequestState, post, recompute, requestData } from "../../testkit/disputes.ts";
import type { TestSystem } from "../../testkit/system.ts";
import { Status, openInbox, skipWindow, statusOf } from "./inbox.ts";

describe("A batch of the current sequencer alone", () => {
  let load: () => Promise<TestSystem>;
  let system: TestSystem;
  let world: BatchMaker;
  let current: string;
  let other: string;
  let first: TestBatch;
  let second: TestBatch;

  before(async () => {
    ({ load, world, current, other, first, second } = await openInbox());
  });

  beforeEach(async () => {
    system = await load();
  });

  it("[3.3] is recorded as unattested, whether the sequencer's owner or its key sends it", async () => {
    const { inbox } = system;
    await expect(submitUnattested(system, first))
      .to.emit(inbox, "BatchSubmitted")
      .withArgs(1, first.hash, false, Object.values(first.header));
    expect(await statusOf(system, 1)).to.equal(Status.Unattested);
    expect((await inbox.batchAt(1)).signers).to.equal(0n);

    system = await load();
    const key = accountOf(system, current).key.connect(system.connection.ethers.provider);
    await system.connection.networkHelpers.setBalance(key.address, 10n ** 18n);
    await system.inbox.connect(key).submitUnattested(first.parent, first.header, [...first.postStateProof]);
    expect(await statusOf(system, 1)).to.equal(Status.Unattested);
  });

  it("[3.3] [S4] is refused from a stranger, from another sequencer, and in another's name", async () => {
    const { inbox } = system;
    const stranger = system.others[0]!;
    const proof = [...first.postStateProof];
    await expect(inbox.connect(stranger).submitUnattested(first.parent, first.header, proof))
      .to.be.revertedWithCustomError(inbox, "InboxUnauthorized")
      .withArgs(stranger);
    const others = lying(first, { header: { sequencer: other } });
    await expect(submitUnattested(system, others))
      .to.be.revertedWithCustomError(inbox, "InboxUnauthorized")
      .withArgs(other);
    const rival = inbox.connect(ownerOf(system, other));
    await expect(rival.submitUnattested(first.parent, first.header, proof))
      .to.be.revertedWithCustomError(inbox, "InboxUnauthorized")
      .withArgs(other);
    const inOthersName = inbox.connect(ownerOf(system, current));
    await expect(inOthersName.submitUnattested(others.parent, others.header, [...others.postStateProof]))
      .to.be.revertedWithCustomError(inbox, "InboxUnauthorized")
      .withArgs(current);
  });

  it("[3.3] passes the same checks as a certified one, and stands only at the head", async () => {
    await expect(
      submitUnattested(system, lying(first, { header: { parent: keccakText("another") } })),
    ).to.be.revertedWithCustomError(system.inbox, "InboxWrongParent");
    await submit(system, first);
    const rival = await world.batch(world.genesis, current, { transfers: 3 });
    await expect(submitUnattested(system, rival))
      .to.be.revertedWithCustomError(system.inbox, "InboxWrongIndex")
      .withArgs(1, 2);
  });

  it("[3.3] ends the chain for now: neither a certified batch nor another of its kind builds on it", async () => {
    await submitUnattested(system, first);
    await expect(submit(system, second)).to.be.revertedWithCustomError(system.inbox, "InboxUnattestedHead").withArgs(1);
    const own = await world.batch(first.header, current, { transfers: 2 });
    await expect(submitUnattested(system, own))
      .to.be.revertedWithCustomError(system.inbox, "InboxUnattestedHead")
      .withArgs(1);
  });

  it("[3.3] is not replaced by a batch that names it as its parent", async () => {
    await submitUnattested(system, first);
    const wrong = lying(second, { header: { index: 1n } });
    await expect(submit(system, wrong)).to.be.revertedWithCustomError(system.inbox, "InboxWrongIndex").withArgs(1, 2);
  });

  it("[3.3] still ends the chain when L1 confirms a batch below it", async () => {
    await submit(system, first);
    const alone = await world.batch(first.header, current, { transfers: 2 });
    await submitUnattested(system, alone);
    await requestData(system, first);
    await post(system, first);
    await recompute(system, world, first);
    await expect(submit(system, await world.batch(alone.header, other, { transfers: 2 })))
      .to.be.revertedWithCustomError(system.inbox, "InboxUnattestedHead")
      .withArgs(2);
  });

  it("[3.3] can be replaced itself, but no batch below it", async () => {
    await submit(system, first);
    await submitUnattested(system, await world.batch(first.header, current, { transfers: 2 }));
    const rival = await world.batch(world.genesis, other, { transfers: 3 });
    await expect(submit(system, rival)).to.be.revertedWithCustomError(system.inbox, "InboxWrongIndex").withArgs(1, 3);
  });

  it("[3.3] is refused where a field of its header carries more bits than it has", async () => {
    const { inbox } = system.as(ownerOf(system, current));
    const data = inbox.interface.encodeFunctionData("submitUnattested", [
      first.parent,
      first.header,
      [...first.postStateProof],
    ]);
    const narrow = Object.entries(first.header).flatMap(([, value], i) =>
      typeof value === "bigint" || value === current ? [i] : [],
    );
    expect(narrow).to.have.length(9);
    const signer = ownerOf(system, current);
    for (const field of narrow) {
      // After the selector come the 15 words of the parent, then those of the header.
      const at = 2 + 2 * (4 + 32 * (15 + field));
      const dirty = `${data.slice(0, at)}01${data.slice(at + 2)}`;
      await expect(signer.call({ to: inbox, data: dirty }), `field ${String(field)}`).to.be.revertedWithoutReason(
        system.connection.ethers,
      );
    }
    await signer.call({ to: inbox, data });
  });

  it("[3.3] is not replaced by another of its kind", async () => {
    await submitUnattested(system, first);
    await expect(submitUnattested(system, await world.batch(world.genesis, current, { transfers: 3 })))
      .to.be.revertedWithCustomError(system.inbox, "InboxWrongIndex")
      .withArgs(1, 2);
  });

  it("[3.3] never finalises by time alone", async () => {
    await submitUnattested(system, first);
    await skipWindow(system);
    await expect(system.inbox.finalise(first.header))
      .to.be.revertedWithCustomError(system.inbox, "InboxWrongStatus")
      .withArgs(1, Status.Unattested);
  });

  it("[3.3] is replaced by a certified one, and never comes back", async () => {
    const rival = await world.batch(world.genesis, other, { transfers: 3 });
    await submitUnattested(system, first);
    await expect(submit(system, rival))
      .to.emit(system.inbox, "BatchReplaced")
      .withArgs(1, first.hash)
      .and.not.to.emit(system.inbox, "SecurityChanged");
    expect(await statusOf(system, 1)).to.equal(Status.Pending);
    expect(await system.inbox.contains(1, rival.hash)).to.equal(true);
    expect(await system.inbox.contains(1, first.hash)).to.equal(false);
    expect(await system.inbox.head()).to.equal(2n);
    expect(await system.inbox.invalidated(first.hash)).to.equal(true);
  });

  it("[3.3] [S1] ends the insecure tx state of its request where a certified one replaces it", async () => {
    const rival = await world.batch(world.genesis, other, { transfers: 3 });
    await submitUnattested(system, first);
    await requestData(system, first);
    expect(await system.inbox.insecure()).to.equal(true);
    await expect(submit(system, rival)).to.emit(system.inbox, "SecurityChanged").withArgs(false);
    expect(await system.inbox.insecure()).to.equal(false);
    expect(await system.inbox.held(1)).to.equal(false);
  });

  it("[3.3] is upgraded by a certificate for the very same header, and its open request goes on", async () => {
    await submitUnattested(system, first);
    await requestData(system, first);
    await system.skip(100);
    await expect(submit(system, first)).to.not.emit(system.inbox, "BatchReplaced");
    const { status, signers, clock } = await system.inbox.batchAt(1);
    expect([status, signers, clock]).to.deep.equal([Status.Pending, 0b1111n, BigInt(await system.now())]);
    expect(await system.inbox.invalidated(first.hash)).to.equal(false);
    expect([await system.inbox.held(1), await system.inbox.insecure()]).to.deep.equal([true, true]);
    await submit(system, second);
    await post(system, first);
    await recompute(system, world, first);
    expect((await system.disputes.requestOf(first.hash)).state).to.equal(RequestState.Closed);
    expect(await system.inbox.insecure()).to.equal(false);
  });

  it("[3.3.6b.1] becomes pending when L1 has recomputed it, and carries batches from then on", async () => {
    await submitUnattested(system, first);
    await requestData(system, first);
    await post(system, first);
    await expect(recompute(system, world, first))
      .to.emit(system.inbox, "BatchConfirmed")
      .withArgs(1, first.hash);
    expect(await statusOf(system, 1)).to.equal(Status.Pending);
    await expect(submit(system, await world.batch(world.genesis, other, { transfers: 3 })))
      .to.be.revertedWithCustomError(system.inbox, "InboxWrongIndex")
      .withArgs(1, 2);
    await submit(system, second);
    await skipWindow(system);
    await system.inbox.finalise(first.header);
    expect(await statusOf(system, 1)).to.equal(Status.Final);
  });
});
