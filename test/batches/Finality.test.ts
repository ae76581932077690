/** When a batch becomes final, and what is paid for it. */
import { expect } from "chai";

import { keccakText } from "../../l2/base/keccak.ts";
import { Parameter } from "../../ignition/parameters.ts";
import { hashHeader } from "../../l2/batch/header.ts";
import {
  type TestBatch,
  type BatchMaker,
  accountOf,
  lying,
  rootsWith,
  submit,
  submitUnattested,
} from "../../testkit/batches.ts";
import { post, proveTransition, recompute, requestData } from "../../testkit/disputes.ts";
import type { TestSystem } from "../../testkit/system.ts";
import { Status, openInbox, skipWindow, statusOf } from "./inbox.ts";

describe("Finality of batches", () => {
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

  it("happens in order, once, after the challenge window", async () => {
    const { inbox } = system;
    await submit(system, first);
    const until = BigInt(await system.now()) + (await system.parameters.get(Parameter.ChallengeWindow));
    await system.skip(50);
    await submit(system, second);
    await expect(inbox.finalise(first.header)).to.be.revertedWithCustomError(inbox, "InboxWindowOpen").withArgs(until);
    const { time } = system.connection.networkHelpers;
    await time.setNextBlockTimestamp(until - 1n);
    await expect(inbox.finalise(first.header)).to.be.revertedWithCustomError(inbox, "InboxWindowOpen").withArgs(until);
    await expect(inbox.finalise(second.header)).to.be.revertedWithCustomError(inbox, "InboxWrongIndex").withArgs(2, 1);
    await time.setNextBlockTimestamp(until);
    await expect(inbox.finalise(first.header)).to.emit(inbox, "BatchFinalised").withArgs(1, first.hash);
    expect([await statusOf(system, 1), await inbox.finalised()]).to.deep.equal([Status.Final, 2n]);
    await expect(inbox.finalise(first.header)).to.be.revertedWithCustomError(inbox, "InboxWrongIndex").withArgs(1, 2);
    await expect(inbox.finalise(second.header)).to.be.revertedWithCustomError(inbox, "InboxWindowOpen");
    await system.skip(100);
    await inbox.finalise(second.header);
    expect(await inbox.finalised()).to.equal(3n);
  });

  it("is refused for a header that L1 does not keep", async () => {
    await submit(system, first);
    await skipWindow(system);
    const altered = { ...first.header, gasUsed: 1n };
    await expect(system.inbox.finalise(altered))
      .to.be.revertedWithCustomError(system.inbox, "InboxUnknownHeader")
      .withArgs(1, hashHeader(altered));
    await expect(system.inbox.finalise(second.header))
      .to.be.revertedWithCustomError(system.inbox, "InboxUnknownHeader")
      .withArgs(2, second.hash);
  });

  it("[S1] [11.7] waits while a request is open, on this batch or on a later one", async () => {
    await submit(system, first);
    await skipWindow(system);
    await submit(system, second);
    await requestData(system, second);
    await expect(system.inbox.finalise(first.header)).to.be.revertedWithCustomError(system.inbox, "InboxInsecure");
    await post(system, second);
    await recompute(system, world, second);
    await system.inbox.finalise(first.header);
    expect(await system.inbox.finalised()).to.equal(2n);
  });

  it("[Q4] pays the sequencer and the signers by stake, at their recipients", async () => {
    const { sequencers, parameters } = system;
    const signers = system.sequencerAccounts.filter(({ address }) => address !== other);
    await submit(system, first, signers);
    await skipWindow(system);
    const pool = await sequencers.rewardPool();
    await system.inbox.finalise(first.header);
    const reward = first.header.gasUsed * (await parameters.get(Parameter.RewardPerGas));
    const produced = (reward * (await parameters.get(Parameter.ProducerShare))) / 10_000n;
    const each = (reward - produced) / 3n;
    for (const { address, recipient } of signers) {
      expect(await sequencers.owed(recipient)).to.equal(each + (address === current ? produced : 0n));
    }
    expect(await sequencers.owed(accountOf(system, other).recipient)).to.equal(0n);
    expect(await sequencers.rewardPool()).to.equal(pool - produced - 3n * each);
  });

  it("[Q4] pays only the sequencer for a batch that nobody signed", async () => {
    await submitUnattested(system, first);
    await requestData(system, first);
    await post(system, first);
    await recompute(system, world, first);
    await skipWindow(system);
    await system.inbox.finalise(first.header);
    const reward = first.header.gasUsed * (await system.parameters.get(Parameter.RewardPerGas));
    const produced = (reward * (await system.parameters.get(Parameter.ProducerShare))) / 10_000n;
    expect(await system.sequencers.totalOwed()).to.equal(produced);
    expect(await system.sequencers.owed(accountOf(system, current).recipient)).to.equal(produced);
  });

  it("is for good: a final batch can be neither requested nor proven wrong", async () => {
    const wrong = lying(first, { stateRoots: rootsWith(first, 2, keccakText("wrong")) });
    await submit(system, wrong);
    await skipWindow(system);
    await system.inbox.finalise(wrong.header);
    await expect(requestData(system, wrong))
      .to.be.revertedWithCustomError(system.inbox, "InboxWrongStatus")
      .withArgs(1, Status.Final);
    await expect(proveTransition(system, world, wrong, 2))
      .to.be.revertedWithCustomError(system.inbox, "InboxWrongStatus")
      .withArgs(1, Status.Final);
    await expect(submit(system, first)).to.be.revertedWithCustomError(system.inbox, "InboxWrongIndex");
  });
});
