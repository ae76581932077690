/** Agents in disputes over contracts: what fits into one call, and what L1 has to execute beforehand. */
import { expect } from "chai";
import hre from "hardhat";

import { keccakText } from "../../../l2/base/keccak.ts";
import { lying, rootsWith, submit, type TestBatch } from "../../../testkit/batches.ts";
import { ContractBatch, openContractWorld } from "../../../testkit/contract-batch.ts";
import { knows, recomputerOf, stageFixture, type Stage } from "../../../testkit/agents/stage.ts";

const { story } = await openContractWorld();

describe("Agents in disputes over contracts", function () {
  this.timeout(600_000);
  const load = stageFixture({ verifiers: 2 });
  let stage: Stage;
  let played: ContractBatch;

  beforeEach(async () => {
    stage = await load();
    played = await ContractBatch.open(stage.world, story, stage.sequencer);
  });

  /** The story, with a wrong root after one of its steps, published. */
  const wrongAfter = async (title: string): Promise<TestBatch> => {
    const { batch } = played;
    return stage.publish(lying(batch, { stateRoots: rootsWith(batch, played.place(title), keccakText("elsewhere")) }));
  };
  const paused = async (): Promise<number> =>
    (await stage.system.executor.queryFilter(stage.system.executor.filters.ExecutionPaused())).length;

  for (const title of ["ERC-20 deployment", "ERC-20 transfer of too much", "governor vote", "swap", "ERC-721 mint"]) {
    it(`[11.1] [11.3] [11.5] a verifier proves a wrong root after ${title}, in one call`, async () => {
      const batch = await wrongAfter(title);
      const home = await stage.home();
      const nonce = await stage.l1.provider.getTransactionCount(home.wallet.address);
      await stage.verifier(home).tick();
      expect(await stage.system.inbox.invalidated(batch.hash)).to.equal(true);
      // The proof, and the claim of the bounty.
      expect(await stage.l1.provider.getTransactionCount(home.wallet.address)).to.equal(nonce + 2);
    });
  }

  it("[11.4] [11.5] a verifier has L1 execute what is too heavy for one call, and proves it wrong @full", async () => {
    const batch = await wrongAfter("payment of many");
    await stage.verifier(await stage.home()).tick();
    expect(await stage.system.inbox.invalidated(batch.hash)).to.equal(true);
    expect(await paused()).to.be.greaterThan(0);
  });

  it("[11.9] [11.10.1] recomputers execute ranges in one call each, and the heavy transaction in several, where one left off @full", async () => {
    const { batch } = played;
    await submit(stage.system, batch);
    // Nobody but L1 has the data.
    await stage.verifier(await stage.home(), {}, []).tick();
    const mirror = stage.mirror();
    await stage.responder({}, [knows(batch)]).answer(await mirror.sync());
    const advance = async (steps?: number): Promise<void> => {
      const recomputer = recomputerOf({ ...stage, states: played.states }, { steps, kind: "advance" });
      await recomputer.advance(await mirror.sync(), batch.hash, () => knows(batch).fetch(batch.header));
    };
    const death = await advance(1).catch((error: unknown) => error);
    expect(death).to.be.an("error").with.property("message", "killed");
    expect(await paused()).to.equal(1);
    await advance();
    expect((await mirror.sync()).requests[batch.hash]?.phase).to.equal("answered");
    const { disputes, executor } = stage.system;
    const advanced = await disputes.queryFilter(disputes.filters.RecomputationAdvanced(batch.hash));
    // Instrumented code takes more of a call.
    if (!hre.globalOptions.coverage) expect(advanced.length).to.be.lessThan(batch.transactions.length / 2);
    const machines = (await executor.queryFilter(executor.filters.ExecutionPaused())).map(
      ({ args }) => args.machineHash,
    );
    expect(machines.length).to.be.greaterThan(1);
    expect(new Set(machines).size).to.equal(machines.length);
  });
});
