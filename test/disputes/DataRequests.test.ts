/** Data requests from the fee to the verdict, on real batches that L1 really executes. */
import { expect } from "chai";

import { keccakHex, keccakText } from "../../l2/base/keccak.ts";
import { ZERO_HASH } from "../../l2/base/hex.ts";
import { Parameter } from "../../ignition/parameters.ts";
import { decodeRecords, encodeRecords } from "../../l2/batch/encoding.ts";
import {
  type TestBatch,
  type Transfer,
  BatchMaker,
  accountOf,
  lying,
  ownerOf,
  recordsOf,
  rootsWith,
  submit,
  submitUnattested,
} from "../../testkit/batches.ts";
import {
  RequestState,
  post,
  postingAt,
  proveTransition,
  recompute,
  recomputeStep,
  recomputingAt,
  requestData,
  stateOf,
} from "../../testkit/disputes.ts";
import { type TestSystem, systemFixture } from "../../testkit/system.ts";
import { expectCondemned } from "./consequences.ts";

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
    load = systemFixture({ rollup: { genesisStateRoot: world.genesis.postStateRoot }, verifiers: 2 });
    system = await load();
    current = (await system.sequencers.term()).sequencer;
    other = system.sequencerAccounts.find(({ address }) => address !== current)!.address;
    verifier = system.verifierAccounts[0]!.address;
    first = await world.batch(world.genesis, current, { transfers: 10 });
    second = await world.batch(first.header, other, { transfers: 5 });
  });

  beforeEach(async () => {
    system = await load();
  });

  const stateOfRequest = async ({ hash }: TestBatch): Promise<bigint> => (await system.disputes.requestOf(hash)).state;
  const etherOf = async (account: { getAddress(): Promise<string> }): Promise<bigint> =>
    await system.connection.ethers.provider.getBalance(account);
  const window = async (): Promise<bigint> => await system.parameters.get(Parameter.RequestWindow);
  /** A submitted batch with an open request for its data. */
  const requested = async (batch: TestBatch): Promise<TestBatch> => {
    await submit(system, batch);
    await requestData(system, batch);
    return batch;
  };
  /** The same, with its data posted. */
  const posted = async (batch: TestBatch): Promise<TestBatch> => {
    await requested(batch);
    await post(system, batch);
    return batch;
  };

  describe("a request", () => {
    it("[11.6] costs a verifier what the declared bytes and gas cost on L1", async () => {
      const { disputes, parameters } = system.as(system.verifierAccounts[0]!);
      await submit(system, first);
      const gas = 100_000n + 40n * BigInt(first.header.dataSize) + 25n * BigInt(first.header.gasUsed);
      const [floor, factor] = await Promise.all([
        parameters.get(Parameter.RequestFeeFloor),
        parameters.get(Parameter.RequestFeeFactor),
      ]);
      const fee = (gas * floor * factor) / 10_000n;
      expect(await disputes.requestFee(first.header)).to.equal(fee);
      for (const value of [0n, fee - 1n, fee + 1n]) {
        await expect(disputes.requestData(first.header, { value }))
          .to.be.revertedWithCustomError(disputes, "RequestWrongFee")
          .withArgs(value, fee);
      }
      const sent = await disputes.requestData(first.header, { value: fee });
      const deadline = BigInt(await system.now()) + (await window());
      await expect(sent).to.emit(disputes, "DataRequested").withArgs(first.hash, verifier, 1, deadline, fee);
      const request = await disputes.requestOf(first.hash);
      expect([request.requester, request.deadline, request.state, request.fee]).to.deep.equal([
        verifier,
        deadline,
        RequestState.Posting,
        fee,
      ]);
      expect(await etherOf(disputes)).to.equal(fee);
    });

    it("[11.7] [S1] brings the system into the insecure tx state", async () => {
      await submit(system, first);
      expect(await system.disputes.insecure()).to.equal(false);
      await expect(requestData(system, first)).to.emit(system.inbox, "SecurityChanged").withArgs(true);
      expect([await system.disputes.insecure(), await system.inbox.held(1)]).to.deep.equal([true, true]);
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
      await post(system, first);
      await recompute(system, world, first);
      expect(await stateOfRequest(first)).to.equal(RequestState.Closed);
      await requestData(system, second, system.verifierAccounts[1]);
    });

    it("[11.6] is made once for a header, whether it is open or settled", async () => {
      await requested(first);
      const again = async () => await requestData(system, first, system.verifierAccounts[1]);
      await expect(again()).to.be.revertedWithCustomError(system.disputes, "RequestExists").withArgs(first.hash);
      await post(system, first);
      await recompute(system, world, first);
      await expect(again()).to.be.revertedWithCustomError(system.disputes, "RequestExists").withArgs(first.hash);
    });

    it("[11.6] is refused for a batch that L1 does not keep, and the fee stays with the sender", async () => {
      await expect(requestData(system, first))
        .to.be.revertedWithCustomError(system.inbox, "InboxUnknownHeader")
        .withArgs(1, first.hash);
      expect(await etherOf(system.disputes)).to.equal(0n);
    });
  });

  describe("posting", () => {
    it("[11.8] takes the data in as many pieces as the sequencer likes, from its owner or its key", async () => {
      await requested(first);
      const key = accountOf(system, current).key.connect(system.connection.ethers.provider);
      await system.connection.networkHelpers.setBalance(key.address, 10n ** 18n);
      await expect(post(system, first, 0, 4))
        .to.emit(system.disputes, "DataPosted")
        .withArgs(first.hash, Object.values(postingAt(first, 4)).map(plain));
      const records = recordsOf(first, 4, 5);
      await system.disputes.connect(key).post(first.header, postingAt(first, 4), records);
      expect(await stateOfRequest(first)).to.equal(RequestState.Posting);
      await expect(post(system, first, 5, 10))
        .to.emit(system.disputes, "DataCompleted")
        .withArgs(first.hash, Object.values(recomputingAt(first, 0)).map(plain));
      expect(await stateOfRequest(first)).to.equal(RequestState.Recomputing);
      expect(await system.inbox.insecure()).to.equal(true);
    });

    it("[11.10.2] [9.3] leaves the data in the calldata of L1 for every verifier", async () => {
      await requested(first);
      const sent = [await post(system, first, 0, 3), await post(system, first, 3, 10)];
      const pieces = sent.map(({ data }) => {
        const call = system.disputes.interface.parseTransaction({ data })!;
        return call.args.getValue("records") as string;
      });
      const data = Buffer.concat(pieces.map((piece) => Buffer.from(piece.slice(2), "hex")));
      expect(decodeRecords(new Uint8Array(data))).to.deep.equal(first.transactions);
    });

    it("[11.8] is accepted only from the batch's sequencer", async () => {
      await requested(first);
      for (const account of [ownerOf(system, other), system.others[0]!, system.verifierAccounts[0]!]) {
        const { disputes } = system.as(account);
        await expect(disputes.post(first.header, postingAt(first, 0), first.data))
          .to.be.revertedWithCustomError(disputes, "PostingUnauthorized")
          .withArgs(account, current);
      }
    });

    it("[11.8] refuses pieces out of order, twice, empty or cut within a record", async () => {
      const { disputes } = system.as(ownerOf(system, current));
      await requested(first);
      await expect(post(system, first, 4, 7)).to.be.revertedWithCustomError(disputes, "ProgressMismatch");
      await expect(disputes.post(first.header, postingAt(first, 0), "0x")).to.be.revertedWithCustomError(
        disputes,
        "PostingEmpty",
      );
      const cut = recordsOf(first, 0, 2).slice(0, -1);
      await expect(disputes.post(first.header, postingAt(first, 0), cut)).to.be.revertedWithCustomError(
        disputes,
        "RecordsTruncated",
      );
      await expect(
        disputes.post(first.header, postingAt(first, 0), recordsOf(first, 1, 3)),
      ).to.be.revertedWithCustomError(disputes, "RecordsWithoutBlock");
      await post(system, first, 0, 4);
      await expect(post(system, first, 0, 4)).to.be.revertedWithCustomError(disputes, "ProgressMismatch");
      await expect(post(system, first, 5, 10)).to.be.revertedWithCustomError(disputes, "ProgressMismatch");
      await expect(
        disputes.post(first.header, postingAt(first, 4), recordsOf(first, 0, 4)),
      ).to.be.revertedWithCustomError(disputes, "RecordsBlockOutOfOrder");
      await post(system, first, 4, 10);
      await expect(post(system, first, 4, 10))
        .to.be.revertedWithCustomError(disputes, "RequestWrongState")
        .withArgs(first.hash, RequestState.Recomputing);
    });

    it("[11.8] refuses more bytes or more transactions than the header declares", async () => {
      const small = lying(first, { header: { dataSize: BigInt(first.data.length) - 1n } });
      await requested(small);
      await expect(post(system, small))
        .to.be.revertedWithCustomError(system.disputes, "PostingTooMuch")
        .withArgs(first.data.length, first.data.length - 1);

      system = await load();
      const few = lying(first, { stateRoots: first.stateRoots.slice(0, 8), header: { txCount: 8n } });
      await requested(few);
      await expect(post(system, few)).to.be.revertedWithCustomError(system.disputes, "PostingTooMuch").withArgs(10, 8);
    });

    it("[11.8] is possible only while a request is open", async () => {
      await submit(system, first);
      await expect(post(system, first))
        .to.be.revertedWithCustomError(system.disputes, "RequestWrongState")
        .withArgs(first.hash, RequestState.None);
      await requestData(system, first);
      const { deadline } = await system.disputes.requestOf(first.hash);
      await system.connection.networkHelpers.time.setNextBlockTimestamp(deadline);
      await post(system, first, 0, 5);
      await expect(post(system, first, 5, 10))
        .to.be.revertedWithCustomError(system.disputes, "RequestWindowOver")
        .withArgs(deadline);
    });
  });

  describe("data that is not what the header declares is condemned with the piece that shows it", () => {
    const condemnedBy = async (batch: TestBatch, act: () => ReturnType<typeof post>): Promise<void> => {
      await requested(batch);
      const rotates = batch.header.sequencer === current;
      await expectCondemned(system, batch, { claimant: verifier, againstSigners: false, rotates }, act);
      expect(await stateOfRequest(batch)).to.equal(RequestState.Closed);
      expect(await system.inbox.insecure()).to.equal(false);
    };

    it("[11.10] [11.11] [11.12] [11.13] [11.14] [11.15] [11.16] other transactions of the same size", async () => {
      const forged = await world.batch(world.genesis, current, { transfers: 10, coinbase: other });
      expect(forged.data.length).to.equal(first.data.length);
      await condemnedBy(first, async () => {
        const { disputes } = system.as(ownerOf(system, current));
        return await disputes.post(first.header, postingAt(first, 0), forged.data);
      });
    });

    it("[11.11] [11.14] an MTTBR that no data has", async () => {
      const batch = lying(first, { header: { mttbr: keccakText("garbage") } });
      await condemnedBy(batch, async () => await post(system, batch));
    });

    it("[11.11] the first block, at once", async () => {
      for (const header of [
        { firstBlock: first.header.firstBlock + 1n },
        { firstTimestamp: first.header.firstTimestamp - 1n },
      ]) {
        system = await load();
        const batch = lying(first, { header });
        await condemnedBy(batch, async () => await post(system, batch, 0, 1));
      }
    });

    it("[11.11] the last block", async () => {
      for (const header of [
        { lastBlock: first.header.lastBlock + 1n },
        { lastTimestamp: first.header.lastTimestamp + 1n },
      ]) {
        system = await load();
        const batch = lying(first, { header });
        await condemnedBy(batch, async () => await post(system, batch));
      }
    });

    it("[11.11] fewer transactions", async () => {
      const batch = lying(first, {
        stateRoots: [...first.stateRoots, keccakText("one more")],
        header: { txCount: 11n },
      });
      await condemnedBy(batch, async () => await post(system, batch));
    });

    it("[11.15] does not rotate where the offender was not the current one", async () => {
      await submit(system, first);
      const batch = lying(second, { header: { mttbr: keccakText("garbage") } });
      await condemnedBy(batch, async () => await post(system, batch));
    });

    it("[3.3.6a.1] [3.3.6a.2] [3.3.6a.3] a fake batch, whose sequencer is kicked and rotated", async () => {
      const fake = lying(first, {
        stateRoots: first.stateRoots.map((root) => keccakText(root)),
        header: { mttbr: keccakText("fake") },
      });
      await submitUnattested(system, fake);
      await requestData(system, fake);
      const verdict = { claimant: verifier, againstSigners: false, rotates: true };
      await expectCondemned(system, fake, verdict, async () => await post(system, fake));
      const next = (await system.sequencers.term()).sequencer;
      await submitUnattested(system, await world.batch(world.genesis, next, { transfers: 3 }));
    });
  });

  describe("recomputation", () => {
    it("[11.9] [11.10] [11.10.1] [3.3.5] confirms a right batch, in steps that anyone may send", async () => {
      const { disputes, treasury, inbox } = system;
      await posted(first);
      const { fee } = await disputes.requestOf(first.hash);
      const [before, stranger] = [await etherOf(treasury), system.others[0]!];
      await expect(disputes.connect(stranger).recompute(...(await recomputeStep(world, first, { to: 3 }))))
        .to.emit(disputes, "RecomputationAdvanced")
        .withArgs(first.hash, Object.values(recomputingAt(first, 3)).map(plain));
      await recompute(system, world, first, { from: 3, to: 4 });
      const last = recompute(system, world, first, { from: 4, to: 10 });
      await expect(last).to.emit(disputes, "RequestAnswered").withArgs(first.hash, first.header.mtsr);
      await expect(last).to.emit(inbox, "BatchConfirmed").withArgs(1, first.hash);
      await expect(last).to.emit(inbox, "SecurityChanged").withArgs(false);
      expect(await stateOfRequest(first)).to.equal(RequestState.Closed);
      expect([await etherOf(treasury), await etherOf(disputes)]).to.deep.equal([before + fee, 0n]);
      expect(await disputes.totalOwed()).to.equal(0n);
      expect(await inbox.contains(1, first.hash)).to.equal(true);
      expect((await system.sequencers.sequencerOf(current)).status).to.equal(1n);
    });

    it("extends the challenge window where the answer came late", async () => {
      await submit(system, first);
      const challenge = await system.parameters.get(Parameter.ChallengeWindow);
      await system.skip(challenge - 20n);
      await requestData(system, first);
      await post(system, first);
      await recompute(system, world, first);
      const until = BigInt(await system.now()) + (await window());
      await expect(system.inbox.finalise(first.header))
        .to.be.revertedWithCustomError(system.inbox, "InboxWindowOpen")
        .withArgs(until);
    });

    it("[11.9] executes all three types of transactions, self-transfers, new accounts and the coinbase", async () => {
      const { baseFee } = world.config;
      const fresh = "0x00000000000000000000000000000000DeaDBeef";
      const legacy = { type: 0, maxFeePerGas: null, maxPriorityFeePerGas: null, gasPrice: 2n * baseFee };
      const transfers: Transfer[] = [
        { request: legacy },
        {
          request: {
            ...legacy,
            type: 1,
            gasLimit: 25_300n,
            accessList: [{ address: fresh, storageKeys: [ZERO_HASH] }],
          },
        },
        { from: 2, request: { to: world.users[2]!.address } },
        { request: { to: fresh, value: 0n } },
        { request: { to: fresh, value: 1n } },
        { from: 5, request: { to: fresh, maxFeePerGas: baseFee, maxPriorityFeePerGas: 0n } },
        { from: 5, request: { to: world.users[6]!.address, gasLimit: 30_000n } },
      ];
      const batch = await world.batch(world.genesis, current, { transfers, coinbase: world.users[6]!.address });
      expect(batch.gas[1]).to.equal(25_300n);
      await posted(batch);
      for (let i = 0; i < transfers.length; i++) await recompute(system, world, batch, { from: i, to: i + 1 });
      expect(await stateOfRequest(batch)).to.equal(RequestState.Closed);
      expect(await system.inbox.contains(1, batch.hash)).to.equal(true);
    });

    it("[11.9] refuses records that the MTTBR does not commit to, or commits to elsewhere", async () => {
      const { disputes } = system;
      await posted(first);
      const [header, state, , siblings, witness] = await recomputeStep(world, first, { to: 3 });
      await expect(disputes.recompute(header, state, recordsOf(first, 0, 2), siblings, witness)).to.revert(
        system.connection.ethers,
      );
      const altered = encodeRecords(
        first.transactions.slice(0, 3).map((own, i) => (i === 1 ? first.transactions[2]! : own)),
      );
      await expect(disputes.recompute(header, state, altered, siblings, witness)).to.be.revertedWithCustomError(
        disputes,
        "RecomputationWrongRecords",
      );
      const wrong = siblings.map((hash, i) => (i === 0 ? keccakText(hash) : hash));
      await expect(
        disputes.recompute(header, state, recordsOf(first, 0, 3), wrong, witness),
      ).to.be.revertedWithCustomError(disputes, "RecomputationWrongRecords");
      const more = [...siblings, ZERO_HASH];
      await expect(disputes.recompute(header, state, recordsOf(first, 0, 3), more, witness))
        .to.be.revertedWithCustomError(disputes, "BatchTreeWrongProof")
        .withArgs(more.length, siblings.length);
      await expect(disputes.recompute(header, state, "0x", siblings, witness)).to.be.revertedWithCustomError(
        disputes,
        "PostingEmpty",
      );
    });

    it("[11.9] refuses a record after the last one, which the tree does not commit to", async () => {
      const full = await world.batch(world.genesis, current, { transfers: 4 });
      await posted(full);
      const foreign = new Uint8Array([...full.data, ...Buffer.from("0000000100", "hex")]);
      const before = await stateOf(system, [full]);
      await expect(
        system.disputes.recompute(
          full.header,
          recomputingAt(full, 0),
          foreign,
          [ZERO_HASH, ZERO_HASH],
          await world.witness(full),
        ),
      )
        .to.be.revertedWithCustomError(system.disputes, "BatchTreeOutOfRange")
        .withArgs(5, 4);
      expect(await stateOf(system, [full])).to.equal(before);
      await recompute(system, world, full);
      expect(await system.inbox.contains(1, full.hash)).to.equal(true);
    });

    it("[11.9] reverts on a missing or foreign witness, and decides nothing by it", async () => {
      const { disputes, executor } = system;
      await posted(first);
      const [header, state, records, siblings, witness] = await recomputeStep(world, first);
      const before = await stateOf(system, [first]);
      await expect(disputes.recompute(header, state, records, siblings, "0x"))
        .to.be.revertedWithCustomError(executor, "MissingWitness")
        .withArgs(first.header.preStateRoot);
      const foreign = await world.witness(second);
      await expect(disputes.recompute(header, state, records, siblings, foreign)).to.be.revertedWithCustomError(
        executor,
        "MissingWitness",
      );
      expect(await stateOf(system, [first])).to.equal(before);
      const surplus = new Uint8Array([...foreign, ...witness]);
      await disputes.recompute(header, state, records, siblings, surplus);
      expect(await stateOfRequest(first)).to.equal(RequestState.Closed);
    });

    it("[11.9] waits for the data, and ends with the window", async () => {
      const { disputes } = system;
      await requested(first);
      await expect(recompute(system, world, first))
        .to.be.revertedWithCustomError(disputes, "RequestWrongState")
        .withArgs(first.hash, RequestState.Posting);
      await post(system, first);
      const { deadline } = await disputes.requestOf(first.hash);
      await system.connection.networkHelpers.time.setNextBlockTimestamp(deadline);
      await recompute(system, world, first, { to: 2 });
      await expect(recompute(system, world, first, { from: 2 }))
        .to.be.revertedWithCustomError(disputes, "RequestWindowOver")
        .withArgs(deadline);
    });

    describe("condemns", () => {
      const condemned = async (batch: TestBatch, truth: TestBatch, from = 0): Promise<void> => {
        await posted(batch);
        if (from > 0) await recompute(system, world, batch, { to: from, truth });
        const verdict = { claimant: verifier, againstSigners: true, rotates: batch.header.sequencer === current };
        await expectCondemned(
          system,
          batch,
          verdict,
          async () => await recompute(system, world, batch, { from, truth }),
        );
        expect(await stateOfRequest(batch)).to.equal(RequestState.Closed);
        expect(await system.disputes.owed(verifier)).to.equal(await etherOf(system.disputes));
        await system.as(system.verifierAccounts[0]!).disputes.claim();
        await system.as(system.verifierAccounts[0]!).sequencers.claim();
        expect(await etherOf(system.disputes)).to.equal(0n);
      };

      it("[11.10] [11.11] [11.12] [11.13] [11.14] [11.15] [11.16] a state root in the middle", async () => {
        await condemned(lying(first, { stateRoots: rootsWith(first, 4, keccakText("wrong")) }), first, 6);
      });

      it("[11.11] the last state root", async () => {
        await condemned(lying(first, { stateRoots: rootsWith(first, 9, keccakText("wrong")) }), first);
      });

      it("[11.11] the gas used", async () => {
        for (const gasUsed of [first.header.gasUsed - 1n, first.header.gasUsed + 1n]) {
          system = await load();
          await condemned(lying(first, { header: { gasUsed } }), first);
        }
      });

      it("[11.11] more state roots than transactions", async () => {
        const long = lying(first, {
          stateRoots: [...first.stateRoots, keccakText("surplus")],
          header: { txCount: 10n },
        });
        const postStateRoot = first.header.postStateRoot;
        const batch = lying(long, { stateRoots: long.stateRoots, header: { txCount: 10n, postStateRoot } });
        await condemned({ ...batch, postStateProof: batch.stateTree.proof(9) }, first);
      });

      it("[11.11] a wrong root by a sequencer that is not the current one, without a rotation", async () => {
        await submit(system, first);
        await condemned(lying(second, { stateRoots: rootsWith(second, 2, keccakText("wrong")) }), second);
      });

      const invalid: [string, () => Promise<Transfer>][] = [
        ["a nonce too high", async () => Promise.resolve({ request: { nonce: 7 } })],
        ["another chain's id", async () => Promise.resolve({ request: { chainId: 1n } })],
        ["bytes that are no transaction", async () => Promise.resolve({ raw: "0xdeadbeef" })],
        ["no bytes at all", async () => Promise.resolve({ raw: "0x" })],
        [
          "too little gas for its calldata",
          async () => Promise.resolve({ request: { data: "0x12", gasLimit: 21_015n } }),
        ],
        ["too little gas for a creation", async () => Promise.resolve({ request: { to: null, gasLimit: 52_999n } })],
        ["more money than the sender has", async () => Promise.resolve({ request: { value: 10n ** 30n } })],
        [
          "a fee below the base fee",
          async () => Promise.resolve({ request: { maxFeePerGas: 1n, maxPriorityFeePerGas: 0n } }),
        ],
        ["too little gas", async () => Promise.resolve({ request: { gasLimit: 20_999n } })],
      ];
      for (const [what, make] of invalid) {
        it(`[11.11] a transaction with ${what}`, async () => {
          const transfers: Transfer[] = [
            { from: 1 },
            { from: 2 },
            { from: 3, ...(await make()) },
            { from: 4 },
            { from: 5 },
          ];
          const batch = await world.batch(world.genesis, current, { transfers });
          expect(batch.gas[2]).to.equal(0n);
          await condemned(batch, batch);
        });
      }

      it("[3.3.2] [3.3.3] [3.3.4] [3.3.5] [3.3.6] [3.3.6a.1] [3.3.6a.2] [3.3.6a.3] [3.3.6a.4] a fake batch, and the chain of batches goes on", async () => {
        const fake = lying(first, { stateRoots: first.stateRoots.map((root) => keccakHex(root)) });
        await submitUnattested(system, fake);
        await expect(requestData(system, fake)).to.emit(system.inbox, "SecurityChanged").withArgs(true);
        await expect(post(system, fake)).to.emit(system.disputes, "DataCompleted");
        const verdict = { claimant: verifier, againstSigners: true, rotates: true };
        await expectCondemned(
          system,
          fake,
          verdict,
          async () => await recompute(system, world, fake, { truth: first }),
        );
        const next = (await system.sequencers.term()).sequencer;
        const members = system.sequencerAccounts.filter(({ address }) => address !== current);
        await submit(system, await world.batch(world.genesis, next, { transfers: 10 }), members);
        expect(await system.inbox.head()).to.equal(2n);
      });

      it("[3.3.5] [3.3.6] [3.3.6b.1] not a batch that was posted alone and is right", async () => {
        await submitUnattested(system, first);
        await requestData(system, first);
        await post(system, first);
        const answered = recompute(system, world, first);
        await expect(answered).to.emit(system.disputes, "RequestAnswered").withArgs(first.hash, first.header.mtsr);
        await expect(answered).to.emit(system.inbox, "SecurityChanged").withArgs(false);
        expect((await system.sequencers.term()).sequencer).to.equal(current);
      });

      it("[11.14] and rolls back later batches, whose requests are refunded to the wei", async () => {
        const wrong = lying(first, { stateRoots: rootsWith(first, 9, keccakText("wrong")) });
        const later = lying(
          { ...second, parent: wrong.header },
          { header: { parent: wrong.hash, preStateRoot: keccakText("wrong") } },
        );
        const rival = system.verifierAccounts[1]!;
        await posted(wrong);
        await submit(system, later);
        await requestData(system, later, rival);
        const { fee } = await system.disputes.requestOf(later.hash);
        await expect(system.disputes.refund(later.header))
          .to.be.revertedWithCustomError(system.disputes, "RequestStillStands")
          .withArgs(later.hash);
        await recompute(system, world, wrong, { truth: first });
        expect([await system.inbox.head(), await system.inbox.insecure()]).to.deep.equal([1n, false]);
        expect((await system.sequencers.sequencerOf(other)).status).to.equal(1n);
        for (const late of [post(system, later), system.disputes.expire(later.header)]) {
          await expect(late).to.be.revertedWithCustomError(system.disputes, "RequestVoid").withArgs(later.hash);
        }
        await expect(system.disputes.refund(later.header))
          .to.emit(system.disputes, "RequestRefunded")
          .withArgs(later.hash, rival, fee);
        expect(await system.disputes.owed(rival)).to.equal(fee);
        await expect(system.disputes.refund(later.header))
          .to.be.revertedWithCustomError(system.disputes, "RequestWrongState")
          .withArgs(later.hash, RequestState.Closed);
        await system.as(rival).disputes.claim();
        await system.as(system.verifierAccounts[0]!).disputes.claim();
        expect([await etherOf(system.disputes), await system.disputes.totalOwed()]).to.deep.equal([0n, 0n]);
      });
    });
  });

  describe("a window that passes", () => {
    const late = async (batch: TestBatch): Promise<void> => {
      const { deadline } = await system.disputes.requestOf(batch.hash);
      const { time } = system.connection.networkHelpers;
      await time.setNextBlockTimestamp(deadline);
      await expect(system.disputes.expire(batch.header))
        .to.be.revertedWithCustomError(system.disputes, "RequestWindowOpen")
        .withArgs(deadline);
      await time.setNextBlockTimestamp(deadline + 1n);
    };
    const verdict = { againstSigners: false, rotates: true };

    it("[11.D1] [11.11] [11.12] [11.13] [11.14] [11.15] [11.16] condemns without an answer, whoever closes the request", async () => {
      await requested(first);
      await late(first);
      await expectCondemned(system, first, { claimant: verifier, ...verdict }, async () => {
        const sent = await system.as(system.others[3]!).disputes.expire(first.header);
        await expect(sent).to.emit(system.disputes, "RequestExpired").withArgs(first.hash);
        return sent;
      });
    });

    it("[11.D1] condemns with half of the data posted", async () => {
      await requested(first);
      await post(system, first, 0, 9);
      await late(first);
      await expectCondemned(
        system,
        first,
        { claimant: verifier, ...verdict },
        async () => await system.disputes.expire(first.header),
      );
    });

    it("[11.D1] condemns before the recomputation is done", async () => {
      await posted(first);
      await recompute(system, world, first, { to: 9 });
      await late(first);
      await expectCondemned(
        system,
        first,
        { claimant: verifier, ...verdict },
        async () => await system.disputes.expire(first.header),
      );
    });

    it("[11.D1] changes nothing where no request is open", async () => {
      await submit(system, first);
      for (const call of ["expire", "refund"] as const) {
        await expect(system.disputes[call](first.header), call)
          .to.be.revertedWithCustomError(system.disputes, "RequestWrongState")
          .withArgs(first.hash, RequestState.None);
      }
      await requestData(system, first);
      await post(system, first);
      await recompute(system, world, first);
      await system.skip(await window());
      for (const call of ["expire", "refund"] as const) {
        await expect(system.disputes[call](first.header), call)
          .to.be.revertedWithCustomError(system.disputes, "RequestWrongState")
          .withArgs(first.hash, RequestState.Closed);
      }
    });
  });

  describe("races", () => {
    it("[11.9] a rival's step does not undo another's: the stale one reverts, the next goes on", async () => {
      const [alice, bob] = [system.others[0]!, system.others[1]!];
      await posted(first);
      const hers = await recomputeStep(world, first, { to: 4 });
      const his = await recomputeStep(world, first, { to: 6 });
      await system.disputes.connect(alice).recompute(...hers);
      await expect(system.disputes.connect(bob).recompute(...his)).to.be.revertedWithCustomError(
        system.disputes,
        "ProgressMismatch",
      );
      await system.disputes.connect(bob).recompute(...(await recomputeStep(world, first, { from: 4, to: 6 })));
      await expect(system.disputes.connect(alice).recompute(...hers)).to.be.revertedWithCustomError(
        system.disputes,
        "ProgressMismatch",
      );
      await recompute(system, world, first, { from: 6 });
      expect(await stateOfRequest(first)).to.equal(RequestState.Closed);
    });

    it("[11.9] two disputes of two batches advance side by side", async () => {
      await posted(first);
      await requested(second);
      await recompute(system, world, first, { to: 5 });
      await post(system, second);
      await recompute(system, world, second, { to: 2 });
      await recompute(system, world, first, { from: 5 });
      expect(await system.inbox.insecure()).to.equal(true);
      await recompute(system, world, second, { from: 2 });
      expect(await system.inbox.insecure()).to.equal(false);
    });

    it("[11.5] [11.13] [11.16] a fraud proof overtakes an open request: the prover has the bounty, the requester its fee", async () => {
      const wrong = lying(first, { stateRoots: rootsWith(first, 4, keccakText("wrong")) });
      const prover = system.others[2]!;
      await posted(wrong);
      await recompute(system, world, wrong, { to: 3, truth: first });
      const verdict = { claimant: prover.address, againstSigners: true, rotates: true };
      await expectCondemned(system, wrong, verdict, async () => await proveTransition(system, world, wrong, 4, prover));
      await expect(recompute(system, world, wrong, { from: 3, truth: first }))
        .to.be.revertedWithCustomError(system.disputes, "RequestVoid")
        .withArgs(wrong.hash);
      await system.disputes.refund(wrong.header);
      expect(await system.disputes.owed(verifier)).to.equal((await system.disputes.requestOf(wrong.hash)).fee);
      expect(await system.sequencers.owed(verifier)).to.equal(0n);
    });

    it("[3.3] a request on a batch that a certified one replaced is refunded, and settles nothing", async () => {
      const rival = await world.batch(world.genesis, other, { transfers: 3 });
      await submitUnattested(system, first);
      await requestData(system, first);
      await submit(system, rival);
      await system.skip((await window()) + 1n);
      for (const call of [post(system, first), system.disputes.expire(first.header)]) {
        await expect(call).to.be.revertedWithCustomError(system.disputes, "RequestVoid").withArgs(first.hash);
      }
      await system.disputes.refund(first.header);
      expect(await system.disputes.owed(verifier)).to.equal(await etherOf(system.disputes));
      expect((await system.sequencers.sequencerOf(current)).status).to.equal(1n);
    });

    it("[11.8] a sequencer that resigned or changed its key still answers", async () => {
      await requested(first);
      const { key, owner } = accountOf(system, current);
      await post(system, first, 0, 2);
      await system.as(owner).sequencers.rotateKey(system.others[5]!.address);
      const old = key.connect(system.connection.ethers.provider);
      await system.connection.networkHelpers.setBalance(old.address, 10n ** 18n);
      await expect(system.disputes.connect(old).post(first.header, postingAt(first, 2), recordsOf(first, 2, 4)))
        .to.be.revertedWithCustomError(system.disputes, "PostingUnauthorized")
        .withArgs(old.address, current);
      const disputes = system.disputes.connect(system.others[5]);
      await disputes.post(first.header, postingAt(first, 2), recordsOf(first, 2, 4));
      await system.as(owner).sequencers.resign();
      await post(system, first, 4, 10);
      await recompute(system, world, first);
      expect(await stateOfRequest(first)).to.equal(RequestState.Closed);
    });

    it("[11.11] a sequencer that resigned is slashed all the same", async () => {
      await requested(first);
      await system.as(ownerOf(system, current)).sequencers.resign();
      await system.skip((await window()) + 1n);
      await system.disputes.expire(first.header);
      const { stake, status } = await system.sequencers.sequencerOf(current);
      expect([stake, status]).to.deep.equal([0n, 2n]);
    });
  });
});

/** A struct as events carry it: nested values in the order of their fields. */
function plain(value: unknown): unknown {
  if (typeof value === "number") return BigInt(value);
  if (typeof value !== "object" || value === null) return value;
  return Object.values(value).map(plain);
}
