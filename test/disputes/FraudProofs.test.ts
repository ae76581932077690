/** Fraud proofs in one call, on real batches: what they condemn, and what they leave alone. */
import { expect } from "chai";
import { type BaseContract } from "ethers";

import { keccakText } from "../../l2/base/keccak.ts";
import { ZERO_HASH } from "../../l2/base/hex.ts";
import { encodeRecords } from "../../l2/batch/encoding.ts";
import type { L2Transaction } from "../../l2/protocol/l2-transaction.ts";
import { hashHeader } from "../../l2/batch/header.ts";
import { toHex } from "../../l2/base/hex.ts";
import {
  type TestBatch,
  type Transfer,
  BatchMaker,
  lying,
  placementOf,
  rootsWith,
  submit,
  submitUnattested,
  transitionOf,
} from "../../testkit/batches.ts";
import { post, proveTransition, recompute, requestData, stateOf } from "../../testkit/disputes.ts";
import { NO_COMPENSATION, pass, proposalOf } from "../../testkit/governance.ts";
import { type TestSystem, systemFixture } from "../../testkit/system.ts";
import { type Verdict, expectCondemned } from "./consequences.ts";

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
    load = systemFixture({ rollup: { genesisStateRoot: world.genesis.postStateRoot } });
    system = await load();
    current = (await system.sequencers.term()).sequencer;
    other = system.sequencerAccounts.find(({ address }) => address !== current)!.address;
    first = await world.batch(world.genesis, current, { transfers: 10 });
    second = await world.batch(first.header, other, { transfers: 6 });
  });

  beforeEach(async () => {
    system = await load();
  });

  const wrongAt = (batch: TestBatch, i: number): TestBatch =>
    lying(batch, { stateRoots: rootsWith(batch, i, keccakText("wrong")) });
  const proven = (rotates = true): Verdict => ({
    claimant: system.others[0]!.address,
    againstSigners: true,
    rotates,
  });
  /** A call that reverts with this error leaves everything as it was. */
  const expectNoVerdict = async (
    batch: TestBatch,
    call: () => Promise<unknown>,
    error: string,
    args?: readonly unknown[],
    contract: BaseContract = system.disputes,
  ): Promise<void> => {
    const before = await stateOf(system, [first, batch]);
    const reverted = expect(call()).to.be.revertedWithCustomError(contract, error);
    await (args === undefined ? reverted : reverted.withArgs(...args));
    expect(await stateOf(system, [first, batch]), "nothing changed").to.equal(before);
  };

  describe("of a transition", () => {
    it("[11.4] [11.5] [11.11] [11.12] [11.13] [11.14] [11.15] a wrong state root, by anyone, in one call", async () => {
      const batch = wrongAt(first, 4);
      await submit(system, batch);
      const txHash = placementOf(batch, 4).txHash;
      await expectCondemned(system, batch, proven(), async () => {
        const sent = await proveTransition(system, world, batch, 4);
        const prover = system.others[0]!.address;
        expect(sent.data).to.include(toHex(batch.transactions[4]!.raw).slice(2));
        await expect(sent).to.emit(system.disputes, "BatchChallenged").withArgs(batch.hash, prover, 4, txHash);
        await expect(sent).to.emit(system.disputes, "FraudProven").withArgs(batch.hash, prover);
        return sent;
      });
      await system.as(system.others[0]!).sequencers.claim();
      expect(await system.sequencers.totalOwed()).to.equal(0n);
    });

    it("[11.5] at the first transaction, from the header's own state", async () => {
      const batch = wrongAt(first, 0);
      await submit(system, batch);
      await expectCondemned(system, batch, proven(), async () => await proveTransition(system, world, batch, 0));
    });

    it("[11.5] at the last, where the post-state is wrong", async () => {
      const batch = wrongAt(first, 9);
      await submit(system, batch);
      await expectCondemned(system, batch, proven(), async () => await proveTransition(system, world, batch, 9));
    });

    it("[11.5] of a sequencer that is not the current one; only those who signed pay with it", async () => {
      const batch = wrongAt(second, 3);
      await submit(system, first);
      const aside = system.sequencerAccounts.find(({ address }) => address !== other)!;
      await submit(
        system,
        batch,
        system.sequencerAccounts.filter((account) => account !== aside),
      );
      await expectCondemned(system, batch, proven(false), async () => await proveTransition(system, world, batch, 3));
      expect(await system.inbox.contains(1, first.hash)).to.equal(true);
    });

    it("[11.5] [3.3] of a batch that its sequencer posted alone: nobody else pays", async () => {
      const batch = wrongAt(first, 4);
      await submitUnattested(system, batch);
      await expectCondemned(system, batch, proven(), async () => await proveTransition(system, world, batch, 4));
    });

    const invalid: [string, Transfer][] = [
      ["a nonce too low", { request: { nonce: 0 } }],
      ["too little gas for its calldata", { request: { data: "0x12", gasLimit: 21_015n } }],
      ["too little gas for a creation", { request: { to: null, gasLimit: 52_999n } }],
      ["bytes that are no transaction", { raw: "0x02c0" }],
      ["more money than there is", { request: { value: 10n ** 40n } }],
    ];
    for (const [what, transfer] of invalid) {
      it(`[11.5] an invalid transaction: ${what}`, async () => {
        const transfers: Transfer[] = [{ from: 1 }, { from: 1 }, { from: 1, ...transfer }, { from: 2 }];
        const batch = await world.batch(world.genesis, current, { transfers });
        await submit(system, batch);
        await expectCondemned(system, batch, proven(), async () => await proveTransition(system, world, batch, 2));
      });
    }

    it("[11.5] finds nothing at any transaction of a right batch, and changes nothing", async () => {
      await submit(system, first);
      for (const i of [0, 1, 5, 9]) {
        await expectNoVerdict(first, async () => await proveTransition(system, world, first, i), "FraudNotFound", [
          first.hash,
        ]);
      }
    });

    it("[11.5] finds nothing at the right transitions of a wrong batch", async () => {
      const batch = wrongAt(first, 4);
      await submit(system, batch);
      await expectNoVerdict(batch, async () => await proveTransition(system, world, batch, 3), "FraudNotFound");
    });

    it("[11.5] needs the roots, the transaction and their places as the batch commits to them", async () => {
      await submit(system, first);
      const { disputes } = system;
      const witness = await world.witness(first, 4, 5);
      const transition = transitionOf(first, 4);
      const prove = (change: Partial<typeof transition>) => async () =>
        await disputes.proveTransition(first.header, { ...transition, ...change }, witness);
      const { mtsr, preStateRoot } = first.header;
      const wrong = keccakText("wrong");
      await expectNoVerdict(first, prove({ preStateRoot: wrong }), "FraudWrongLeaf", [mtsr, 3, wrong]);
      await expectNoVerdict(first, prove({ postStateRoot: wrong }), "FraudWrongLeaf", [mtsr, 4, wrong]);
      await expectNoVerdict(first, prove({ preStateProof: [] }), "FraudWrongLeaf", [mtsr, 3, transition.preStateRoot]);
      await expectNoVerdict(first, prove({ postStateProof: transition.postStateProof.slice(1) }), "FraudWrongLeaf");
      await expectNoVerdict(first, prove({ transaction: first.transactions[5]! }), "FraudWrongLeaf");
      const { context, raw } = transition.transaction;
      const later: L2Transaction = { context: { ...context, timestamp: context.timestamp + 1n }, raw };
      await expectNoVerdict(first, prove({ transaction: later }), "FraudWrongLeaf");
      await expectNoVerdict(first, prove({ index: 5 }), "FraudWrongLeaf");
      await expectNoVerdict(first, prove({ transactionProof: [] }), "FraudWrongLeaf");
      const start = { ...transitionOf(first, 0), preStateRoot: wrong };
      await expectNoVerdict(
        first,
        async () => await disputes.proveTransition(first.header, start, witness),
        "FraudWrongPreState",
        [wrong, preStateRoot],
      );
    });

    it("[11.5] proves nothing by the rows that pad the tree", async () => {
      await submit(system, first);
      const beyond = { ...transitionOf(first, 9), index: 10 };
      await expectNoVerdict(
        first,
        async () => await system.disputes.proveTransition(first.header, beyond, "0x"),
        "FraudIndexOutOfRange",
        [10, 10],
      );
    });

    it("[11.5] proves nothing by a witness that is missing or foreign", async () => {
      const batch = wrongAt(first, 4);
      await submit(system, batch);
      const { disputes, executor } = system;
      const elsewhere = await world.witness(second, 2, 3);
      for (const witness of ["0x", elsewhere]) {
        await expectNoVerdict(
          batch,
          async () => await disputes.proveTransition(batch.header, transitionOf(batch, 4), witness),
          "MissingWitness",
          [batch.stateRoots[3]],
          executor,
        );
      }
      const after = { ...transitionOf(batch, 5) };
      await expectNoVerdict(
        batch,
        async () => await disputes.proveTransition(batch.header, after, await world.witness(first, 5, 6)),
        "MissingWitness",
        [keccakText("wrong")],
        executor,
      );
    });

    it("[11.5] is refused for a batch that L1 does not keep", async () => {
      const batch = wrongAt(first, 4);
      const prove = async (): Promise<unknown> => await proveTransition(system, world, batch, 4);
      await expectNoVerdict(batch, prove, "InboxUnknownHeader", [1, batch.hash], system.inbox);
      await submit(system, batch);
      await prove();
      await expectNoVerdict(batch, prove, "InboxUnknownHeader", [1, batch.hash], system.inbox);
    });
  });

  describe("of disorder between neighbours", () => {
    /** The first batch with its transaction `i` in another block. */
    const moved = (i: number, change: Partial<L2Transaction["context"]>): TestBatch => {
      const transactions = first.transactions.map((own, at) =>
        at === i ? { ...own, context: { ...own.context, ...change } } : own,
      );
      return lying(first, { transactions, data: encodeRecords(first.transactions) });
    };
    const prove = async (batch: TestBatch, i: number, j = i + 1) =>
      await system
        .as(system.others[0]!)
        .disputes.proveDisorder(batch.header, placementOf(batch, i), placementOf(batch, j));

    it("[11.5] [11.11] a number that falls, a time that falls, a block with two times or coinbases", async () => {
      const { context } = first.transactions[4]!;
      for (const [change, at] of [
        [{ number: context.number - 1n }, 3],
        [{ number: context.number + 5n, timestamp: context.timestamp - 3n }, 3],
        [{ timestamp: context.timestamp + 1n }, 3],
        [{ coinbase: other }, 3],
        [{ coinbase: other }, 4],
      ] as const) {
        system = await load();
        const batch = moved(4, change);
        await submit(system, batch);
        await expectCondemned(system, batch, proven(), async () => await prove(batch, at));
      }
    });

    it("[11.5] finds nothing where the order is right: within a block, and from one block to the next", async () => {
      await submit(system, first);
      for (const i of [0, 2, 5, 8]) {
        await expectNoVerdict(first, async () => await prove(first, i), "FraudNotFound", [first.hash]);
      }
    });

    it("[11.5] finds nothing in a new block at the time of the one before", async () => {
      const at = first.transactions[2]!.context.timestamp;
      const transactions = first.transactions.map((own, i) =>
        i >= 3 && i < 6 ? { ...own, context: { ...own.context, timestamp: at } } : own,
      );
      const batch = lying(first, { transactions });
      await submit(system, batch);
      await expectNoVerdict(batch, async () => await prove(batch, 2), "FraudNotFound");
    });

    it("[11.5] takes neighbours only, in this order", async () => {
      await submit(system, first);
      for (const [i, j] of [
        [0, 2],
        [5, 4],
        [3, 3],
      ] as const) {
        await expectNoVerdict(first, async () => await prove(first, i, j), "FraudNotNeighbours", [i, j]);
      }
    });

    it("[11.5] needs both transactions where the batch has them", async () => {
      await submit(system, first);
      const { disputes } = system;
      const [a, b] = [placementOf(first, 3), placementOf(first, 4)];
      const earlier = { ...b.context, number: b.context.number - 1n };
      const second_ = async () => await disputes.proveDisorder(first.header, a, { ...b, context: earlier });
      await expectNoVerdict(first, second_, "FraudWrongLeaf");
      const first_ = async () => await disputes.proveDisorder(first.header, { ...a, txHash: ZERO_HASH }, b);
      await expectNoVerdict(first, first_, "FraudWrongLeaf");
      const last = placementOf(first, 9);
      const beyond = async () => await disputes.proveDisorder(first.header, last, { ...last, index: 10 });
      await expectNoVerdict(first, beyond, "FraudIndexOutOfRange", [10, 10]);
    });
  });

  describe("of misplacement", () => {
    const prove = async (batch: TestBatch, i: number) =>
      await system.as(system.others[0]!).disputes.proveMisplacement(batch.header, placementOf(batch, i));

    it("[11.5] [11.11] a first or last transaction that is not in the header's first or last block", async () => {
      const { firstBlock, lastBlock, firstTimestamp, lastTimestamp } = first.header;
      for (const [header, i] of [
        [{ firstBlock: firstBlock + 1n }, 0],
        [{ firstTimestamp: firstTimestamp - 1n }, 0],
        [{ lastBlock: lastBlock + 1n }, 9],
        [{ lastTimestamp: lastTimestamp + 1n }, 9],
      ] as const) {
        system = await load();
        const batch = lying(first, { header });
        await submit(system, batch);
        await expectCondemned(system, batch, proven(), async () => await prove(batch, i));
      }
    });

    it("[11.5] the one transaction of a batch stands for both ends", async () => {
      const single = await world.batch(world.genesis, current, { transfers: 1 });
      const batch = lying(single, { header: { lastBlock: single.header.lastBlock + 1n } });
      await submit(system, batch);
      await expectCondemned(system, batch, proven(), async () => await prove(batch, 0));
    });

    it("[11.5] finds nothing at the ends of a right batch, nor in the middle of a wrong one", async () => {
      await submit(system, first);
      for (const i of [0, 9]) {
        await expectNoVerdict(first, async () => await prove(first, i), "FraudNotFound", [first.hash]);
      }
      system = await load();
      const batch = lying(first, { header: { lastBlock: first.header.lastBlock + 1n } });
      await submit(system, batch);
      for (const i of [0, 5]) await expectNoVerdict(batch, async () => await prove(batch, i), "FraudNotFound");
    });

    it("[11.5] needs the transaction where the batch has it", async () => {
      await submit(system, first);
      const { disputes } = system;
      const end = placementOf(first, 9);
      const wrong = { ...end, context: { ...end.context, number: end.context.number + 1n } };
      const altered = async () => await disputes.proveMisplacement(first.header, wrong);
      await expectNoVerdict(first, altered, "FraudWrongLeaf");
      const beyond = async () => await disputes.proveMisplacement(first.header, { ...end, index: 10 });
      await expectNoVerdict(first, beyond, "FraudIndexOutOfRange", [10, 10]);
      const header = { ...first.header, lastBlock: first.header.lastBlock + 1n };
      const unknown = async () => await disputes.proveMisplacement(header, end);
      await expectNoVerdict(first, unknown, "InboxUnknownHeader", [1, hashHeader(header)], system.inbox);
    });
  });

  it("[11.10.3.4] after its sequencer was kicked by vote, the verifier can still prove a batch wrong", async () => {
    const verifier = system.verifierAccounts[0]!;
    const later = wrongAt(await world.batch(first.header, current, { transfers: 6 }), 2);
    await submit(system, first);
    await submit(system, later);
    await requestData(system, first, verifier);
    await post(system, first);
    await recompute(system, world, first);
    const kick = await system.governor.proposeKick(current, 1_000, NO_COMPENSATION, "It withheld data.");
    await expect(pass(system, await proposalOf(system, kick)))
      .to.emit(system.sequencers, "SequencerKicked")
      .withArgs(current);

    const prove = async (batch: TestBatch, i: number) => await proveTransition(system, world, batch, i, verifier);
    await expectNoVerdict(first, async () => await prove(first, 4), "FraudNotFound", [first.hash]);
    const verdict = { claimant: verifier.address, againstSigners: true, rotates: false };
    await expectCondemned(system, later, verdict, async () => await prove(later, 2));
  });

  it("[11.14] a later batch built on the wrong one goes with it, without blame", async () => {
    const wrong = wrongAt(first, 9);
    const later = lying(
      { ...second, parent: wrong.header },
      { header: { parent: wrong.hash, preStateRoot: wrong.header.postStateRoot } },
    );
    await submit(system, wrong);
    await submit(system, later);
    await expectCondemned(system, wrong, proven(), async () => await proveTransition(system, world, wrong, 9));
    expect(await system.inbox.contains(2, later.hash)).to.equal(false);
    expect(await system.inbox.invalidated(later.hash)).to.equal(false);
    expect((await system.sequencers.sequencerOf(other)).status).to.equal(1n);
  });
});
