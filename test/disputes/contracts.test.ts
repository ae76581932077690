/** Disputes over transactions of real contracts: each is re-executed on L1, and settles the batch that carries it. */
import { expect } from "chai";
import { getBytes } from "ethers";

import type { Hex } from "../../l2/base/hex.ts";
import { keccakText } from "../../l2/base/keccak.ts";
import { L1_TRANSACTION_GAS } from "../../agents/l1/transactions.ts";
import { type TestBatch, lying, rootsWith, submit } from "../../testkit/batches.ts";
import { ContractBatch, openContractWorld } from "../../testkit/contract-batch.ts";
import { checkArguments, requestData } from "../../testkit/disputes.ts";
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

  /** Has L1 check one transition, in as many calls as that takes; the last of them is returned. */
  const checkAt = async (batch: TestBatch, i: number) => {
    const { witness } = await played.execute(system, i);
    const call = await checkArguments(system, world, batch, { from: i, to: i + 1, witness: getBytes(witness) });
    return await system.as(system.others[0]!).disputes.check(...call, PLENTY);
  };
  const verdict = () => ({ claimant: system.others[0]!.address, fault: "Transition" }) as const;

  describe("a fraud proof of a wrong state root", () => {
    for (const [i, { title, heavy }] of story.steps.entries()) {
      it(`[11.5] [11.11] after ${title}${heavy === true ? " @full" : ""}`, async () => {
        const { batch } = played;
        const wrong = lying(batch, { stateRoots: rootsWith(batch, i, keccakText("wrong")) });
        await submit(system, wrong);
        await expectCondemned(system, wrong, verdict(), async () => checkAt(wrong, i));
      });
    }

    it("[11.5] is refused where the root is right, for each of them @full", async () => {
      const { batch } = played;
      await submit(system, batch);
      for (const i of batch.transactions.keys()) {
        await expect(checkAt(batch, i))
          .to.be.revertedWithCustomError(system.disputes, "FraudNotFound")
          .withArgs(batch.hash);
      }
    });
  });

  describe("a data request", () => {
    const answered = async (wrong: { stateRoots?: readonly Hex[] }, last: number): Promise<TestBatch> => {
      const batch = lying(played.batch, wrong);
      await submit(system, batch);
      await requestData(system, batch);
      for (let i = 0; i < last; i++) await checkAt(batch, i);
      return batch;
    };

    it("[11.8] [11.9] [11.10] [11.10.1] has L1 execute the whole batch, and finds it right @full", async () => {
      const { hash } = await answered({}, story.steps.length);
      const filter = system.disputes.filters.RequestAnswered(hash);
      expect(await system.disputes.queryFilter(filter)).to.have.length(1);
      expect(await system.inbox.insecure()).to.equal(false);
    });

    it("[11.9] [11.10] [11.11] has L1 execute the whole batch, and condemns it for its last root @full", async () => {
      const last = story.steps.length - 1;
      const batch = await answered({ stateRoots: rootsWith(played.batch, last, keccakText("wrong")) }, last);
      await expectCondemned(system, batch, verdict(), async () => checkAt(batch, last));
    });
  });
});
