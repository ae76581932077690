import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { expect } from "chai";
import { parseEther } from "ethers";

import { BATCH_STATUS } from "../../agents/l1/standing.ts";
import { keccakText } from "../../l2/base/keccak.ts";
import { Parameter } from "../../ignition/parameters.ts";
import { type TestBatch, BatchMaker, lying, submit, submitUnattested } from "../../testkit/batches.ts";
import { answer, requestData, requestKey, requestOf } from "../../testkit/disputes.ts";
import {
  execute,
  feignRequests,
  mature,
  NO_COMPENSATION,
  pass,
  proposalOf,
  ProposalState,
  queue,
  Tier,
  vote,
  Vote,
} from "../../testkit/governance.ts";
import { systemFixture, type TestSystem } from "../../testkit/system.ts";

const METIS = parseEther("150");
const ETHER = parseEther("0.04");
const DAY = 86_400;

describe("Votes", () => {
  let world: BatchMaker;
  let load: () => Promise<TestSystem>;

  before(async () => {
    world = await BatchMaker.open();
    load = systemFixture({ sequencers: 4, verifiers: 2, rollup: { genesisStateRoot: world.genesis.postStateRoot } });
  });

  /** The system with money in its treasury. */
  async function loadFunded(): Promise<TestSystem> {
    const system = await load();
    await system.token.transfer(system.treasury, parseEther("1000"));
    await system.deployer.sendTransaction({ to: await system.treasury.getAddress(), value: parseEther("2") });
    return system;
  }

  async function requested(system: TestSystem): Promise<TestBatch> {
    const batch = await world.batch(world.genesis, system.sequencerAccounts[0]!.address);
    await submit(system, batch);
    await requestData(system, batch);
    return batch;
  }

  /** An account claims METIS and ETH, apart. */
  async function expectClaims(system: TestSystem, account: HardhatEthersSigner): Promise<void> {
    const { ethers } = system.connection;
    const { treasury } = system.as(account);
    await expect(treasury.claimMetis()).to.changeTokenBalance(ethers, system.token, account, METIS);
    await expect(treasury.claimEther()).to.changeEtherBalance(ethers, account, ETHER);
  }

  describe("on a verifier that spams", () => {
    async function banned() {
      const system = await loadFunded();
      const { sequencerAccounts, verifierAccounts } = system;
      const batch = await requested(system);
      const owner = sequencerAccounts[0]!.owner;
      const spammer = verifierAccounts[0]!;
      await feignRequests(system, [{ key: batch.hash, requester: spammer.address, fee: 0n }], [owner.address]);
      const compensation = { account: owner, request: batch.hash, metis: METIS, ether_: ETHER };
      const proposal = await proposalOf(
        system,
        await system.as(owner).governor.proposeBan(spammer, compensation, "It spams requests."),
      );
      return { system, batch, proposal, owner, spammer, other: verifierAccounts[1]! };
    }

    it("[11.6.1] a sequencer proposes the ban with its stake's votes, and is compensated", async () => {
      const { system, proposal, owner, spammer } = await banned();
      expect(proposal.proposer).to.equal(owner.address);
      expect(await system.token.balanceOf(owner)).to.equal(0n);
      await pass(system, proposal);

      expect(await system.verifiers.isBanned(spammer)).to.equal(true);
      expect(await system.treasury.owed(owner)).to.deep.equal([METIS, ETHER]);
      await expectClaims(system, owner);
    });

    it("[11.6.1] resigning while the vote lasts saves neither the bond nor the account", async () => {
      const { system, proposal, spammer } = await banned();
      await system.as(spammer).verifiers.resign();
      const bond = await system.parameters.get(Parameter.VerifierBond);
      await vote(system, proposal);
      await queue(system, proposal);
      await mature(system, proposal);
      await expect(system.as(spammer).verifiers.withdraw()).to.be.revertedWithCustomError(
        system.verifiers,
        "VerifierStillBonded",
      );
      const [before] = await system.treasury.available();
      await execute(system, proposal);
      const [after] = await system.treasury.available();
      expect(after - before).to.equal(bond - METIS);
      await expect(system.as(spammer).verifiers.register()).to.be.revertedWithCustomError(
        system.verifiers,
        "VerifierIsBanned",
      );
    });

    it("[11.6.2] once banned it requests nothing more", async () => {
      const { system, batch, proposal, spammer } = await banned();
      await pass(system, proposal);
      await expect(requestData(system, batch, spammer))
        .to.be.revertedWithCustomError(system.disputes, "RequestNotVerifier")
        .withArgs(spammer.address);
    });

    it("[11.6.3] nobody is rotated, and the other verifiers work on", async () => {
      const { system, batch, proposal, other } = await banned();
      const before = await system.sequencers.term();
      await pass(system, proposal);
      expect(await system.sequencers.term()).to.deep.equal(before);

      const time = BigInt(await system.connection.networkHelpers.time.latest());
      const next = await world.batch(batch.header, before.sequencer, { time, term: before.number });
      await submit(system, next);
      await expect(requestData(system, next, other)).to.emit(system.disputes, "DataRequested");
    });

    it("[11.6.4] its open requests stand, and the sequencer answers them", async () => {
      // A vote takes longer than the request's window; so the timelock bans at once.
      const { system, batch, spammer } = await banned();
      const { networkHelpers, ethers } = system.connection;
      const timelock = await system.timelock.getAddress();
      await networkHelpers.impersonateAccount(timelock);
      await networkHelpers.setBalance(timelock, parseEther("1"));
      await system.as(await ethers.getSigner(timelock)).verifiers.ban(spammer);

      expect(await system.inbox.held(batch.header.index)).to.equal(true);
      expect(await system.inbox.insecure()).to.equal(true);
      expect((await requestOf(system, batch)).requester).to.equal(spammer.address);
      await answer(system, world, batch);
      expect(await system.inbox.insecure()).to.equal(false);
    });
  });

  describe("on a sequencer", () => {
    async function current(system: TestSystem) {
      const { sequencer } = await system.sequencers.term();
      return system.sequencerAccounts.find(({ address }) => address === sequencer)!;
    }

    it("[11.10.3] [11.10.3.1] [11.10.3.2] [11.10.3.3] one that gave its data to L1 alone is kicked, and the verifier compensated", async () => {
      const system = await loadFunded();
      const offender = await current(system);
      const verifier = system.verifierAccounts[0]!;
      const withheld = await world.batch(world.genesis, offender.address);
      await submit(system, withheld);
      await requestData(system, withheld, verifier);
      const request = await requestKey(system, withheld);
      await answer(system, world, withheld);
      // The batch is right, so the verifier lost its fee, and nobody is punished without a vote.
      expect(await system.disputes.owed(verifier)).to.equal(0n);
      expect((await system.sequencers.sequencerOf(offender.owner)).status).to.equal(1n);

      await system.token.transfer(verifier, parseEther("1000"));
      await system.as(verifier).token.delegate(verifier);
      const { number } = await system.sequencers.term();

      const proposal = await proposalOf(
        system,
        await system
          .as(verifier)
          .governor.proposeKick(
            offender.owner,
            1_000,
            { account: verifier, request, metis: METIS, ether_: ETHER },
            "It withheld data.",
          ),
      );
      expect(proposal.proposer).to.equal(verifier.address);
      await expect(pass(system, proposal))
        .to.emit(system.sequencers, "SequencerKicked")
        .withArgs(offender.address)
        .and.to.emit(system.sequencers, "SequencerRotated");

      const stake = await system.parameters.get(Parameter.MinimumLock);
      const { status, stake: left } = await system.sequencers.sequencerOf(offender.owner);
      expect(status).to.equal(2n);
      expect(left).to.equal((stake * 9n) / 10n);
      const term = await system.sequencers.term();
      expect(term.number).to.equal(number + 1n);
      expect(term.sequencer).to.not.equal(offender.address);
      await expectClaims(system, verifier);
    });

    it("a proposal that is voted down kicks nobody and compensates nobody", async () => {
      const system = await loadFunded();
      const offender = await current(system);
      const proposal = await proposalOf(
        system,
        await system.governor.proposeKick(offender.owner, 1_000, NO_COMPENSATION, "No reason."),
      );
      await vote(system, proposal, [system.deployer], Vote.Against);
      expect(await system.governor.state(proposal.id)).to.equal(ProposalState.Defeated);
      await expect(queue(system, proposal)).to.be.revertedWithCustomError(
        system.governor,
        "GovernorUnexpectedProposalState",
      );
      expect((await system.sequencers.sequencerOf(offender.owner)).status).to.equal(1n);
      expect(await system.treasury.owed(system.verifierAccounts[0]!)).to.deep.equal([0n, 0n]);
    });

    it("[3.3.1] the community kicks the sequencer of a fake batch", async () => {
      const system = await load();
      const offender = await current(system);
      const real = await world.batch(world.genesis, offender.address);
      const fake = lying(real, { stateRoots: real.stateRoots.map((_, i) => keccakText(`made up ${String(i)}`)) });
      await submitUnattested(system, fake);
      expect(await system.inbox.held(1)).to.equal(true);
      const proposal = await proposalOf(
        system,
        await system.governor.proposeKick(offender.owner, 0, NO_COMPENSATION, "Its batch is a fake."),
      );
      await pass(system, proposal);
      expect((await system.sequencers.sequencerOf(offender.owner)).status).to.equal(2n);
    });

    it("[3.3.7] [3.3.8] without any batch nothing can be requested: the community punishes, and L1 kicks and rotates", async () => {
      const system = await load();
      const offender = await current(system);
      const stake = await system.parameters.get(Parameter.MinimumLock);
      expect(await system.inbox.head()).to.equal(1n);
      const { header } = await world.batch(world.genesis, offender.address);
      const submitter = offender.address;
      const standing = { status: BATCH_STATUS.certified, due: 2 ** 40 - 1, signers: 7n, submitter };
      const asked = system
        .as(system.verifierAccounts[0]!)
        .disputes.requestData([{ header, standing }], { value: parseEther("1") });
      await expect(asked).to.be.revertedWithCustomError(system.inbox, "InboxUnknownCommitment");
      const supply = await system.token.totalSupply();
      const proposal = await proposalOf(
        system,
        await system.governor.proposeKick(offender.owner, 1_000, NO_COMPENSATION, "It is silent."),
      );
      expect(proposal.targets).to.deep.equal([await system.sequencers.getAddress()]);
      await pass(system, proposal);
      expect((await system.sequencers.sequencerOf(offender.owner)).stake).to.equal((stake * 9n) / 10n);
      expect((await system.sequencers.term()).sequencer).to.not.equal(offender.address);
      expect(await system.sequencers.totalStake()).to.equal(stake * 3n);
      expect(supply - (await system.token.totalSupply())).to.equal(stake / 20n);
    });

    it("[3.3.8] leaving does not dodge the punishment", async () => {
      const system = await load();
      const offender = await current(system);
      const proposal = await proposalOf(
        system,
        await system.governor.proposeKick(offender.owner, 1_000, NO_COMPENSATION, "It is silent."),
      );
      await system.as(offender.owner).sequencers.resign();
      await vote(system, proposal);
      await queue(system, proposal);
      await mature(system, proposal);
      await expect(system.sequencers.withdraw(offender.owner)).to.be.revertedWithCustomError(
        system.sequencers,
        "SequencerStillLiable",
      );
      await execute(system, proposal);
      const stake = await system.parameters.get(Parameter.MinimumLock);
      expect((await system.sequencers.sequencerOf(offender.owner)).stake).to.equal((stake * 9n) / 10n);
    });

    it("nobody kicks without a vote", async () => {
      const system = await load();
      const [first, second] = system.sequencerAccounts;
      await expect(system.as(first!.owner).sequencers.kick(second!.owner, 1)).to.be.revertedWithCustomError(
        system.sequencers,
        "OwnableUnauthorizedAccount",
      );
    });
  });

  describe("on a parameter", () => {
    it("changes a window within its bounds, for later batches, once users have had time to leave", async () => {
      const system = await load();
      const proposal = await proposalOf(
        system,
        await system.governor.proposeParameter(Parameter.ChallengeWindow, 3 * DAY, "Shorter."),
      );
      expect(await system.governor.proposalTier(proposal.id)).to.equal(Tier.Ordinary);
      await vote(system, proposal);
      await queue(system, proposal);
      const delay = await system.timelock.longDelay();
      expect(await system.governor.proposalEta(proposal.id)).to.equal(BigInt(await system.now()) + delay);
      expect(delay).to.equal(BigInt(30 * DAY));
      await mature(system, proposal);
      await execute(system, proposal);
      expect(await system.parameters.get(Parameter.ChallengeWindow)).to.equal(BigInt(3 * DAY));
    });
  });

  describe("on what has no bounds", () => {
    it("[C2] a quorum alone neither lengthens an exit nor changes who executes", async () => {
      const system = await load();
      const { governor, parameters, timelock, others } = system;
      const [few, many] = [others[0]!, others[1]!];
      // A quorum is four percent of ten million.
      for (const [voter, votes] of [[few, "400000"] as const, [many, "250000"] as const]) {
        await system.token.transfer(voter, parseEther(votes));
        await system.as(voter).token.delegate(voter);
      }
      await system.skip(1);
      const window = (await parameters.get(Parameter.ChallengeWindow)) + 1n;
      const longer = await governor.proposeParameter(Parameter.ChallengeWindow, window, "Longer.");
      const role = timelock.interface.encodeFunctionData("grantRole", [keccakText("PROPOSER_ROLE"), few.address]);
      const taken = await governor.propose([timelock], [0], [role], "Mine.");
      const proposals = [await proposalOf(system, longer), await proposalOf(system, taken)];
      await system.skip((await governor.votingDelay()) + 1n);
      for (const { id } of proposals) {
        expect(await governor.proposalTier(id)).to.equal(Tier.Grave);
        await system.as(few).governor.castVote(id, Vote.For);
        await system.as(many).governor.castVote(id, Vote.Against);
      }
      await system.skip(await governor.votingPeriod());
      for (const { id } of proposals) expect(await governor.state(id)).to.equal(ProposalState.Defeated);
    });
  });

  describe("weight", () => {
    it("counts locked stake and liquid METIS, and neither twice", async () => {
      const system = await load();
      const { owner } = system.sequencerAccounts[0]!;
      const stake = await system.parameters.get(Parameter.MinimumLock);
      await system.token.transfer(owner, METIS);
      await system.as(owner).token.delegate(owner);
      await system.skip(1);
      const now = await system.now();
      await system.skip(1);
      expect(await system.governor.getVotes(owner, now)).to.equal(stake + METIS);
      expect(await system.token.delegates(system.sequencers)).to.equal("0x0000000000000000000000000000000000000000");

      await system.as(owner).token.approve(system.sequencers, METIS);
      await system.as(owner).sequencers.topUp(METIS);
      const later = await system.now();
      await system.skip(1);
      expect(await system.governor.getVotes(owner, later)).to.equal(stake + METIS);
    });

    it("can be stake alone, and goes with a slashed stake", async () => {
      const system = await systemFixture({ sequencers: 4, stakes: Array<bigint>(4).fill(parseEther("200000")) })();
      const owners = system.sequencerAccounts.map(({ owner }) => owner);
      const proposal = await proposalOf(
        system,
        await system.as(owners[0]!).governor.proposeKick(owners[3]!, 1_000, NO_COMPENSATION, "reason"),
      );
      // Two of 200,000 are the quorum of four percent of ten million.
      await pass(system, proposal, [owners[1]!, owners[2]!]);
      expect(await system.sequencers.getVotes(owners[3]!)).to.equal(parseEther("180000"));
    });
  });
});
