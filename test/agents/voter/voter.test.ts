import { expect } from "chai";
import { id as hashOf, parseEther, ZeroHash } from "ethers";

import { MemoryCursor } from "../../../agents/runtime/cursor.ts";
import type { FollowerCursor } from "../../../agents/l1/events.ts";
import type { TransactionState } from "../../../agents/l1/transactions.ts";
import type { ReadableStorage } from "../../../agents/data/storage.ts";
import { DEFAULT_POLICY, type PolicyOptions, type Vote } from "../../../agents/voter/policy.ts";
import type { PublicRecord } from "../../../agents/voter/record.ts";
import { followRecord, Voter, type VoterCursor } from "../../../agents/voter/voter.ts";
import { Parameter } from "../../../ignition/parameters.ts";
import type { BatchHeader } from "../../../l2/batch/header.ts";
import { placeOf, submit, submitUnattested, type TestBatch } from "../../../testkit/batches.ts";
import { certifySilence } from "../../../testkit/certificates.ts";
import {
  execute,
  mature,
  NO_COMPENSATION,
  ProposalState,
  proposalOf,
  queue,
  type Proposal,
} from "../../../testkit/governance.ts";
import { managerOf, walletOf } from "../../../testkit/agents/kit.ts";
import { requestData, requestKey } from "../../../testkit/disputes.ts";
import { knows, stageFixture, type Stage } from "../../../testkit/agents/stage.ts";

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

  const request = async (stage: Stage, batch: TestBatch): Promise<void> => {
    await requestData(stage.system, batch);
  };

  const answer = (stage: Stage, batch: TestBatch): Promise<void> => stage.answer([knows(batch)]);

  /** A batch of now, in the term that is under way. */
  const next = async (stage: Stage, parent: BatchHeader = stage.world.genesis): Promise<TestBatch> => {
    const time = BigInt(await stage.l1.now());
    const { epoch, term } = await placeOf(stage.system);
    return stage.world.batch(parent, stage.sequencer, { transfers: 3, time, epoch, term });
  };

  /** A verifier accuses a sequencer, and the vote opens. */
  async function accuse(
    stage: Stage,
    sequencer: string,
    compensation: { metis: bigint; request: string } = { metis: 0n, request: ZeroHash },
  ): Promise<bigint> {
    const verifier = stage.system.verifierAccounts[0]!;
    await stage.system.token.transfer(verifier, parseEther("5000"));
    const { token, governor } = stage.system.as(verifier);
    await token.delegate(verifier);
    await stage.system.skip(1);
    await governor.proposeKick(sequencer, 1_000, { account: verifier, ether_: 0n, ...compensation }, "it did wrong");
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
    const { governor, connection } = stage.system;
    const { time } = connection.networkHelpers;
    await start().tick();
    await time.increaseTo((await governor.proposalDeadline(id)) + 1n);
    await start().tick();
    const eta = await governor.proposalEta(id);
    if (eta !== 0n) await time.increaseTo(eta + 1n);
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
    const key = await requestKey(stage.system, batch);
    await answer(stage, batch);
    // The treasury pays out of what it has.
    await stage.system.token.transfer(stage.l1.addresses.treasury, parseEther("10"));
    const id = await accuse(stage, stage.sequencer, { metis: parseEther("10"), request: key });
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
    await stage.system.as(owner).governor.proposeBan(spammer, NO_COMPENSATION, "it spams");
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
    await governor.proposeBan(verifier, NO_COMPENSATION, "it asks");
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

  const kickOf = ({ system, sequencer }: Stage, whom = sequencer, share = 1_000): string =>
    system.sequencers.interface.encodeFunctionData("kick", [whom, share]);

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
    const [against, ...others] = await votesOn(stage, id);
    expect([against! > 0n, ...others]).to.deep.equal([true, votes, 0n]);
    const { sequencers, treasury } = stage.system;
    expect((await sequencers.sequencerOf(stage.sequencer)).status).to.equal(1n);
    expect((await treasury.owed(mallory))[0]).to.equal(0n);
  });

  it("[C2] neither queues nor executes what others passed", async () => {
    const stage = await load();
    const start = home(stage);
    const supply = await stage.system.token.totalSupply();
    const { mallory, governor, propose, end } = await conspire(stage, String((supply * 3n) / 4n / 10n ** 18n));
    const { treasury } = stage.l1.addresses;
    await stage.system.token.transfer(treasury, 1n);
    const grant = stage.system.treasury.interface.encodeFunctionData("grant", [mallory.address, 1n, 0n]);
    const unknown = await propose("not known", [treasury, grant]);
    const taken = await propose("mine", ...takeover(stage, mallory.address).slice(-1));
    const kick = [stage.sequencer, 1_000, NO_COMPENSATION, "it did no wrong"] as const;
    const opposed = await proposalOf(stage.system, await governor.proposeKick(...kick));
    await opened(stage);
    await start().tick();
    expect(await stage.system.governor.hasVoted(unknown.id, stage.system.deployer)).to.equal(false);
    for (const { id } of [taken, opposed]) expect((await votesOn(stage, id))[0]! > 0n).to.equal(true);
    const all = [unknown, taken, opposed];
    for (const { id } of all) await governor.castVote(id, 1);
    await end(opposed);
    await start().tick();
    for (const proposal of all) {
      expect(await governor.state(proposal.id)).to.equal(ProposalState.Succeeded);
      await queue(stage.system, proposal);
    }
    // The last call of the takeover fails by itself: no delay falls below its least value.
    for (const proposal of [opposed, unknown]) {
      await mature(stage.system, proposal);
      await start().tick();
      expect(await governor.state(proposal.id)).to.equal(ProposalState.Queued);
      // Nothing but the voter's judgement kept it from being carried out.
      await execute(stage.system, proposal);
    }
    await expect(execute(stage.system, taken)).to.be.revertedWithCustomError(
      stage.system.timelock,
      "TimelockDelayOutOfBounds",
    );
  });

  it("[C2] supports a founded kick with nothing that it does not know beside", async () => {
    const stage = await load();
    const start = home(stage);
    await submitUnattested(stage.system, await next(stage));
    const { mallory, governor, propose } = await conspire(stage, "1000");
    const { sequencers, verifiers, treasury } = stage.l1.addresses;
    const kick = kickOf(stage);
    const other = stage.system.sequencerAccounts.find(({ address }) => address !== stage.sequencer)!;
    const grant = stage.system.treasury.interface.encodeFunctionData("grant", [mallory.address, 1n, 0n]);
    const opposed = [
      await propose("a takeover beside", [sequencers, kick], ...takeover(stage, mallory.address)),
      await propose("a grant to a stranger first", [treasury, grant], [sequencers, kick]),
      await propose("another who did nothing", [sequencers, kick], [sequencers, kickOf(stage, other.address)]),
      await propose("all of its stake", [sequencers, kickOf(stage, stage.sequencer, 10_000)]),
      await propose("at another contract", [verifiers, kick]),
      await propose("with value", [sequencers, kick, 1n]),
    ];
    const unknown = [
      await propose("with bytes at the end", [sequencers, `${kick}00`]),
      await propose("cut short", [sequencers, kick.slice(0, -2)]),
      await propose("a grant alone", [treasury, grant]),
    ];
    const supported = [
      await proposalOf(
        stage.system,
        await governor.proposeKick(stage.sequencer, 1_000, NO_COMPENSATION, "uncertified"),
      ),
      await propose("by hand", [sequencers, kick]),
    ];
    await opened(stage);
    await start().tick();
    const voted = async ({ id }: Proposal): Promise<boolean[]> => (await votesOn(stage, id)).map((count) => count > 0n);
    for (const proposal of opposed) expect(await voted(proposal)).to.deep.equal([true, false, false]);
    for (const proposal of unknown) expect(await voted(proposal)).to.deep.equal([false, false, false]);
    for (const proposal of supported) expect(await voted(proposal)).to.deep.equal([false, true, false]);
  });

  it("[H8] opposes a ban of the thief's own verifier that pays the thief, and L1 refuses it", async () => {
    const stage = await load();
    const { system } = stage;
    const start = home(stage);
    const { treasury } = stage.l1.addresses;
    await system.token.transfer(treasury, parseEther("50000"));
    await system.deployer.sendTransaction({ to: treasury, value: parseEther("40") });
    const puppet = system.verifierAccounts[0]!;
    let parent = stage.world.genesis;
    let last = await next(stage, parent);
    for (let round = 0; round < 3; round++) {
      if (round > 0) last = await next(stage, parent);
      await stage.publish(last);
      await request(stage, last);
      await start().tick();
      await answer(stage, last);
      parent = last.header;
    }
    const { mallory, governor } = await conspire(stage, "1000");
    const [metis, ether_] = await system.treasury.available();
    const key = await requestKey(system, last);
    const ban = async (compensation: { account: string; metis: bigint; ether_: bigint }): Promise<Proposal> =>
      proposalOf(system, await governor.proposeBan(puppet, { request: key, ...compensation }, "it spams"));
    const all = await ban({ account: mallory.address, metis, ether_ });
    const stranger = await ban({ account: mallory.address, metis: 1n, ether_: 0n });
    const above = await ban({ account: stage.sequencer, metis, ether_ });
    const right = await ban({ account: stage.sequencer, metis: 1n, ether_: 0n });
    await opened(stage);
    await start().tick();
    for (const { id } of [all, stranger, above]) expect((await votesOn(stage, id))[0]! > 0n).to.equal(true);
    expect((await votesOn(stage, right.id))[1]! > 0n).to.equal(true);

    // Even where the thief has the votes the treasury goes by the record.
    const { networkHelpers, ethers } = system.connection;
    await networkHelpers.impersonateAccount(stage.l1.addresses.timelock);
    await networkHelpers.setBalance(stage.l1.addresses.timelock, parseEther("1"));
    const owned = system.as(await ethers.getSigner(stage.l1.addresses.timelock)).treasury;
    await expect(owned.compensate(mallory, key, 1n, 0n)).to.be.revertedWithCustomError(owned, "TreasuryInvalidAccount");
    await expect(owned.compensate(stage.sequencer, key, metis, 0n)).to.be.revertedWithCustomError(
      owned,
      "TreasuryCompensationTooLarge",
    );
  });

  it("[C2] judges again before it queues and executes: a reorganisation can take the evidence away", async () => {
    const stage = await load();
    const start = home(stage);
    const batch = await next(stage);
    const { networkHelpers } = stage.system.connection;
    const { governor, end } = await conspire(stage, "1000");
    const accusation = async (): Promise<Proposal> => {
      const made = await governor.proposeKick(stage.sequencer, 1_000, NO_COMPENSATION, "uncertified");
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
    await mature(stage.system, proposal);
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
    await stage.system.governor.proposeBan(verifier, NO_COMPENSATION, "it asks");
    const ban = await opened(stage);
    const kick = await accuse(stage, stage.sequencer);
    const other = stage.system.sequencerAccounts.find(({ address }) => address !== stage.sequencer)!;
    await stage.system.governor.proposeKick(other.address, 1_000, NO_COMPENSATION, "it did nothing");
    const unfounded = await opened(stage);
    await stage.system.governor.proposeBan(stage.system.verifierAccounts[1]!, NO_COMPENSATION, "it asked nothing");
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
    const { governor, propose, end, mallory } = await conspire(stage, "500000");
    const { treasury } = stage.l1.addresses;
    const grant = stage.system.treasury.interface.encodeFunctionData("grant", [mallory.address, 1n, 0n]);
    const proposal = await propose("not known", [treasury, grant]);
    await opened(stage);
    await governor.castVote(proposal.id, 1);
    await start().tick();
    expect((await votesOn(stage, proposal.id))[2]! > 0n).to.equal(true);
    await end(proposal);
    await start().tick();
    expect(await governor.state(proposal.id)).to.equal(ProposalState.Succeeded);
  });
});
