/** Fraud proofs in one call, on real batches: what they condemn, wherever the header is, and what they leave alone. */
import { expect } from "chai";
import { type BaseContract, parseEther } from "ethers";

import { keccakText } from "../../l2/base/keccak.ts";
import { toHex, ZERO_HASH } from "../../l2/base/hex.ts";
import {
  type TestBatch,
  type Transfer,
  BatchMaker,
  lying,
  placeOf,
  rootsWith,
  submit,
  submitUnattested,
} from "../../testkit/batches.ts";
import { certify } from "../../testkit/certificates.ts";
import { answer, check, checkArguments, requestData, stateOf } from "../../testkit/disputes.ts";
import { NO_COMPENSATION, pass, proposalOf } from "../../testkit/governance.ts";
import { type TestSystem, systemFixture } from "../../testkit/system.ts";
import { type Verdict, expectCondemned } from "./consequences.ts";

/** Enough to lose a cosigner's share and stay. */
const STAKES = Array.from({ length: 4 }, () => parseEther("40000"));

describe("Fraud proofs", () => {
  let world: BatchMaker;
  let load: () => Promise<TestSystem>;
  let system: TestSystem;
  let current: string;
  let other: string;
  let first: TestBatch;
  let second: TestBatch;

  before(async () => {
    world = await BatchMaker.open();
    load = systemFixture({ rollup: { genesisStateRoot: world.genesis.postStateRoot }, stakes: STAKES });
    system = await load();
    current = (await system.sequencers.term()).sequencer;
    other = system.sequencerAccounts.find(({ address }) => address !== current)!.address;
    first = await world.batch(world.genesis, current, { transfers: 10, ...(await placeOf(system)) });
    second = await world.batch(first.header, other, { transfers: 6 });
  });

  beforeEach(async () => {
    system = await load();
  });

  const wrongAt = (batch: TestBatch, i: number): TestBatch =>
    lying(batch, { stateRoots: rootsWith(batch, i, keccakText("wrong")) });
  const proven = (more: Partial<Verdict> = {}): Verdict => ({
    claimant: system.others[0]!.address,
    fault: "Transition",
    ...more,
  });
  const prove = async (batch: TestBatch, i: number) => await check(system, world, batch, { from: i, to: i + 1 });
  /** A call that reverts with this error leaves everything as it was. */
  const expectNoVerdict = async (
    batch: TestBatch,
    call: () => Promise<unknown>,
    error: string,
    contract: BaseContract = system.disputes,
  ): Promise<void> => {
    const before = await stateOf(system, [first, batch]);
    await expect(call()).to.be.revertedWithCustomError(contract, error);
    expect(await stateOf(system, [first, batch]), "nothing changed").to.equal(before);
  };

  describe("of a header that stands", () => {
    it("[11.4] [11.5] [11.11] [11.12] [11.13] [11.14] [11.15] a wrong state root, by anyone, in one call", async () => {
      const batch = wrongAt(first, 4);
      await submit(system, batch);
      await expectCondemned(system, batch, proven(), async () => {
        const sent = await prove(batch, 4);
        expect(sent.data).to.include(toHex(batch.transactions[4]!.raw).slice(2));
        await expect(sent)
          .to.emit(system.disputes, "BatchChallenged")
          .withArgs(batch.hash, system.others[0]!.address, 4, 1n);
        return sent;
      });
    });

    for (const [place, i] of [
      ["the first transaction, from the header's own state", 0],
      ["the last, where the post-state is wrong", 9],
    ] as const) {
      it(`[11.5] at ${place}`, async () => {
        const batch = wrongAt(first, i);
        await submit(system, batch);
        await expectCondemned(system, batch, proven(), async () => prove(batch, i));
      });
    }

    it("[11.5] of a sequencer that is not the current one; only those who signed pay with it", async () => {
      const batch = wrongAt(second, 3);
      await submit(system, first);
      const aside = system.sequencerAccounts.find(({ address }) => address !== other)!;
      await submit(
        system,
        batch,
        system.sequencerAccounts.filter((account) => account !== aside),
      );
      await expectCondemned(system, batch, proven(), async () => prove(batch, 3));
      expect(await system.inbox.head()).to.equal(2n);
    });

    const invalid: [string, Transfer][] = [
      ["a nonce too low", { request: { nonce: 0 } }],
      ["a nonce too high", { request: { nonce: 7 } }],
      ["another chain's id", { request: { chainId: 1n } }],
      ["bytes that are no transaction", { raw: "0x02c0" }],
      ["no bytes at all", { raw: "0x" }],
      ["too little gas for its calldata", { request: { data: "0x12", gasLimit: 21_015n } }],
      ["too little gas for a creation", { request: { to: null, gasLimit: 52_999n } }],
      ["too little gas", { request: { gasLimit: 20_999n } }],
      ["more money than there is", { request: { value: 10n ** 40n } }],
      ["a fee below the base fee", { request: { maxFeePerGas: 1n, maxPriorityFeePerGas: 0n } }],
    ];
    for (const [what, transfer] of invalid) {
      it(`[11.5] [11.11] an invalid transaction: ${what}`, async () => {
        const transfers: Transfer[] = [{ from: 1 }, { from: 1 }, { from: 1, ...transfer }, { from: 2 }];
        const batch = await world.batch(world.genesis, current, { transfers });
        await submit(system, batch);
        await expectCondemned(system, batch, proven(), async () => prove(batch, 2));
      });
    }

    it("[11.5] [11.11] blocks out of order, without state roots or a witness", async () => {
      const { context } = first.transactions[4]!;
      const transactions = first.transactions.map((own, i) =>
        i === 4 ? { ...own, context: { ...context, coinbase: other } } : own,
      );
      const batch = lying(first, { transactions, data: first.data });
      await submit(system, batch);
      const range = { stateRoots: [], rootProof: [] };
      await expectCondemned(system, batch, proven({ fault: "Order" }), async () =>
        check(system, world, batch, { from: 4, to: 5, range, witness: new Uint8Array() }),
      );
    });

    it("[11.5] finds nothing at any transaction of a right batch, and changes nothing", async () => {
      await submit(system, first);
      for (const i of [0, 1, 5, 9]) await expectNoVerdict(first, async () => prove(first, i), "FraudNotFound");
    });

    it("[11.5] proves nothing by a witness that is missing or foreign", async () => {
      const batch = wrongAt(first, 4);
      await submit(system, batch);
      for (const witness of [new Uint8Array(), await world.witness(second, 2, 3)]) {
        const call = async () => check(system, world, batch, { from: 4, to: 5, witness });
        await expectNoVerdict(batch, call, "MissingWitness", system.executor);
      }
    });

    it("[11.14] a later batch built on the wrong one goes with it, without blame", async () => {
      const wrong = wrongAt(first, 9);
      const later = lying(
        { ...second, parent: wrong.header },
        { header: { preStateRoot: wrong.header.postStateRoot } },
      );
      await submit(system, wrong);
      await submit(system, later);
      await expectCondemned(system, wrong, proven(), async () => prove(wrong, 9));
      expect((await system.sequencers.sequencerOf(other)).status).to.equal(1n);
    });
  });

  describe("of a header that stands no more", () => {
    const everybody = async (batch: TestBatch) => {
      const certificate = await certify(system.sequencers, batch.header, system.sequencerAccounts);
      return { certificate, signers: certificate.signers };
    };
    const proveGone = async (batch: TestBatch, i: number) => {
      const { certificate } = await everybody(batch);
      return await check(system, world, batch, { from: i, to: i + 1, certificate });
    };

    it("[H4] A: its sequencer cannot condemn itself to let its cosigners escape", async () => {
      const forged = wrongAt(first, 3);
      await submit(system, forged);
      // It proves its own forgery first. That is the whole verdict already: all who signed pay.
      const forger = system.sequencerAccounts.find(({ address }) => address === current)!.owner;
      await expectCondemned(system, forged, proven({ claimant: forger.address }), async () =>
        check(system, world, forged, { from: 3, to: 4, as: forger }),
      );
    });

    it("[H4] B: garbage rolls nothing back: a right batch is nobody's way to erase what follows it", async () => {
      await submit(system, first);
      await submit(system, second);
      await requestData(system, first);
      const forger = system.sequencerAccounts.find(({ address }) => address === current)!.owner;
      const records = lying(first, { transactions: [...first.transactions].reverse(), data: first.data });
      await expect(
        check(system, world, first, {
          as: forger,
          range: { records: Buffer.from(records.data).reverse() },
        }),
      ).to.revert(system.connection.ethers);
      // A peer that has the data answers.
      await check(system, world, first, {
        as: system.sequencerAccounts.find(({ address }) => address === other)!.owner,
      });
      expect([await system.inbox.head(), await system.inbox.insecure()]).to.deep.equal([3n, false]);
    });

    it("[H4] C: an accomplice's earlier batch takes the chain away, and not the guilt", async () => {
      const accomplice = wrongAt(first, 1);
      const forged = lying(
        { ...second, parent: accomplice.header },
        {
          stateRoots: rootsWith(second, 3, keccakText("forged")),
          header: { preStateRoot: accomplice.header.postStateRoot },
        },
      );
      await submit(system, accomplice);
      await submit(system, forged);
      await prove(accomplice, 1);
      expect(await system.inbox.head()).to.equal(1n);
      const epoch = await system.inbox.epoch();
      // Cosigners lost their share of the epoch with the first verdict; the forger loses all.
      const { stake } = await system.sequencers.sequencerOf(other);
      expect(stake).to.be.greaterThan(0n);
      await expect(proveGone(forged, 3)).to.emit(system.disputes, "BatchCondemned");
      expect((await system.sequencers.sequencerOf(other)).stake).to.equal(0n);
      expect(await system.inbox.epoch()).to.equal(epoch);
    });

    it("[H4] D: a certified batch in its place does not save a forger that L1 took the batch from", async () => {
      const forged = wrongAt(first, 3);
      await submitUnattested(system, forged);
      await submit(system, first);
      await expectCondemned(system, forged, proven({ signers: 0n, stood: false }), async () => prove(forged, 3));
      expect(await system.inbox.head()).to.equal(2n);
    });

    it("[H4] a certificate that never reached L1 is guilt too, beside whatever stands", async () => {
      const forged = wrongAt(first, 3);
      await submit(system, first);
      const { signers } = await everybody(forged);
      await expectCondemned(system, forged, proven({ signers, stood: false }), async () => proveGone(forged, 3));
    });

    it("[H4] a draft harms nobody: less than a quorum, or no certificate at all", async () => {
      const forged = wrongAt(first, 3);
      await expectNoVerdict(forged, async () => prove(forged, 3), "HeaderNotSigned");
      const few = system.sequencerAccounts.filter(({ address }) => address === current);
      const certificate = await certify(system.sequencers, forged.header, few);
      const call = async () => check(system, world, forged, { from: 3, to: 4, certificate });
      await expectNoVerdict(forged, call, "CertificateBelowQuorum", system.sequencers);
    });

    it("[H4] nobody hides that a header stands, to have it punished and left in place", async () => {
      const forged = wrongAt(first, 3);
      await submit(system, forged);
      const { certificate } = await everybody(forged);
      const { disputes } = system;
      const standing = { status: 0, due: 0, signers: 0, submitter: system.others[0]!.address };
      const [header, { inPlace }, range, witness] = await checkArguments(system, world, forged, { from: 3, to: 4 });
      const call = async () => disputes.check(header, { inPlace, standing, certificate }, range, witness, ZERO_HASH);
      await expectNoVerdict(forged, call, "RequestUnknownBatch");
    });
  });

  it("[11.10.3.4] after its sequencer was kicked by vote, the verifier can still prove a batch wrong", async () => {
    const verifier = system.verifierAccounts[0]!;
    const later = wrongAt(await world.batch(first.header, current, { transfers: 6 }), 2);
    await submit(system, first);
    await submit(system, later);
    await requestData(system, first, verifier);
    await answer(system, world, first);
    const kick = await system.governor.proposeKick(current, 1_000, NO_COMPENSATION, "It withheld data.");
    await expect(pass(system, await proposalOf(system, kick)))
      .to.emit(system.sequencers, "SequencerKicked")
      .withArgs(current);

    await expectNoVerdict(first, async () => prove(first, 4), "FraudNotFound");
    const proof = await check(system, world, later, { from: 2, to: 3, as: verifier });
    await expect(proof).to.emit(system.disputes, "BatchCondemned").withArgs(later.hash, verifier, 1n, 15n, true);
    expect((await system.sequencers.sequencerOf(current)).stake).to.equal(0n);
  });
});
