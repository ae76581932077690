/** The chain of batches on L1, with real batches, real certificates and the real disputes contract. */
import { expect } from "chai";
import { toBeHex } from "ethers";

import { BATCH_STATUS, commitmentOf } from "../../agents/l1/standing.ts";
import { asHash, type Hex, ZERO_HASH } from "../../l2/base/hex.ts";
import { keccakText } from "../../l2/base/keccak.ts";
import { Parameter } from "../../ignition/parameters.ts";
import { type BatchHeader, hashHeader, lastBlockHash, toHeader } from "../../l2/batch/header.ts";
import { checkInclusion, proveInclusion } from "../../l2/batch/inclusion.ts";
import {
  accountOf,
  BatchMaker,
  lying,
  parentOf,
  placed,
  standingOf,
  submit,
  type TestBatch,
} from "../../testkit/batches.ts";
import { certify } from "../../testkit/certificates.ts";
import { systemFixture, type TestSystem } from "../../testkit/system.ts";

/** A number as a word of a contract. */
const word = (value: bigint): Hex => asHash(toBeHex(value, 32));

describe("Batch inbox", () => {
  let load: () => Promise<TestSystem>;
  let system: TestSystem;
  let world: BatchMaker;
  let current: string;
  let other: string;
  let first: TestBatch;
  let second: TestBatch;
  let third: TestBatch;

  before(async () => {
    world = await BatchMaker.open();
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

  describe("genesis", () => {
    it("is final, and the parent of the first batch", async () => {
      expect(await system.inbox.head()).to.equal(1n);
      expect(await system.inbox.finalised()).to.equal(1n);
      expect(await system.inbox.genesisHash()).to.equal(hashHeader(world.genesis));
      expect(await system.inbox.commitmentAt(0)).to.equal(ZERO_HASH);
      expect(await system.inbox.stands(await placed(system, world.genesis))).to.equal(true);
      expect(await system.inbox.isFinal(0, hashHeader(world.genesis), ZERO_HASH, [])).to.equal(true);
      expect(await system.inbox.insecure()).to.equal(false);
    });

    it("has its disputes contract named once, and only by the deployer", async () => {
      const { inbox } = system;
      await expect(inbox.connect(system.deployer).getFunction("connect")(system.deployer))
        .to.be.revertedWithCustomError(inbox, "InboxUnauthorized")
        .withArgs(system.deployer);
      const fresh = await system.connection.ethers.deployContract("BatchInbox", [
        system.sequencers,
        system.parameters,
        world.genesis,
        world.config.baseFee,
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
      await inbox.submit(await parentOf(system, first.parent), first.header, [...first.postStateProof], certificate);
      const standing = await standingOf(system, first.header);
      expect(standing).to.deep.equal({
        status: BATCH_STATUS.certified,
        due: (await system.now()) + Number(await system.parameters.get(Parameter.ChallengeWindow)),
        signers: members.reduce((bits, { seat }) => bits | (1n << BigInt(seat)), 0n),
        submitter: system.others[0]!.address,
      });
      const [event] = await inbox.queryFilter(inbox.filters.BatchSubmitted(1));
      expect(toHeader(event!.args.header)).to.deep.equal(first.header);
      expect(await inbox.head()).to.equal(2n);
      const { header } = first;
      expect(await inbox.commitmentAt(1)).to.equal(commitmentOf({ header, headerHash: first.hash }, standing));
      expect(await inbox.stands({ header, standing })).to.equal(true);
      expect(await inbox.stands({ header, standing: { ...standing, due: standing.due - 1 } })).to.equal(false);
      expect(await inbox.stands({ header: { ...header, gasUsed: 1n }, standing })).to.equal(false);
      expect(await inbox.stands({ header: second.header, standing })).to.equal(false);
      expect(await inbox.commitmentAt(2)).to.equal(ZERO_HASH);
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
      // A batch of 64 needs a longer Merkle proof than one of 6: three more hashes of 32 bytes.
      const small = await submit(await load(), first);
      expect(data.length - small.data.length).to.equal(2 * 3 * 32);
      expect(data).to.include(large.header.mtsr.slice(2)).and.to.include(large.header.mttbr.slice(2));
    });

    it("[Q7] lets a user check its transaction against what L1 keeps", async () => {
      await submit(system, first);
      const [event] = await system.inbox.queryFilter(system.inbox.filters.BatchSubmitted(1));
      const header = toHeader(event!.args.header);
      expect(await system.inbox.stands(await placed(system, header))).to.equal(true);
      const proof = proveInclusion(first.transactions, first.stateRoots, 4);
      expect(checkInclusion(header, proof)).to.equal(undefined);
      expect(checkInclusion(header, { ...proof, txHash: keccakText("altered") })).to.be.a("string");
      expect(checkInclusion(header, { ...proof, stateRoot: keccakText("altered") })).to.be.a("string");
    });

    describe("is refused where its header", () => {
      /** Submits the second batch with a lie in its header, and a valid certificate. */
      const lie = async (header: Partial<BatchHeader>, from: TestBatch = second): Promise<unknown> =>
        await submit(system, lying(from, { header }));

      beforeEach(async () => {
        await submit(system, first);
      });

      it("is passed with a parent that L1 does not keep", async () => {
        const unknown = { ...second, parent: { ...first.header, gasUsed: 1n } };
        await expect(submit(system, unknown))
          .to.be.revertedWithCustomError(system.inbox, "InboxUnknownBatch")
          .withArgs(1, first.hash);
        await expect(submit(system, third))
          .to.be.revertedWithCustomError(system.inbox, "InboxWrongIndex")
          .withArgs(3, 2);
      });

      it("does not name its parent", async () => {
        await expect(lie({ parent: keccakText("another") }))
          .to.be.revertedWithCustomError(system.inbox, "InboxUnknownBatch")
          .withArgs(1, keccakText("another"));
      });

      it("does not have the index after its parent's", async () => {
        for (const index of [1n, 3n]) {
          await expect(lie({ index }))
            .to.be.revertedWithCustomError(system.inbox, "InboxWrongIndex")
            .withArgs(index, 2);
        }
        // At the head, but built on an older batch than the last one.
        const fork = await world.batch(world.genesis, current, { transfers: 3 });
        await expect(lie({ index: 2n }, fork))
          .to.be.revertedWithCustomError(system.inbox, "InboxUnknownBatch")
          .withArgs(1, hashHeader(world.genesis));
      });

      it("has the index of another batch", async () => {
        const rival = await world.batch(world.genesis, current, { transfers: 3 });
        await expect(submit(system, rival))
          .to.be.revertedWithCustomError(system.inbox, "InboxWrongIndex")
          .withArgs(1, 2);
        await expect(submit(system, first))
          .to.be.revertedWithCustomError(system.inbox, "InboxWrongIndex")
          .withArgs(1, 2);
      });

      it("says otherwise than L1 knows", async () => {
        const another = keccakText("another");
        const { header } = second;
        const cases: [Partial<BatchHeader>, string, Hex, Hex][] = [
          [
            { preStateRoot: another },
            "blockBefore",
            header.blockBefore,
            lastBlockHash({ ...first.header, postStateRoot: another }),
          ],
          [{ baseFee: header.baseFee + 1n }, "baseFee", word(header.baseFee + 1n), word(header.baseFee)],
          [{ deposits: 1n }, "deposits", word(1n), ZERO_HASH],
          [{ depositsHash: another }, "depositsHash", another, ZERO_HASH],
          [{ attestations: another }, "attestations", another, ZERO_HASH],
        ];
        for (const [change, ...args] of cases) {
          await expect(lie(change), args[0])
            .to.be.revertedWithCustomError(system.inbox, "InboxWrongField")
            .withArgs(...args);
        }
        await expect(lie({ blockBefore: another }))
          .to.be.revertedWithCustomError(system.inbox, "InboxUnknownBatch")
          .withArgs(1, first.hash);
      });

      it("is of another epoch", async () => {
        await expect(lie({ epoch: 1n }))
          .to.be.revertedWithCustomError(system.inbox, "InboxWrongEpoch")
          .withArgs(1, 0);
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
        const least = second.header.lastTimestamp + 1n;
        await system.connection.networkHelpers.time.setNextBlockTimestamp(least + (await system.inbox.MAX_LAG()));
        await expect(submit(system, second))
          .to.be.revertedWithCustomError(system.inbox, "InboxFieldOutOfRange")
          .withArgs("lastTimestamp", second.header.lastTimestamp, least);
      });

      it("but not where its numbers are exactly the largest allowed", async () => {
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
});
