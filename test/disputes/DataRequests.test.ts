/** Data requests from the fee to the verdict, on real batches that L1 really executes. */
import { expect } from "chai";
import { ZeroAddress, getBytes, parseEther } from "ethers";

import { ZERO_HASH } from "../../l2/base/hex.ts";
import { keccakHex, keccakText } from "../../l2/base/keccak.ts";
import { Parameter } from "../../ignition/parameters.ts";
import { decodeRecords } from "../../l2/batch/encoding.ts";
import {
  type TestBatch,
  type Transfer,
  BatchMaker,
  accountOf,
  lying,
  ownerOf,
  placeOf,
  placed,
  rootsWith,
  submit,
  submitUnattested,
} from "../../testkit/batches.ts";
import { provePossession } from "../../testkit/certificates.ts";
import { RequestState, answer, check, expire, requestData, requestOf } from "../../testkit/disputes.ts";
import { type TestSystem, systemFixture } from "../../testkit/system.ts";
import { expectCondemned } from "./consequences.ts";

const GWEI = 10n ** 9n;

describe("Data requests", () => {
  let world: BatchMaker;
  let load: () => Promise<TestSystem>;
  let system: TestSystem;
  let current: string;
  let other: string;
  let verifier: string;
  let first: TestBatch;
  let second: TestBatch;

  before(async () => {
    world = await BatchMaker.open();
    // Enough to lose a cosigner's share and stay.
    const stakes = Array.from({ length: 4 }, () => parseEther("40000"));
    load = systemFixture({ rollup: { genesisStateRoot: world.genesis.postStateRoot }, stakes, verifiers: 2 });
    system = await load();
    current = (await system.sequencers.term()).sequencer;
    other = system.sequencerAccounts.find(({ address }) => address !== current)!.address;
    verifier = system.verifierAccounts[0]!.address;
    first = await world.batch(world.genesis, current, { transfers: 10, ...(await placeOf(system)) });
    second = await world.batch(first.header, other, { transfers: 5 });
  });

  beforeEach(async () => {
    system = await load();
  });

  const stateOfRequest = async (batch: TestBatch): Promise<bigint> => (await requestOf(system, batch)).state;
  const etherOf = async (account: { getAddress(): Promise<string> }): Promise<bigint> =>
    await system.connection.ethers.provider.getBalance(account);
  const window = async (): Promise<bigint> => await system.parameters.get(Parameter.RequestWindow);
  /** A submitted batch with an open request for its data. */
  const requested = async (batch: TestBatch): Promise<TestBatch> => {
    await submit(system, batch);
    await requestData(system, batch);
    return batch;
  };

  describe("a request", () => {
    it("[11.6] costs a verifier what the answer costs on L1, and the rest of what it sent comes back", async () => {
      const { disputes } = system;
      const { networkHelpers } = system.connection;
      await submit(system, first);
      const { txCount, dataSize, gasUsed } = first.header;
      const gas = 100_000n + 85_000n * txCount + 60n * dataSize + 20n * (gasUsed - 21_000n * txCount);
      const [floor, factor] = await Promise.all([
        system.parameters.get(Parameter.RequestFeeFloor),
        system.parameters.get(Parameter.RequestFeeFactor),
      ]);
      const priced = (price: bigint): bigint => (gas * price * factor) / 10_000n;
      // In whole gwei: L1 keeps the fee in them.
      const fee = ((priced(2n * floor) + GWEI - 1n) / GWEI) * GWEI;
      expect(await disputes.requestFee(first.header, 2n * floor)).to.equal(fee);
      expect(await disputes.requestFee(first.header, floor / 2n)).to.equal(
        await disputes.requestFee(first.header, floor),
      );
      await networkHelpers.setNextBlockBaseFeePerGas(2n * floor);
      const batches = [await placed(system, first.header)];
      const from = system.as(system.verifierAccounts[0]!).disputes;
      const sent = await from.requestData(batches, { value: fee + 5n, maxFeePerGas: 4n * floor });
      await expect(sent).to.changeEtherBalance(system.connection.ethers, disputes, fee);
      const deadline = BigInt(await system.now()) + (await window());
      await expect(sent).to.emit(disputes, "DataRequested").withArgs(first.hash, verifier, 1, deadline, fee);
      const request = await requestOf(system, first);
      expect([request.requester, request.deadline, request.state, request.fee * GWEI]).to.deep.equal([
        verifier,
        deadline,
        RequestState.Open,
        fee,
      ]);
    });

    it("[11.6] is refused where the value is below the fee of the block that takes it", async () => {
      const { disputes } = system.as(system.verifierAccounts[0]!);
      await submit(system, first);
      const fee = await disputes.requestFee(first.header, 200n * GWEI);
      const value = fee - 1n;
      const batches = [await placed(system, first.header)];
      await system.connection.networkHelpers.setNextBlockBaseFeePerGas(200n * GWEI);
      await expect(disputes.requestData(batches, { value, maxFeePerGas: 300n * GWEI, gasLimit: 500_000n }))
        .to.be.revertedWithCustomError(disputes, "RequestWrongFee")
        .withArgs(value, fee);
    });

    it("[11.7] [S1] [H2] brings the system into the insecure tx state, from its batch on", async () => {
      await submit(system, first);
      await submit(system, second);
      expect(await system.inbox.insecure()).to.equal(false);
      await expect(requestData(system, second)).to.emit(system.inbox, "SecurityChanged").withArgs(true, 2);
      expect(await system.inbox.insecure()).to.equal(true);
      expect([await system.inbox.held(1), await system.inbox.held(2)]).to.deep.equal([false, true]);
    });

    it("[11.6] is accepted from registered verifiers only", async () => {
      await submit(system, first);
      const stranger = system.others[0]!;
      await expect(requestData(system, first, stranger))
        .to.be.revertedWithCustomError(system.disputes, "RequestNotVerifier")
        .withArgs(stranger);
      await system.as(system.verifierAccounts[0]!).verifiers.resign();
      await expect(requestData(system, first))
        .to.be.revertedWithCustomError(system.disputes, "RequestNotVerifier")
        .withArgs(verifier);
    });

    it("[11.6.2] [11.6.4] is refused to a verifier that was banned, whose open request stands", async () => {
      const { connection, timelock } = system;
      await submit(system, first);
      await submit(system, second);
      await requestData(system, first);
      const governance = await timelock.getAddress();
      await connection.networkHelpers.impersonateAccount(governance);
      await connection.networkHelpers.setBalance(governance, 10n ** 18n);
      await system.verifiers.connect(await connection.ethers.getSigner(governance)).ban(verifier);
      await expect(requestData(system, second))
        .to.be.revertedWithCustomError(system.disputes, "RequestNotVerifier")
        .withArgs(verifier);
      await answer(system, world, first);
      expect(await stateOfRequest(first)).to.equal(RequestState.Answered);
      await requestData(system, second, system.verifierAccounts[1]);
    });

    it("[11.6] [H1] is refused once the window of the batch is over", async () => {
      await submit(system, first);
      await system.skip((await system.parameters.get(Parameter.ChallengeWindow)) + 1n);
      await expect(requestData(system, first))
        .to.be.revertedWithCustomError(system.disputes, "RequestTooLate")
        .withArgs(1);
    });

    it("[11.6] [H1] [H2] while a batch's window stands still, it can be requested, and what is before it finalises", async () => {
      await submit(system, first);
      await submit(system, second);
      await requestData(system, second);
      await system.skip((await window()) - 10n);
      await answer(system, world, second);
      await system.skip((await system.parameters.get(Parameter.ChallengeWindow)) - (await window()) + 20n);
      await system.inbox.finalise([await placed(system, first.header)]);
      await expect(system.inbox.finalise([await placed(system, second.header)])).to.be.revertedWithCustomError(
        system.inbox,
        "InboxWindowOpen",
      );
    });
  });

  describe("an answer", () => {
    it("[11.8] [11.9] [11.10] [11.10.1] [H3] comes from anyone, in pieces of any size and order", async () => {
      const { disputes, treasury, inbox } = system;
      await requested(first);
      const { fee } = await requestOf(system, first);
      const before = await etherOf(treasury);
      await check(system, world, first, { from: 7, to: 10 });
      await check(system, world, first, { from: 0, to: 2, as: ownerOf(system, current) });
      await check(system, world, first, { from: 1, to: 6, as: ownerOf(system, other) });
      expect(await stateOfRequest(first)).to.equal(RequestState.Open);
      const last = check(system, world, first, { from: 6, to: 7, as: system.others[4]! });
      await expect(last).to.emit(disputes, "RequestAnswered").withArgs(first.hash);
      await expect(last).to.emit(inbox, "BatchConfirmed");
      await expect(last).to.emit(inbox, "SecurityChanged").withArgs(false, 2);
      expect(await stateOfRequest(first)).to.equal(RequestState.Answered);
      expect([await etherOf(treasury), await etherOf(disputes)]).to.deep.equal([before + fee * GWEI, 0n]);
      expect((await system.sequencers.sequencerOf(current)).status).to.equal(1n);
    });

    it("[11.10.2] [9.3] leaves the data in the log of L1 for every verifier", async () => {
      const { disputes } = system;
      await requested(first);
      await answer(system, world, first, { size: 4 });
      const checked = await disputes.queryFilter(disputes.filters.RecordsChecked(first.hash));
      const transactions = checked.flatMap(({ args }) => decodeRecords(getBytes(args.records)));
      expect(transactions).to.deep.equal(first.transactions);
      expect(checked.map(({ args }) => [args.from, args.count])).to.deep.equal([
        [0n, 4n],
        [4n, 4n],
        [8n, 2n],
      ]);
    });

    it("[11.9] [M7] is not disturbed by a rival that is one transaction ahead of every call", async () => {
      const rival = system.others[5]!;
      await requested(first);
      for (let from = 0; from < 9; from += 3) {
        await check(system, world, first, { from, to: from + 1, as: rival });
        await check(system, world, first, { from, to: from + 4 });
      }
      expect(await stateOfRequest(first)).to.equal(RequestState.Answered);
    });

    it("[11.9] executes all three types of transactions, self-transfers, new accounts and the coinbase", async () => {
      const { baseFee } = world.config;
      const fresh = "0x00000000000000000000000000000000DeaDBeef";
      const legacy = { type: 0, maxFeePerGas: null, maxPriorityFeePerGas: null, gasPrice: 2n * baseFee };
      const accessList = [{ address: fresh, storageKeys: [ZERO_HASH] }];
      const transfers: Transfer[] = [
        { request: legacy },
        { request: { ...legacy, type: 1, gasLimit: 25_300n, accessList } },
        { from: 2, request: { to: world.users[2]!.address } },
        { request: { to: fresh, value: 0n } },
        { request: { to: fresh, value: 1n } },
        { from: 5, request: { to: fresh, maxFeePerGas: baseFee, maxPriorityFeePerGas: 0n } },
        { from: 5, request: { to: world.users[6]!.address, gasLimit: 30_000n } },
      ];
      const batch = await world.batch(world.genesis, current, { transfers, coinbase: world.users[6]!.address });
      expect(batch.gas[1]).to.equal(25_300n);
      await requested(batch);
      await answer(system, world, batch, { size: 1 });
      expect(await stateOfRequest(batch)).to.equal(RequestState.Answered);
    });

    it("[11.9] two disputes of two batches advance side by side", async () => {
      await requested(first);
      await requested(second);
      await check(system, world, first, { to: 5 });
      await check(system, world, second, { to: 2 });
      await check(system, world, first, { from: 5 });
      expect([await system.inbox.insecure(), await system.inbox.secureBelow()]).to.deep.equal([true, 2n]);
      await check(system, world, second, { from: 2 });
      expect(await system.inbox.insecure()).to.equal(false);
    });

    it("[11.8] [H3] in the sequencer's place is repaid from its stake, minutes after the request", async () => {
      const peer = ownerOf(system, other);
      await requested(first);
      await check(system, world, first, { to: 3, as: peer });
      expect(await system.sequencers.owed(peer)).to.equal(0n);
      await system.skip((await window()) / 480n);
      const { stake } = await system.sequencers.sequencerOf(current);
      await check(system, world, first, { from: 3, to: 6, as: ownerOf(system, current) });
      expect((await system.sequencers.sequencerOf(current)).stake).to.equal(stake);
      await check(system, world, first, { as: peer });
      const paid = await system.sequencers.owed(peer);
      const whole =
        ((await requestOf(system, first)).fee * GWEI * (await system.parameters.get(Parameter.AnswerPay))) / 10n ** 18n;
      expect(paid)
        .to.be.greaterThan((whole * 3n) / 10n)
        .and.to.be.lessThan((whole * 4n) / 10n);
      expect((await system.sequencers.sequencerOf(current)).stake).to.equal(stake - paid);
    });

    it("[11.8] a sequencer that resigned or changed its key still answers as itself", async () => {
      const { owner } = accountOf(system, current);
      await requested(first);
      const key = system.connection.ethers.Wallet.createRandom();
      await system
        .as(owner)
        .sequencers.rotateKey(key.address, await provePossession(system.sequencers, current, key as never));
      await system.as(owner).sequencers.resign();
      await system.skip((await window()) / 2n);
      const { stake } = await system.sequencers.sequencerOf(current);
      await answer(system, world, first, { as: owner });
      expect(await stateOfRequest(first)).to.equal(RequestState.Answered);
      expect((await system.sequencers.sequencerOf(current)).stake).to.equal(stake);
    });

    it("[11.9] that needs other nodes than it brings reverts and counts for nothing", async () => {
      await requested(first);
      await expect(check(system, world, first, { to: 3, witness: new Uint8Array() })).to.be.revertedWithCustomError(
        system.executor,
        "MissingWitness",
      );
      expect(await stateOfRequest(first)).to.equal(RequestState.Open);
    });
  });

  describe("an answer that condemns", () => {
    const stranger = (): string => system.others[0]!.address;

    it("[11.10] [11.11] [11.12] [11.13] [11.14] [11.15] [11.16] a wrong state root, with the fee returned", async () => {
      const wrong = await requested(lying(first, { stateRoots: rootsWith(first, 9, keccakText("wrong")) }));
      await check(system, world, wrong, { to: 9 });
      await expectCondemned(system, wrong, { claimant: stranger(), fault: "Transition" }, async () =>
        check(system, world, wrong, { from: 9 }),
      );
    });

    it("[11.10] [11.11] sums that the header does not keep to, with the last part", async () => {
      for (const header of [{ gasUsed: first.header.gasUsed + 1n }, { dataSize: first.header.dataSize - 1n }]) {
        system = await load();
        const wrong = await requested(lying(first, { header }));
        await check(system, world, wrong, { from: 5 });
        await expectCondemned(system, wrong, { claimant: stranger(), fault: "Sum" }, async () =>
          check(system, world, wrong, { to: 5 }),
        );
      }
    });

    it("[3.3.2] [3.3.3] [3.3.4] [3.3.5] [3.3.6] [3.3.6a.1] [3.3.6a.2] [3.3.6a.3] [3.3.6a.4] a fake batch, and the chain goes on", async () => {
      const fake = lying(first, { stateRoots: first.stateRoots.map((root) => keccakHex(root)) });
      await expect(submitUnattested(system, fake)).to.emit(system.inbox, "SecurityChanged").withArgs(true, 1);
      await expectCondemned(system, fake, { claimant: stranger(), fault: "Transition", signers: 0n }, async () =>
        check(system, world, fake, { to: 1 }),
      );
      const { sequencer: next } = await system.sequencers.term();
      const members = system.sequencerAccounts.filter(({ address }) => address !== current);
      const place = await placeOf(system);
      await submit(system, await world.batch(world.genesis, next, { transfers: 10, ...place }), members);
      expect(await system.inbox.head()).to.equal(2n);
    });

    it("[3.3.5] [3.3.6] [3.3.6b.1] not a batch that was posted alone and is right", async () => {
      await submitUnattested(system, first);
      const { requester, fee } = await requestOf(system, first);
      expect([requester, fee]).to.deep.equal([ZeroAddress, 0n]);
      await check(system, world, first, { from: 4 });
      const answered = await check(system, world, first, { to: 4 });
      await expect(answered).to.emit(system.disputes, "RequestAnswered").withArgs(first.hash);
      await expect(answered).to.emit(system.inbox, "SecurityChanged").withArgs(false, 2);
      expect((await system.sequencers.term()).sequencer).to.equal(current);
    });

    it("[11.14] and rolls back later batches, whose requests are refunded to the wei", async () => {
      const wrong = lying(first, { stateRoots: rootsWith(first, 9, keccakText("wrong")) });
      const later = await world.batch(wrong.header, other, { transfers: 2 }).catch(() => undefined);
      expect(later, "nobody can build on a state that nobody has").to.equal(undefined);
      const behind = lying(
        { ...second, parent: wrong.header },
        { header: { preStateRoot: wrong.header.postStateRoot } },
      );
      const rival = system.verifierAccounts[1]!;
      await submit(system, wrong);
      await submit(system, behind);
      await requestData(system, behind, rival);
      const { fee } = await requestOf(system, behind);
      const call = await placed(system, behind.header);
      await expect(system.disputes.refund(call))
        .to.be.revertedWithCustomError(system.disputes, "RequestStillStands")
        .withArgs(behind.hash);
      await check(system, world, wrong, { from: 9 });
      expect([await system.inbox.head(), await system.inbox.insecure()]).to.deep.equal([1n, false]);
      expect((await system.sequencers.sequencerOf(other)).status).to.equal(1n);
      await expect(system.disputes.refund(call))
        .to.emit(system.disputes, "RequestRefunded")
        .withArgs(behind.hash, rival, fee * GWEI);
      await expect(system.disputes.refund(call)).to.be.revertedWithCustomError(system.disputes, "RequestNotOpen");
      await system.as(rival).disputes.claim();
      expect([await etherOf(system.disputes), await system.disputes.totalOwed()]).to.deep.equal([0n, 0n]);
    });
  });

  describe("a window that passes", () => {
    const late = async (batch: TestBatch): Promise<void> => {
      const { deadline } = await requestOf(system, batch);
      const { time } = system.connection.networkHelpers;
      await time.setNextBlockTimestamp(deadline);
      await expect(expire(system, batch))
        .to.be.revertedWithCustomError(system.disputes, "RequestWindowOpen")
        .withArgs(deadline);
      await time.setNextBlockTimestamp(deadline + 1n);
    };

    it("[11.D1] [11.11] [11.12] [11.13] [11.14] [11.15] [11.16] [H4] E: condemns all who signed, whoever closes it", async () => {
      await requested(first);
      await late(first);
      await expectCondemned(system, first, { claimant: verifier, fault: "Unanswered" }, async () =>
        expire(system, first),
      );
    });

    it("[11.D1] condemns with all but one transition answered", async () => {
      await requested(first);
      await check(system, world, first, { from: 1 });
      await late(first);
      await expectCondemned(system, first, { claimant: verifier, fault: "Unanswered" }, async () =>
        expire(system, first),
      );
    });

    it("[11.D1] [M8] condemns the sequencer of an unattested batch; the caller claims", async () => {
      await submitUnattested(system, first);
      await late(first);
      const claimant = system.others[0]!.address;
      await expectCondemned(system, first, { claimant, fault: "Unanswered", signers: 0n }, async () =>
        expire(system, first),
      );
    });

    it("[11.11] [11.D1] a sequencer that resigned is slashed all the same", async () => {
      await requested(first);
      await system.as(ownerOf(system, current)).sequencers.resign();
      await late(first);
      await expire(system, first);
      const { stake, status } = await system.sequencers.sequencerOf(current);
      expect([stake, status]).to.deep.equal([0n, 2n]);
    });

    it("[3.3] [11.D1] settles nothing where a certified batch took the place: the fee goes back", async () => {
      const rival = await world.batch(world.genesis, other, { transfers: 3, ...(await placeOf(system)) });
      await submitUnattested(system, first);
      const call = await placed(system, first.header);
      await submit(system, rival);
      expect(await system.inbox.insecure()).to.equal(false);
      await system.skip((await window()) * 2n);
      await expect(system.disputes.expire(call)).to.be.revertedWithCustomError(system.inbox, "InboxUnknownBatch");
      await system.disputes.refund(call);
      expect((await system.sequencers.sequencerOf(current)).status).to.equal(1n);
    });
  });
});
