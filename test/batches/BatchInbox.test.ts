/** The chain of batches on L1, with real batches, real certificates and the real disputes contract. */
import { expect } from "chai";
import { AbiCoder, toBeHex } from "ethers";

import { keccakHex, keccakText } from "../../l2/base/keccak.ts";
import { ZERO_HASH } from "../../l2/base/hex.ts";
import { Parameter } from "../../ignition/parameters.ts";
import { type BatchHeader, hashHeader, toHeader } from "../../l2/batch/header.ts";
import { checkInclusion, proveInclusion } from "../../l2/batch/inclusion.ts";
import {
  type TestBatch,
  World,
  accountOf,
  lying,
  ownerOf,
  rootsWith,
  submit,
  submitUnattested,
} from "../../testkit/batches.ts";
import { certify } from "../../testkit/certificates.ts";
import { RequestState, post, proveTransition, recompute, requestData } from "../../testkit/disputes.ts";
import { type TestSystem, systemFixture } from "../../testkit/system.ts";

const Status = { None: 0n, Unattested: 1n, Pending: 2n, Final: 3n } as const;

describe("Batch inbox", () => {
  let world: World;
  let load: () => Promise<TestSystem>;
  let system: TestSystem;
  let current: string;
  let other: string;
  let first: TestBatch;
  let second: TestBatch;
  let third: TestBatch;

  before(async () => {
    world = await World.open();
    load = systemFixture({ rollup: { genesisStateRoot: world.genesis.postStateRoot } });
    system = await load();
    current = (await system.sequencers.term()).sequencer;
    other = system.sequencerAccounts.find(({ address }) => address !== current)!.address;
    first = await world.batch(world.genesis, current);
    second = await world.batch(first.header, other, { transfers: 5 });
    third = await world.batch(second.header, current, { transfers: 2 });
  });

  beforeEach(async () => {
    system = await load();
  });

  const statusOf = async (index: number): Promise<bigint> => (await system.inbox.batchAt(index)).status;
  const skipWindow = async (): Promise<void> => {
    await system.skip(await system.parameters.get(Parameter.ChallengeWindow));
  };

  describe("genesis", () => {
    it("is final, and what the first batch builds on", async () => {
      expect(await system.inbox.head()).to.equal(1n);
      expect(await system.inbox.finalised()).to.equal(1n);
      const { headerHash, status, signers } = await system.inbox.batchAt(0);
      expect([headerHash, status, signers]).to.deep.equal([hashHeader(world.genesis), Status.Final, 0n]);
      expect(await system.inbox.contains(0, hashHeader(world.genesis))).to.equal(true);
      expect(await system.inbox.insecure()).to.equal(false);
    });

    it("comes with a disputes contract that is named once, and only by the deployer", async () => {
      const { inbox } = system;
      await expect(inbox.connect(system.deployer).getFunction("connect")(system.deployer))
        .to.be.revertedWithCustomError(inbox, "InboxUnauthorized")
        .withArgs(system.deployer);
      const fresh = await system.connection.ethers.deployContract("BatchInbox", [
        system.sequencers,
        system.parameters,
        world.genesis,
      ]);
      const stranger = system.others[0]!;
      await expect(fresh.connect(stranger).getFunction("connect")(stranger))
        .to.be.revertedWithCustomError(fresh, "InboxUnauthorized")
        .withArgs(stranger);
      await fresh.getFunction("connect")(stranger);
      await expect(fresh.getFunction("connect")(stranger)).to.be.revertedWithCustomError(fresh, "InboxUnauthorized");
    });
  });

  describe("a certified batch", () => {
    it("[8a] [S4] is accepted from anyone and waits for finality", async () => {
      const { inbox } = system.as(system.others[0]!);
      const members = system.sequencerAccounts.filter(({ address }) => address !== other);
      const certificate = await certify(system.sequencers, first.header, members);
      const sent = inbox.submit(first.parent, first.header, [...first.postStateProof], certificate);
      await expect(sent).to.emit(inbox, "BatchSubmitted").withArgs(1, first.hash, true, Object.values(first.header));
      const { headerHash, status, clock, signers } = await inbox.batchAt(1);
      expect([headerHash, status, clock]).to.deep.equal([first.hash, Status.Pending, BigInt(await system.now())]);
      expect(signers).to.equal(members.reduce((bits, { seat }) => bits | (1n << BigInt(seat)), 0n));
      expect(await inbox.head()).to.equal(2n);
      expect(await inbox.contains(1, first.hash)).to.equal(true);
      expect(await inbox.contains(1, second.hash)).to.equal(false);
      expect(await inbox.contains(2, first.hash)).to.equal(false);
      expect((await inbox.batchAt(2)).headerHash).to.equal(ZERO_HASH);
    });

    it("[8a] counts its transactions to the term of the current sequencer, and of no other", async () => {
      await submit(system, first);
      expect((await system.sequencers.term()).transactions).to.equal(first.header.txCount);
      await submit(system, second);
      expect((await system.sequencers.term()).transactions).to.equal(first.header.txCount);
    });

    it("[S4] is refused without two thirds of the stake, or without its sequencer among them", async () => {
      const { sequencers } = system;
      const three = system.sequencerAccounts.filter(({ address }) => address !== current);
      await expect(submit(system, first, three))
        .to.be.revertedWithCustomError(sequencers, "CertificateWithoutSequencer")
        .withArgs(current);
      const two = [accountOf(system, current), accountOf(system, other)];
      await expect(submit(system, first, two)).to.be.revertedWithCustomError(sequencers, "CertificateBelowQuorum");
      expect(await system.inbox.head()).to.equal(1n);
    });

    it("[Q5] puts roots on L1 and no transaction data", async () => {
      const large = await world.batch(world.genesis, current, { transfers: 64 });
      const { data } = await submit(system, large);
      for (const { raw } of large.transactions) expect(data).to.not.include(Buffer.from(raw).toString("hex"));
      // A batch of 64 adds to one of 6 the hashes of a longer Merkle proof, three levels of 32 bytes.
      const small = await submit(await load(), first);
      expect(data.length - small.data.length).to.equal(2 * 3 * 32);
      expect(data).to.include(large.header.mtsr.slice(2)).and.to.include(large.header.mttbr.slice(2));
    });

    it("[Q7] lets a user check its transaction against what L1 keeps", async () => {
      await submit(system, first);
      const [event] = await system.inbox.queryFilter(system.inbox.filters.BatchSubmitted(1));
      const header = toHeader(event!.args.header);
      expect(await system.inbox.contains(1, hashHeader(header))).to.equal(true);
      const proof = proveInclusion(first.transactions, first.stateRoots, 4);
      expect(checkInclusion(header, proof)).to.equal(undefined);
      expect(checkInclusion(header, { ...proof, txHash: keccakText("altered") })).to.be.a("string");
      expect(checkInclusion(header, { ...proof, stateRoot: keccakText("altered") })).to.be.a("string");
    });

    describe("is refused where the header", () => {
      /** Submits the second batch with a lie in its header, properly certified. */
      const lie = async (header: Partial<BatchHeader>, from: TestBatch = second): Promise<unknown> =>
        await submit(system, lying(from, { header }));

      beforeEach(async () => {
        await submit(system, first);
      });

      it("is passed with a parent that L1 does not keep", async () => {
        const unknown = { ...second, parent: { ...first.header, gasUsed: 1n } };
        await expect(submit(system, unknown))
          .to.be.revertedWithCustomError(system.inbox, "InboxUnknownHeader")
          .withArgs(1, hashHeader(unknown.parent));
        await expect(submit(system, third))
          .to.be.revertedWithCustomError(system.inbox, "InboxUnknownHeader")
          .withArgs(2, second.hash);
      });

      it("does not name its parent", async () => {
        await expect(lie({ parent: keccakText("another") }))
          .to.be.revertedWithCustomError(system.inbox, "InboxWrongParent")
          .withArgs(keccakText("another"), first.hash);
      });

      it("does not stand behind its parent", async () => {
        for (const index of [1n, 3n]) {
          await expect(lie({ index }))
            .to.be.revertedWithCustomError(system.inbox, "InboxWrongIndex")
            .withArgs(index, 2);
        }
      });

      it("takes a place that is taken", async () => {
        const rival = await world.batch(world.genesis, current, { transfers: 3 });
        await expect(submit(system, rival))
          .to.be.revertedWithCustomError(system.inbox, "InboxWrongIndex")
          .withArgs(1, 2);
        await expect(submit(system, first))
          .to.be.revertedWithCustomError(system.inbox, "InboxWrongIndex")
          .withArgs(1, 2);
      });

      it("starts from another state than its parent's", async () => {
        await expect(lie({ preStateRoot: keccakText("another") }))
          .to.be.revertedWithCustomError(system.inbox, "InboxWrongPreState")
          .withArgs(keccakText("another"), first.header.postStateRoot);
      });

      it("ends in a state that is not the last of the MTSR", async () => {
        for (const postStateRoot of [keccakText("another"), second.stateRoots[3]!]) {
          await expect(lie({ postStateRoot }))
            .to.be.revertedWithCustomError(system.inbox, "InboxWrongPostState")
            .withArgs(postStateRoot);
        }
        await expect(submit(system, { ...second, postStateProof: second.stateTree.proof(3) }))
          .to.be.revertedWithCustomError(system.inbox, "InboxWrongPostState")
          .withArgs(second.header.postStateRoot);
      });

      it("has a number out of its limits", async () => {
        const { lastBlock, lastTimestamp } = first.header;
        const own = second.header;
        const [most, size, gas, blocks, drift] = await Promise.all([
          system.inbox.MAX_TRANSACTIONS(),
          system.inbox.MAX_DATA_SIZE(),
          system.inbox.MAX_GAS(),
          system.inbox.MAX_BLOCKS(),
          system.inbox.MAX_DRIFT(),
        ]);
        const cases: [Partial<BatchHeader>, string, bigint, bigint | undefined][] = [
          [{ txCount: 0n }, "txCount", 0n, 1n],
          [{ txCount: most + 1n }, "txCount", most + 1n, most],
          [{ dataSize: 0n }, "dataSize", 0n, 1n],
          [{ dataSize: size + 1n }, "dataSize", size + 1n, size],
          [{ gasUsed: gas + 1n }, "gasUsed", gas + 1n, gas],
          [{ firstBlock: lastBlock }, "firstBlock", lastBlock, lastBlock + 1n],
          [{ lastBlock: own.firstBlock - 1n }, "lastBlock", own.firstBlock - 1n, own.firstBlock],
          [{ lastBlock: lastBlock + blocks + 1n }, "lastBlock", lastBlock + blocks + 1n, lastBlock + blocks],
          [{ firstTimestamp: lastTimestamp - 1n }, "firstTimestamp", lastTimestamp - 1n, lastTimestamp],
          [{ lastTimestamp: own.firstTimestamp - 1n }, "lastTimestamp", own.firstTimestamp - 1n, own.firstTimestamp],
        ];
        for (const [header, field, value, limit] of cases) {
          await expect(lie(header), field)
            .to.be.revertedWithCustomError(system.inbox, "InboxFieldOutOfRange")
            .withArgs(field, value, limit);
        }
        const next = BigInt(await system.now()) + 100n;
        await system.connection.networkHelpers.time.setNextBlockTimestamp(next);
        const early = next + drift + 1n;
        await expect(lie({ lastTimestamp: early }))
          .to.be.revertedWithCustomError(system.inbox, "InboxFieldOutOfRange")
          .withArgs("lastTimestamp", early, next + drift);
      });

      it("reaches none of the limits: the largest numbers that are allowed pass", async () => {
        const [size, gas, blocks, drift] = await Promise.all([
          system.inbox.MAX_DATA_SIZE(),
          system.inbox.MAX_GAS(),
          system.inbox.MAX_BLOCKS(),
          system.inbox.MAX_DRIFT(),
        ]);
        const next = BigInt(await system.now()) + 100n;
        await system.connection.networkHelpers.time.setNextBlockTimestamp(next);
        await lie({
          dataSize: size,
          gasUsed: gas,
          lastBlock: first.header.lastBlock + blocks,
          lastTimestamp: next + drift,
        });
        expect(await system.inbox.head()).to.equal(3n);
      });
    });
  });

  describe("a batch of the current sequencer alone", () => {
    it("[3.3] is recorded as unattested, whoever of the sequencer's owner and key sends it", async () => {
      const { inbox } = system;
      await expect(submitUnattested(system, first))
        .to.emit(inbox, "BatchSubmitted")
        .withArgs(1, first.hash, false, Object.values(first.header));
      expect(await statusOf(1)).to.equal(Status.Unattested);
      expect((await inbox.batchAt(1)).signers).to.equal(0n);

      system = await load();
      const key = accountOf(system, current).key.connect(system.connection.ethers.provider);
      await system.connection.networkHelpers.setBalance(key.address, 10n ** 18n);
      await system.inbox.connect(key).submitUnattested(first.parent, first.header, [...first.postStateProof]);
      expect(await statusOf(1)).to.equal(Status.Unattested);
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

    it("[3.3] carries nothing: neither a certified batch nor another of its kind builds on it", async () => {
      await submitUnattested(system, first);
      await expect(submit(system, second))
        .to.be.revertedWithCustomError(system.inbox, "InboxUnattestedHead")
        .withArgs(1);
      const own = await world.batch(first.header, current, { transfers: 2 });
      await expect(submitUnattested(system, own))
        .to.be.revertedWithCustomError(system.inbox, "InboxUnattestedHead")
        .withArgs(1);
    });

    it("[3.3] carries nothing either when L1 confirms a batch below it", async () => {
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

    it("[3.3] gives its own place away, and none below it", async () => {
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
        // Behind the selector come the 15 words of the parent, then those of the header.
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

    it("[3.3] never finalises by the passing of time", async () => {
      await submitUnattested(system, first);
      await skipWindow();
      await expect(system.inbox.finalise(first.header))
        .to.be.revertedWithCustomError(system.inbox, "InboxWrongStatus")
        .withArgs(1, Status.Unattested);
    });

    it("[3.3] gives way to a certified one, and never comes back", async () => {
      const rival = await world.batch(world.genesis, other, { transfers: 3 });
      await submitUnattested(system, first);
      await expect(submit(system, rival))
        .to.emit(system.inbox, "BatchReplaced")
        .withArgs(1, first.hash)
        .and.not.to.emit(system.inbox, "SecurityChanged");
      expect(await statusOf(1)).to.equal(Status.Pending);
      expect(await system.inbox.contains(1, rival.hash)).to.equal(true);
      expect(await system.inbox.contains(1, first.hash)).to.equal(false);
      expect(await system.inbox.head()).to.equal(2n);
      expect(await system.inbox.invalidated(first.hash)).to.equal(true);
    });

    it("[3.3] [S1] leaves the insecure tx state with its request where a certified one takes its place", async () => {
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
      expect(await statusOf(1)).to.equal(Status.Pending);
      await expect(submit(system, await world.batch(world.genesis, other, { transfers: 3 })))
        .to.be.revertedWithCustomError(system.inbox, "InboxWrongIndex")
        .withArgs(1, 2);
      await submit(system, second);
      await skipWindow();
      await system.inbox.finalise(first.header);
      expect(await statusOf(1)).to.equal(Status.Final);
    });
  });

  describe("finalisation", () => {
    it("happens in order, once, after the challenge window", async () => {
      const { inbox } = system;
      await submit(system, first);
      const until = BigInt(await system.now()) + (await system.parameters.get(Parameter.ChallengeWindow));
      await system.skip(50);
      await submit(system, second);
      await expect(inbox.finalise(first.header))
        .to.be.revertedWithCustomError(inbox, "InboxWindowOpen")
        .withArgs(until);
      const { time } = system.connection.networkHelpers;
      await time.setNextBlockTimestamp(until - 1n);
      await expect(inbox.finalise(first.header))
        .to.be.revertedWithCustomError(inbox, "InboxWindowOpen")
        .withArgs(until);
      await expect(inbox.finalise(second.header))
        .to.be.revertedWithCustomError(inbox, "InboxWrongIndex")
        .withArgs(2, 1);
      await time.setNextBlockTimestamp(until);
      await expect(inbox.finalise(first.header)).to.emit(inbox, "BatchFinalised").withArgs(1, first.hash);
      expect([await statusOf(1), await inbox.finalised()]).to.deep.equal([Status.Final, 2n]);
      await expect(inbox.finalise(first.header)).to.be.revertedWithCustomError(inbox, "InboxWrongIndex").withArgs(1, 2);
      await expect(inbox.finalise(second.header)).to.be.revertedWithCustomError(inbox, "InboxWindowOpen");
      await system.skip(100);
      await inbox.finalise(second.header);
      expect(await inbox.finalised()).to.equal(3n);
    });

    it("is refused for a header that L1 does not keep", async () => {
      await submit(system, first);
      await skipWindow();
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
      await skipWindow();
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
      await skipWindow();
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
      await skipWindow();
      await system.inbox.finalise(first.header);
      const reward = first.header.gasUsed * (await system.parameters.get(Parameter.RewardPerGas));
      const produced = (reward * (await system.parameters.get(Parameter.ProducerShare))) / 10_000n;
      expect(await system.sequencers.totalOwed()).to.equal(produced);
      expect(await system.sequencers.owed(accountOf(system, current).recipient)).to.equal(produced);
    });

    it("is for ever: what is final can be neither requested nor disproved", async () => {
      const wrong = lying(first, { stateRoots: rootsWith(first, 2, keccakText("wrong")) });
      await submit(system, wrong);
      await skipWindow();
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

  describe("rollback", () => {
    const wrongAt = (batch: TestBatch, i: number): TestBatch =>
      lying(batch, { stateRoots: rootsWith(batch, i, keccakText("wrong")) });

    it("[11.14] takes the wrong batch and all that follow, and opens the index for the next sequencer", async () => {
      const { inbox } = system;
      const wrong = wrongAt(second, 1);
      const behind = await world.batch({ ...wrong.header }, current, { transfers: 2 });
      await submit(system, first);
      await submit(system, wrong);
      await submit(system, behind);
      await expect(proveTransition(system, world, wrong, 1))
        .to.emit(inbox, "BatchInvalidated")
        .withArgs(2, wrong.hash, 4);
      expect([await inbox.head(), await inbox.finalised()]).to.deep.equal([2n, 1n]);
      expect([await statusOf(1), await statusOf(2), await statusOf(3)]).to.deep.equal([Status.Pending, 0n, 0n]);
      expect(await inbox.contains(2, wrong.hash)).to.equal(false);
      const next = (await system.sequencers.term()).sequencer;
      const members = system.sequencerAccounts.filter(({ address }) => address !== wrong.header.sequencer);
      const again = await world.batch(first.header, next, { transfers: 5 });
      await submit(system, again, members);
      expect(await inbox.contains(2, again.hash)).to.equal(true);
    });

    it("[11.14] bars the wrong header for ever, certified or alone", async () => {
      const wrong = lying(wrongAt(first, 1), { header: { sequencer: other } });
      await submit(system, wrong);
      await proveTransition(system, world, wrong, 1);
      const members = system.sequencerAccounts.filter(({ address }) => address !== other);
      await expect(submit(system, wrong, members))
        .to.be.revertedWithCustomError(system.inbox, "InboxInvalidatedHeader")
        .withArgs(wrong.hash);
    });

    it("[3.3] bars an unattested header that gave way, though its place is open again", async () => {
      const rival = wrongAt(await world.batch(world.genesis, other, { transfers: 3 }), 0);
      await submitUnattested(system, first);
      await submit(system, rival);
      await proveTransition(system, world, rival, 0);
      expect(await system.inbox.head()).to.equal(1n);
      await expect(submitUnattested(system, first))
        .to.be.revertedWithCustomError(system.inbox, "InboxInvalidatedHeader")
        .withArgs(first.hash);
      await submitUnattested(system, await world.batch(world.genesis, current, { transfers: 3 }));
      expect(await statusOf(1)).to.equal(Status.Unattested);
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
          await skipWindow();
          await system.inbox.finalise(first.header);
          expect(await system.sequencers.owed(accountOf(system, current).recipient)).to.equal(0n);
        } else {
          await proveTransition(system, world, earlier, 1);
          expect(await system.inbox.head()).to.equal(1n);
        }
      }
    });

    it("[11.14] frees the head of an unattested batch as of any other", async () => {
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

  describe("for the disputes contract alone", () => {
    async function asDisputes() {
      const { networkHelpers, ethers } = system.connection;
      const address = await system.disputes.getAddress();
      await networkHelpers.impersonateAccount(address);
      await networkHelpers.setBalance(address, 10n ** 18n);
      return system.inbox.connect(await ethers.getSigner(address));
    }

    it("holds, confirms and invalidates", async () => {
      await submit(system, first);
      const caller = system.deployer;
      for (const name of ["hold", "confirm", "invalidate"]) {
        await expect(system.inbox.connect(caller).getFunction(name)(first.header), name)
          .to.be.revertedWithCustomError(system.inbox, "InboxUnauthorized")
          .withArgs(caller);
      }
    });

    it("refuses headers that it does not keep, and a second hold", async () => {
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

    it("[11.7] [11.16] is insecure from the first hold to the last, and says so once", async () => {
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

    it("[S1] keeps holds below a rollback, across words of the bitmap", async () => {
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

    it("[11.10.1] leaves at least one request window after a confirmation, and takes none away", async () => {
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

  it("stops taking batches when as many as a rollback can bear wait for finality", async () => {
    const slots = await storageOf(system);
    const most = await system.inbox.MAX_PENDING();
    const last = await slots.graft(world, most - 1n);
    const batch = await world.batch(last, current, { transfers: 1 });
    await submit(system, batch);
    const beyond = await world.batch(batch.header, current, { transfers: 1 });
    await expect(submit(system, beyond)).to.be.revertedWithCustomError(system.inbox, "InboxFull").withArgs(most);
    await expect(submitUnattested(system, beyond))
      .to.be.revertedWithCustomError(system.inbox, "InboxFull")
      .withArgs(most);
  });
});

/** Writes into the inbox's storage what no test could submit: a header far up the chain of batches. */
async function storageOf({ inbox, connection }: TestSystem) {
  const { provider } = connection.ethers;
  const address = await inbox.getAddress();
  const set = async (slot: string, value: string): Promise<void> => {
    await connection.networkHelpers.setStorageAt(address, slot, value);
  };
  const word = async (slot: number): Promise<bigint> => BigInt(await provider.getStorage(address, slot));
  // Slot 0 packs head, finalised and the highest head ever; the mapping of batches comes behind it.
  const low = 2n ** 64n;
  expect((await word(0)) % low).to.equal(await inbox.head());
  const slotOf = (index: bigint): string =>
    keccakHex(AbiCoder.defaultAbiCoder().encode(["uint64", "uint256"], [index, BATCHES_SLOT]));
  expect(await provider.getStorage(address, slotOf(0n))).to.equal((await inbox.batchAt(0)).headerHash);
  return {
    async graft(world: World, index: bigint): Promise<BatchHeader> {
      const header = { ...world.genesis, index };
      await set(slotOf(index), hashHeader(header));
      const packed = await word(0);
      const kept = (packed >> 192n) << 192n;
      const finalised = (packed >> 64n) % low;
      await set(toBeHex(0, 32), toBeHex(kept + ((index + 1n) << 128n) + (finalised << 64n) + index + 1n, 32));
      expect(await inbox.contains(index, hashHeader(header))).to.equal(true);
      return header;
    },
  };
}

const BATCHES_SLOT = 2;
