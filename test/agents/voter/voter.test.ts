import { expect } from "chai";
import { id as hashOf, parseEther } from "ethers";

import { MemoryCursor } from "../../../agents/runtime/cursor.ts";
import type { FollowerCursor } from "../../../agents/l1/events.ts";
import type { TransactionState } from "../../../agents/l1/transactions.ts";
import type { ReadableStorage } from "../../../agents/data/storage.ts";
import { DEFAULT_POLICY, type PolicyOptions, type Vote } from "../../../agents/voter/policy.ts";
import type { PublicRecord } from "../../../agents/voter/record.ts";
import { followRecord, Voter, type VoterCursor } from "../../../agents/voter/voter.ts";
import { Parameter } from "../../../ignition/parameters.ts";
import type { BatchHeader } from "../../../l2/batch/header.ts";
import { submit, submitUnattested, type TestBatch } from "../../../testkit/batches.ts";
import { certifySilence } from "../../../testkit/certificates.ts";
import { execute, ProposalState, proposalOf, queue, type Proposal } from "../../../testkit/governance.ts";
import { managerOf, walletOf } from "../../../testkit/agents/kit.ts";
import { knows, recomputerOf, stageFixture, type Stage } from "../../../testkit/agents/stage.ts";

describe("Voter", () => {
  const load = stageFixture({ verifiers: 2 });

  /** A voter with the votes of the deployer, who holds most METIS; it can be started again. */
  function home(
    stage: Stage,
    policy: Partial<PolicyOptions> = {},
    storages: readonly ReadableStorage[] = [stage.store],
  ) {
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
          storages,
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

  const votesOn = async ({ system }: Stage, id: bigint): Promise<bigint[]> => {
    const { againstVotes, forVotes, abstainVotes } = await system.governor.proposalVotes(id);
    return [againstVotes, forVotes, abstainVotes];
  };

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
    expect((await votesOn(stage, id))[0]! > 0n).to.equal(true);
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
    expect((await votesOn(stage, id))[0]! > 0n).to.equal(true);
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

  type Action = [target: string, data: string, value?: bigint];

  /** Mallory gets METIS, votes with it, and proposes calls through the governor's general function. */
  async function conspire(stage: Stage, metis: string) {
    const { system } = stage;
    const mallory = system.others[5]!;
    await system.token.transfer(mallory, parseEther(metis));
    await system.as(mallory).token.delegate(mallory);
    await system.skip(1);
    const { governor } = system.as(mallory);
    const propose = async (description: string, ...actions: Action[]): Promise<Proposal> => {
      const [targets, calls] = [actions.map(([target]) => target), actions.map(([, data]) => data)];
      const values = actions.map(([, , value = 0n]) => value);
      return proposalOf(system, await governor.propose(targets, values, calls, description));
    };
    const end = async ({ id }: Proposal): Promise<void> =>
      system.connection.networkHelpers.time.increaseTo((await governor.proposalDeadline(id)) + 1n);
    return { mallory, governor, propose, end };
  }

  /** Calls that only the attacker wants: every sequencer goes, the treasury and the timelock are the attacker's. */
  const takeover = (stage: Stage, attacker: string): Action[] => {
    const { treasury, timelock, sequencerAccounts } = stage.system;
    const { addresses } = stage.l1;
    const kicks = sequencerAccounts.map(({ address }): Action => [addresses.sequencers, kickOf(stage, address)]);
    return [
      ...kicks,
      [addresses.treasury, treasury.interface.encodeFunctionData("grant", [attacker, parseEther("50000"), 0n])],
      [addresses.timelock, timelock.interface.encodeFunctionData("grantRole", [hashOf("PROPOSER_ROLE"), attacker])],
      [addresses.timelock, timelock.interface.encodeFunctionData("updateDelay", [0n])],
    ];
  };

  const kickOf = ({ system, sequencer }: Stage, whom = sequencer): string =>
    system.sequencers.interface.encodeFunctionData("kick", [whom, 1_000]);

  it("[C2] gives no quorum to a takeover that 1,000 METIS propose", async () => {
    const stage = await load();
    const start = home(stage);
    const votes = parseEther("1000");
    const { mallory, governor, propose } = await conspire(stage, "1000");
    await stage.system.token.transfer(stage.l1.addresses.treasury, parseEther("50000"));
    const { id } = await propose("nothing to see here", ...takeover(stage, mallory.address));
    await opened(stage);
    await governor.castVote(id, 1);
    expect(await decide(stage, id, start)).to.equal(ProposalState.Defeated);
    expect(await votesOn(stage, id)).to.deep.equal([0n, votes, 0n]);
    const { sequencers, treasury } = stage.system;
    expect((await sequencers.sequencerOf(stage.sequencer)).status).to.equal(1n);
    expect((await treasury.owed(mallory))[0]).to.equal(0n);
  });

  it("[C2] neither queues nor executes what others passed", async () => {
    const stage = await load();
    const start = home(stage);
    const supply = await stage.system.token.totalSupply();
    const { mallory, governor, propose, end } = await conspire(stage, String(supply / 2n / 10n ** 18n));
    const unknown = await propose("not known", ...takeover(stage, mallory.address).slice(-1));
    const kick = [stage.sequencer, 1_000, mallory, 0n, 0n, "it did no wrong"] as const;
    const opposed = await proposalOf(stage.system, await governor.proposeKick(...kick));
    await opened(stage);
    await start().tick();
    expect(await stage.system.governor.hasVoted(unknown.id, stage.system.deployer)).to.equal(false);
    expect((await votesOn(stage, opposed.id))[0]! > 0n).to.equal(true);
    for (const { id } of [unknown, opposed]) await governor.castVote(id, 1);
    await end(opposed);
    await start().tick();
    for (const proposal of [unknown, opposed]) {
      expect(await governor.state(proposal.id)).to.equal(ProposalState.Succeeded);
      await queue(stage.system, proposal);
    }
    await stage.system.skip((await stage.system.timelock.getMinDelay()) + 1n);
    await start().tick();
    for (const proposal of [unknown, opposed]) {
      expect(await governor.state(proposal.id)).to.equal(ProposalState.Queued);
      // Nothing but the voter's judgement kept it from being carried out.
      await execute(stage.system, proposal);
    }
  });

  it("[C2] takes a founded kick with anything added, changed or left out for unknown", async () => {
    const stage = await load();
    const start = home(stage);
    await submitUnattested(stage.system, await next(stage));
    const { mallory, governor, propose } = await conspire(stage, "1000");
    const { sequencers, verifiers, treasury } = stage.l1.addresses;
    const kick = kickOf(stage);
    const grant = stage.system.treasury.interface.encodeFunctionData("grant", [mallory.address, 1n, 0n]);
    const variants = [
      await propose("mixed", [sequencers, kick], ...takeover(stage, mallory.address)),
      await propose("mixed, the unknown first", [treasury, grant], [sequencers, kick]),
      await propose("with value", [sequencers, kick, 1n]),
      await propose("at another contract", [verifiers, kick]),
      await propose("with bytes at the end", [sequencers, `${kick}00`]),
      await propose("cut short", [sequencers, kick.slice(0, -2)]),
      await propose("twice", [sequencers, kick], [sequencers, kick]),
      await propose("in parts: the grant", [treasury, grant]),
    ];
    const founded = await governor.proposeKick(stage.sequencer, 1_000, mallory, 0n, 0n, "uncertified");
    const { id } = await proposalOf(stage.system, founded);
    await opened(stage);
    await start().tick();
    for (const variant of variants) expect(await votesOn(stage, variant.id)).to.deep.equal([0n, 0n, 0n]);
    const [against, inFavour] = await votesOn(stage, id);
    expect([against, inFavour! > 0n]).to.deep.equal([0n, true]);
  });

  it("[C2] judges again before it queues and executes: a reorganisation can take the evidence away", async () => {
    const stage = await load();
    const start = home(stage);
    const batch = await next(stage);
    const { networkHelpers } = stage.system.connection;
    const { mallory, governor, end } = await conspire(stage, "1000");
    const accusation = async (): Promise<Proposal> => {
      const made = await governor.proposeKick(stage.sequencer, 1_000, mallory, 0n, 0n, "uncertified");
      await opened(stage);
      return proposalOf(stage.system, made);
    };
    const fork = await networkHelpers.takeSnapshot();
    await submitUnattested(stage.system, batch);
    const before = await accusation();
    await start().tick();
    const [, support] = await votesOn(stage, before.id);
    expect(support! > 0n).to.equal(true);
    await fork.restore();
    // On the other way of L1 there is the same proposal with the same vote, and no batch.
    await networkHelpers.mine();
    const proposal = await accusation();
    expect(proposal.id).to.equal(before.id);
    await stage.system.governor.castVote(proposal.id, 1);
    await end(proposal);
    await start().tick();
    expect(await governor.state(proposal.id)).to.equal(ProposalState.Succeeded);
    await queue(stage.system, proposal);
    await stage.system.skip((await stage.system.timelock.getMinDelay()) + 1n);
    await start().tick();
    expect(await governor.state(proposal.id)).to.equal(ProposalState.Queued);
    await execute(stage.system, proposal);
  });

  it("[C2] does not vote where the verdict depends on a request that it did not see open", async () => {
    const stage = await load();
    const late = home(stage, { spamTolerated: 0 });
    const blind = home(stage, { spamTolerated: 0 }, []);
    const batch = await next(stage);
    await submit(stage.system, batch);
    await request(stage, batch);
    await blind().tick();
    await answer(stage, batch);
    const verifier = stage.system.verifierAccounts[0]!;
    await stage.system.governor.proposeBan(verifier, stage.sequencer, 0n, 0n, "it asks");
    const ban = await opened(stage);
    const kick = await accuse(stage, stage.sequencer);
    const other = stage.system.sequencerAccounts.find(({ address }) => address !== stage.sequencer)!;
    await stage.system.governor.proposeKick(other.address, 1_000, verifier, 0n, 0n, "it did nothing");
    const unfounded = await opened(stage);
    await stage.system.governor.proposeBan(stage.system.verifierAccounts[1]!, verifier, 0n, 0n, "it asked nothing");
    const groundless = await opened(stage);
    for (const start of [late, blind]) {
      await start().tick();
      for (const id of [ban, kick]) expect(await votesOn(stage, id)).to.deep.equal([0n, 0n, 0n]);
      for (const id of [unfounded, groundless]) expect((await votesOn(stage, id))[0]! > 0n).to.equal(true);
    }
  });

  /** In the order in which the governor counts votes. */
  const POLICIES: [Vote, bigint][] = [
    ["against", ProposalState.Defeated],
    ["for", ProposalState.Executed],
    ["abstain", ProposalState.Defeated],
  ];
  for (const [place, [otherwise, outcome]] of POLICIES.entries()) {
    it(`[C2] votes ${otherwise} where it has no rule, once, if it is told to`, async () => {
      const stage = await load();
      const start = home(stage, { otherwise });
      await stage.system.governor.proposeParameter(Parameter.RotationTransactions, 2_000n, "rotate sooner");
      const id = await opened(stage);
      await start().tick();
      const votes = await votesOn(stage, id);
      expect(votes.map((count) => count > 0n)).to.deep.equal([0, 1, 2].map((kind) => kind === place));
      expect(await decide(stage, id, start)).to.equal(outcome);
      expect(await votesOn(stage, id)).to.deep.equal(votes);
    });
  }

  it("[C2] does not carry out what it was told to abstain from", async () => {
    const stage = await load();
    const start = home(stage, { otherwise: "abstain" });
    const { governor, propose, end, mallory } = await conspire(stage, "1000");
    const proposal = await propose("not known", ...takeover(stage, mallory.address));
    await opened(stage);
    await governor.castVote(proposal.id, 1);
    await start().tick();
    await end(proposal);
    await start().tick();
    expect(await governor.state(proposal.id)).to.equal(ProposalState.Succeeded);
  });
});
