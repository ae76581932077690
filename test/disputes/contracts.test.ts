/** Disputes over transactions of real contracts: each is re-executed on L1, and settles the batch that carries it. */
import { expect } from "chai";

import type { Hex } from "../../l2/base/hex.ts";
import { keccakText } from "../../l2/base/keccak.ts";
import { L1_TRANSACTION_GAS } from "../../agents/l1/transactions.ts";
import { lying, recordsOf, rootsWith, submit, transitionOf } from "../../testkit/batches.ts";
import { ContractBatch, openContractWorld } from "../../testkit/contract-batch.ts";
import { post, recomputingAt, requestData } from "../../testkit/disputes.ts";
import { type TestSystem, systemFixture } from "../../testkit/system.ts";
import { expectCondemned } from "./consequences.ts";

/** The limit of a transaction: estimating gas would execute everything many times. */
const PLENTY = { gasLimit: L1_TRANSACTION_GAS };

const { world, story } = await openContractWorld();

describe("Disputes over contracts of the L2", function () {
  this.timeout(240_000);
  let load: () => Promise<TestSystem>;
  let system: TestSystem;
  let played: ContractBatch;

  before(async () => {
    load = systemFixture({ rollup: { genesisStateRoot: world.genesis.postStateRoot } });
    system = await load();
    played = await ContractBatch.open(world, story, (await system.sequencers.term()).sequencer);
  });

  beforeEach(async () => {
    system = await load();
  });

  describe("a fraud proof of a wrong state root", () => {
    for (const [i, { title, heavy }] of story.steps.entries()) {
      it(`[11.5] [11.11] after ${title}${heavy === true ? " @full" : ""}`, async () => {
        const { batch } = played;
        const wrong = lying(batch, { stateRoots: rootsWith(batch, i, keccakText("wrong")) });
        await submit(system, wrong);
        const { witness } = await played.execute(system, i);
        const prover = system.others[0]!;
        const verdict = { claimant: prover.address, againstSigners: true, rotates: true };
        await expectCondemned(
          system,
          wrong,
          verdict,
          async () =>
            await system.as(prover).disputes.proveTransition(wrong.header, transitionOf(wrong, i), witness, PLENTY),
        );
      });
    }

    it("[11.5] is refused where the root is right, for each of them @full", async () => {
      const { batch } = played;
      await submit(system, batch);
      for (const i of batch.transactions.keys()) {
        const { witness } = await played.execute(system, i);
        const proof = system.disputes.proveTransition(batch.header, transitionOf(batch, i), witness, PLENTY);
        await expect(proof).to.be.revertedWithCustomError(system.disputes, "FraudNotFound").withArgs(batch.hash);
      }
    });
  });

  describe("a data request", () => {
    const recomputed = async (
      wrong: { stateRoots?: readonly Hex[] },
      last: number,
    ): Promise<ContractBatch["batch"]> => {
      const { batch: truth } = played;
      const batch = lying(truth, wrong);
      await submit(system, batch);
      await requestData(system, batch);
      await post(system, batch);
      for (let i = 0; i < last; i++) {
        const { witness } = await played.execute(system, i);
        const siblings = batch.transactionTree.rangeProof(i, i + 1);
        const records = recordsOf(batch, i, i + 1);
        await system.disputes.recompute(batch.header, recomputingAt(truth, i), records, siblings, witness, PLENTY);
      }
      return batch;
    };

    it("[11.8] [11.9] [11.10] [11.10.1] has L1 execute the whole batch, and finds it right @full", async () => {
      const { hash, header } = await recomputed({}, story.steps.length);
      const answered = await system.disputes.queryFilter(system.disputes.filters.RequestAnswered(hash));
      expect(answered[0]?.args.mtsr).to.equal(header.mtsr);
      expect(await system.inbox.insecure()).to.equal(false);
    });

    it("[11.9] [11.10] [11.11] has L1 execute the whole batch, and condemns it for its last root @full", async () => {
      const { batch: truth } = played;
      const last = story.steps.length - 1;
      const batch = await recomputed({ stateRoots: rootsWith(truth, last, keccakText("wrong")) }, last);
      const { witness } = await played.execute(system, last);
      const siblings = batch.transactionTree.rangeProof(last, last + 1);
      const claimant = system.verifierAccounts[0]!.address;
      await expectCondemned(
        system,
        batch,
        { claimant, againstSigners: true, rotates: true },
        async () =>
          await system.disputes.recompute(
            batch.header,
            recomputingAt(truth, last),
            recordsOf(batch, last, last + 1),
            siblings,
            witness,
            PLENTY,
          ),
      );
    });
  });
});
