import { expect } from "chai";
import { parseEther } from "ethers";

import { MemoryCursor } from "../../../agents/common/cursor.ts";
import type { FollowerCursor } from "../../../agents/common/events.ts";
import type { TransactionState } from "../../../agents/common/transactions.ts";
import { DEFAULT_POLICY, type PolicyOptions } from "../../../agents/voter/policy.ts";
import type { PublicRecord } from "../../../agents/voter/record.ts";
import { followRecord, Voter, type VoterCursor } from "../../../agents/voter/voter.ts";
import { Parameter } from "../../../ignition/parameters.ts";
import type { BatchHeader } from "../../../l2/batch/header.ts";
import { submit, submitUnattested, type TestBatch } from "../../support/batches.ts";
import { certifySilence } from "../../support/certificates.ts";
import { ProposalState } from "../../support/governance.ts";
import { managerOf, walletOf } from "../support/kit.ts";
import { knows, recomputerOf, stageFixture, type Stage } from "../support/stage.ts";

describe("Voter", () => {
  const load = stageFixture({ verifiers: 2 });

  /** A voter with the votes of the deployer, who holds most METIS; it can be started again. */
  function home(stage: Stage, policy: Partial<PolicyOptions> = {}) {
    const wallet = walletOf(stage.system.deployer.address);
    const record = new MemoryCursor<FollowerCursor<PublicRecord>>();
    const transactions = new MemoryCursor<TransactionState>();
    const cursor = new MemoryCursor<VoterCursor>();
    return (): Voter =>
      new Voter(
        { interval: 1_000, policy: { ...DEFAULT_POLICY, ...policy }, delegate: true },
        {
          ...stage.kit,
          l1: stage.l1,
          record: followRecord(stage.l1, {}, { ...stage.kit, cursor: record }),
          transactions: managerOf(stage.l1, wallet, stage.kit, {}, transactions),
          storages: [stage.store],
          cursor,
        },
      );
  }

  const request = async (stage: Stage, { header }: TestBatch): Promise<void> => {
    const { disputes } = stage.system.as(stage.system.verifierAccounts[0]!);
    await disputes.requestData(header, { value: await disputes.requestFee(header) });
  };

  const answer = async (stage: Stage, batch: TestBatch): Promise<void> => {
    const mirror = stage.mirror();
    await stage.responder({}, [knows(batch)]).answer(await mirror.sync());
    const recomputer = recomputerOf(stage);
    await recomputer.advance(await mirror.sync(), batch.hash, () => knows(batch).fetch(batch.header));
  };

  const next = (stage: Stage, parent: BatchHeader = stage.world.genesis): Promise<TestBatch> =>
    stage.world.batch(parent, stage.sequencer, { transfers: 3 });

  /** A verifier accuses a sequencer, and the vote opens. */
  async function accuse(stage: Stage, sequencer: string, compensation = 0n): Promise<bigint> {
    const verifier = stage.system.verifierAccounts[0]!;
    await stage.system.token.transfer(verifier, parseEther("5000"));
    const { token, governor } = stage.system.as(verifier);
    await token.delegate(verifier);
    await stage.system.skip(1);
    await governor.proposeKick(sequencer, 1_000, verifier, compensation, 0n, "it did wrong");
    return opened(stage);
  }

  async function opened(stage: Stage): Promise<bigint> {
    const { governor } = stage.system;
    const proposals = await governor.queryFilter(governor.filters.ProposalCreated());
    const { proposalId } = proposals.at(-1)!.args;
    const start = await governor.proposalSnapshot(proposalId);
    await stage.system.connection.networkHelpers.time.increaseTo(start + 1n);
    return proposalId;
  }

  /** Lets the vote and the timelock pass, with a round of a voter that was started anew after each. */
  async function decide(stage: Stage, id: bigint, start: () => Voter): Promise<bigint> {
    const { governor, connection, timelock } = stage.system;
    await start().tick();
    await connection.networkHelpers.time.increaseTo((await governor.proposalDeadline(id)) + 1n);
    await start().tick();
    await stage.system.skip((await timelock.getMinDelay()) + 1n);
    await start().tick();
    return governor.state(id);
  }

  it("[11.10.3] [11.10.3.1] [11.10.3.2] [11.10.3.3] has a sequencer kicked that withheld what it had", async () => {
    const stage = await load();
    const start = home(stage);
    const batch = await next(stage);
    await submit(stage.system, batch);
    await request(stage, batch);
    await start().tick();
    await answer(stage, batch);
    // The treasury pays out of what it has.
    await stage.system.token.transfer(stage.l1.addresses.treasury, parseEther("10"));
    const id = await accuse(stage, stage.sequencer, parseEther("10"));
    expect(await decide(stage, id, start)).to.equal(ProposalState.Executed);
    expect((await stage.system.sequencers.sequencerOf(stage.sequencer)).status).to.equal(2n);
    expect((await stage.system.sequencers.term()).sequencer).not.to.equal(stage.sequencer);
    const [metis] = await stage.system.treasury.owed(stage.system.verifierAccounts[0]!.address);
    expect(metis).to.equal(parseEther("10"));
  });

  it("[11.10.3] does not believe a verifier that asked for what everyone could have had", async () => {
    const stage = await load();
    const start = home(stage);
    const batch = await next(stage);
    await stage.publish(batch);
    await request(stage, batch);
    await start().tick();
    await answer(stage, batch);
    const id = await accuse(stage, stage.sequencer);
    expect(await decide(stage, id, start)).to.equal(ProposalState.Defeated);
    expect((await stage.system.sequencers.sequencerOf(stage.sequencer)).status).to.equal(1n);
  });

  it("[11.6.1] [11.6.2] [11.6.3] has a verifier banned that spams requests", async () => {
    const stage = await load();
    const start = home(stage, { spamTolerated: 1 });
    let parent = stage.world.genesis;
    for (let round = 0; round < 3; round++) {
      const batch = await next(stage, parent);
      await stage.publish(batch);
      await request(stage, batch);
      await start().tick();
      await answer(stage, batch);
      parent = batch.header;
    }
    const spammer = stage.system.verifierAccounts[0]!;
    const { owner } = stage.system.sequencerAccounts.find(({ address }) => address === stage.sequencer)!;
    await stage.system.as(owner).sequencers.delegate(owner);
    await stage.system.skip(1);
    await stage.system.as(owner).governor.proposeBan(spammer, owner, 0n, 0n, "it spams");
    const id = await opened(stage);
    expect(await decide(stage, id, start)).to.equal(ProposalState.Executed);
    expect(await stage.system.verifiers.isBanned(spammer)).to.equal(true);
    expect((await stage.system.sequencers.term()).sequencer).to.equal(stage.sequencer);
    const last = await next(stage, parent);
    await submit(stage.system, last);
    await expect(request(stage, last)).to.be.revertedWithCustomError(stage.system.disputes, "RequestNotVerifier");
  });

  it("[11.6.1] does not ban a verifier whose requests were needed", async () => {
    const stage = await load();
    const start = home(stage, { spamTolerated: 0 });
    const batch = await next(stage);
    await submit(stage.system, batch);
    await request(stage, batch);
    await start().tick();
    await answer(stage, batch);
    const verifier = stage.system.verifierAccounts[0]!;
    const { governor } = stage.system.as(stage.system.deployer);
    await governor.proposeBan(verifier, stage.sequencer, 0n, 0n, "it asks");
    const id = await opened(stage);
    expect(await decide(stage, id, start)).to.equal(ProposalState.Defeated);
  });

  it("[3.3.7] [3.3.8] has a sequencer kicked that was silent for its whole term", async () => {
    const stage = await load();
    const start = home(stage);
    const { sequencers, sequencerAccounts } = stage.system;
    await stage.system.skip(await stage.system.parameters.get(Parameter.RotationTimeout));
    const { number } = await sequencers.term();
    const others = sequencerAccounts.filter(({ address }) => address !== stage.sequencer);
    await sequencers.rotateSilent(number, await certifySilence(sequencers, number, stage.sequencer, others));
    const id = await accuse(stage, stage.sequencer);
    expect(await decide(stage, id, start)).to.equal(ProposalState.Executed);
    expect((await sequencers.sequencerOf(stage.sequencer)).status).to.equal(2n);
  });

  it("[3.3.1] has a sequencer kicked that posted a batch nobody certified", async () => {
    const stage = await load();
    const start = home(stage);
    await submitUnattested(stage.system, await next(stage));
    const id = await accuse(stage, stage.sequencer);
    expect(await decide(stage, id, start)).to.equal(ProposalState.Executed);
  });

  it("keeps to itself where it has no rule, and votes once", async () => {
    const stage = await load();
    const start = home(stage);
    await stage.system.governor.proposeParameter(Parameter.RotationTransactions, 2_000n, "rotate sooner");
    const id = await opened(stage);
    await start().tick();
    await start().tick();
    const { abstainVotes, forVotes, againstVotes } = await stage.system.governor.proposalVotes(id);
    expect(abstainVotes > 0n).to.equal(true);
    expect([forVotes, againstVotes]).to.deep.equal([0n, 0n]);
  });
});
