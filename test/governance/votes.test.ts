import { expect } from "chai";
import { parseEther } from "ethers";

import { keccakText } from "../../l2/base/keccak.ts";
import { Parameter } from "../../ignition/parameters.ts";
import { type TestBatch, BatchMaker, lying, submit, submitUnattested } from "../../testkit/batches.ts";
import { post, recompute, requestData } from "../../testkit/disputes.ts";
import { execute, pass, proposalOf, ProposalState, queue, vote, Vote } from "../../testkit/governance.ts";
import { systemFixture, type TestSystem } from "../../testkit/system.ts";

const METIS = parseEther("250");
const ETHER = parseEther("0.5");
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

  describe("on a verifier that spams", () => {
    async function banned() {
      const system = await loadFunded();
      const { sequencerAccounts, verifierAccounts } = system;
      const batch = await requested(system);
      const owner = sequencerAccounts[0]!.owner;
      const proposal = await proposalOf(
        system,
        await system.as(owner).governor.proposeBan(verifierAccounts[0]!, owner, METIS, ETHER, "It spams requests."),
      );
      return { system, batch, proposal, owner, spammer: verifierAccounts[0]!, other: verifierAccounts[1]! };
    }

    it("[11.6.1] a sequencer proposes the ban with its stake's votes, and is compensated", async () => {
      const { system, proposal, owner, spammer } = await banned();
      expect(proposal.proposer).to.equal(owner.address);
      expect(await system.token.balanceOf(owner)).to.equal(0n);
      await pass(system, proposal);

      expect(await system.verifiers.isBanned(spammer)).to.equal(true);
      expect(await system.treasury.owed(owner)).to.deep.equal([METIS, ETHER]);
      const claim = system.as(owner).treasury.claim();
      await expect(claim).to.changeTokenBalance(system.connection.ethers, system.token, owner, METIS);
      await expect(claim).to.changeEtherBalance(system.connection.ethers, owner, ETHER);
    });

    it("[11.6.1] resigning while the vote lasts saves neither the bond nor the account", async () => {
      const { system, proposal, spammer } = await banned();
      await system.as(spammer).verifiers.resign();
      const bond = await system.parameters.get(Parameter.VerifierBond);
      await vote(system, proposal);
      await queue(system, proposal);
      await system.skip(await system.timelock.getMinDelay());
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

      const next = await world.batch(batch.header, system.sequencerAccounts[1]!.address);
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
      expect(await system.disputes.insecure()).to.equal(true);
      expect((await system.disputes.requestOf(batch.hash)).requester).to.equal(spammer.address);
      await expect(post(system, batch)).to.emit(system.disputes, "DataCompleted");
      await expect(recompute(system, world, batch)).to.emit(system.disputes, "RequestAnswered");
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
      await post(system, withheld);
      await recompute(system, world, withheld);
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
          .governor.proposeKick(offender.owner, 1_000, verifier, METIS, ETHER, "It withheld data."),
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
      const claim = system.as(verifier).treasury.claim();
      await expect(claim).to.changeTokenBalance(system.connection.ethers, system.token, verifier, METIS);
      await expect(claim).to.changeEtherBalance(system.connection.ethers, verifier, ETHER);
    });

    it("a proposal that is voted down kicks nobody and compensates nobody", async () => {
      const system = await loadFunded();
      const offender = await current(system);
      const proposal = await proposalOf(
        system,
        await system.governor.proposeKick(offender.owner, 1_000, system.verifierAccounts[0]!, METIS, 0, "No reason."),
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
      expect((await system.inbox.batchAt(1)).status).to.equal(1n);
      const proposal = await proposalOf(
        system,
        await system.governor.proposeKick(offender.owner, 0, offender.owner, 0, 0, "Its batch is a fake."),
      );
      await pass(system, proposal);
      expect((await system.sequencers.sequencerOf(offender.owner)).status).to.equal(2n);
    });

    it("[3.3.7] [3.3.8] without any batch nothing can be requested: the community punishes, and L1 kicks and rotates", async () => {
      const system = await load();
      const offender = await current(system);
      const stake = await system.parameters.get(Parameter.MinimumLock);
      expect(await system.inbox.head()).to.equal(1n);
      await expect(
        requestData(system, await world.batch(world.genesis, offender.address)),
      ).to.be.revertedWithCustomError(system.inbox, "InboxUnknownHeader");
      const supply = await system.token.totalSupply();
      const proposal = await proposalOf(
        system,
        await system.governor.proposeKick(offender.owner, 10_000, offender.owner, 0, 0, "It is silent."),
      );
      expect(proposal.targets).to.deep.equal([await system.sequencers.getAddress()]);
      await pass(system, proposal);
      expect((await system.sequencers.sequencerOf(offender.owner)).stake).to.equal(0n);
      expect((await system.sequencers.term()).sequencer).to.not.equal(offender.address);
      expect(await system.sequencers.totalStake()).to.equal(stake * 3n);
      expect(supply - (await system.token.totalSupply())).to.equal(stake / 2n);
    });

    it("[3.3.8] leaving does not dodge the punishment", async () => {
      const system = await load();
      const offender = await current(system);
      const proposal = await proposalOf(
        system,
        await system.governor.proposeKick(offender.owner, 10_000, offender.owner, 0, 0, "It is silent."),
      );
      await system.as(offender.owner).sequencers.resign();
      await vote(system, proposal);
      await queue(system, proposal);
      await system.skip(await system.timelock.getMinDelay());
      await expect(system.sequencers.withdraw(offender.owner)).to.be.revertedWithCustomError(
        system.sequencers,
        "SequencerStillLiable",
      );
      await execute(system, proposal);
      expect((await system.sequencers.sequencerOf(offender.owner)).stake).to.equal(0n);
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
    it("changes a window within its bounds, for later batches", async () => {
      const system = await load();
      const proposal = await proposalOf(
        system,
        await system.governor.proposeParameter(Parameter.ChallengeWindow, 3 * DAY, "Shorter."),
      );
      await pass(system, proposal);
      const batch = await world.batch(world.genesis, system.sequencerAccounts[0]!.address);
      await submit(system, batch);
      await system.skip(3 * DAY);
      await system.inbox.finalise(batch.header);
      expect(await system.inbox.finalised()).to.equal(2n);
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
        await system.as(owners[0]!).governor.proposeKick(owners[3]!, 10_000, owners[3]!, 0, 0, keccakText("reason")),
      );
      // Two of 200,000 are the quorum of four percent of ten million.
      await pass(system, proposal, [owners[1]!, owners[2]!]);
      expect(await system.sequencers.getVotes(owners[3]!)).to.equal(0n);
    });
  });
});
