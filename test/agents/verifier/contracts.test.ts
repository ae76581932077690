/** Agents in disputes over contracts: what fits into one call, and what L1 has to execute beforehand. */
import { expect } from "chai";
import hre from "hardhat";

import { Answering } from "../../../agents/execution/answer.ts";
import { Checker, placeOf } from "../../../agents/execution/checker.ts";
import { callGasFor } from "../../../agents/execution/defaults.ts";
import { judge } from "../../../agents/execution/judge.ts";
import { Transitions } from "../../../agents/execution/ranges.ts";
import type { Sender } from "../../../agents/l1/transactions.ts";
import { keccakText } from "../../../l2/base/keccak.ts";
import { lying, rootsWith, submit, type TestBatch } from "../../../testkit/batches.ts";
import { ContractBatch, openContractWorld } from "../../../testkit/contract-batch.ts";
import { isCondemned } from "../../../testkit/disputes.ts";
import { managerOf, walletOf } from "../../../testkit/agents/kit.ts";
import { knows, stageFixture, type Stage } from "../../../testkit/agents/stage.ts";

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
  /** Answers the request for the batch, or dies before a session of L1's goes on after so many calls. */
  const answer = async (steps = Infinity): Promise<void> => {
    const { kit, l1, system, world } = stage;
    const { batch, states } = played;
    const manager = managerOf(l1, walletOf(system.others[0]!.address), kit);
    let sent = 0;
    const transactions: Sender = {
      estimate: (call) => manager.estimate(call),
      simulate: (call, gas) => manager.simulate(call, gas),
      send: (call, signal) =>
        call.label !== "advance" || sent++ < steps ? manager.send(call, signal) : Promise.reject(new Error("killed")),
    };
    const parts = { ...kit, l1, transactions, config: world.config, states };
    const checker = new Checker({ stepGas: 12_000_000n }, parts);
    const judged = await judge(world.config, states, batch.header, await knows(batch).fetch(batch.header));
    const mirror = stage.mirror();
    const look = async () => {
      const request = (await mirror.sync()).requests[batch.hash];
      return request?.phase === "open" ? { place: placeOf(request), checked: request.checked } : undefined;
    };
    const transitions = new Transitions(batch.header, batch.transactions, batch.stateRoots);
    await new Answering({ callGas: callGasFor(12_000_000n), atOnce: 1 }, { ...parts, checker }).answer(
      transitions,
      judged?.gas ?? [],
      look,
    );
  };
  const paused = async (): Promise<number> =>
    (await stage.system.executor.queryFilter(stage.system.executor.filters.ExecutionPaused())).length;

  for (const title of ["ERC-20 deployment", "ERC-20 transfer of too much", "governor vote", "swap", "ERC-721 mint"]) {
    it(`[11.1] [11.3] [11.5] a verifier proves a wrong root after ${title}, in one call`, async () => {
      const batch = await wrongAfter(title);
      const home = await stage.home();
      const nonce = await stage.l1.provider.getTransactionCount(home.wallet.address);
      await stage.verifier(home).tick();
      expect(await isCondemned(stage.system, batch.hash)).to.equal(true);
      expect(await stage.l1.provider.getTransactionCount(home.wallet.address)).to.equal(nonce + 1);
    });
  }

  it("[11.4] [11.5] a verifier has L1 execute what is too heavy for one call, and proves it wrong @full", async () => {
    const batch = await wrongAfter("payment of many");
    await stage.verifier(await stage.home()).tick();
    expect(await isCondemned(stage.system, batch.hash)).to.equal(true);
    expect(await paused()).to.be.greaterThan(0);
  });

  it("[11.9] [11.10.1] an answerer takes one call for many transitions, and several for the heavy one, where it left off @full", async () => {
    const { batch } = played;
    await submit(stage.system, batch);
    // Nobody but L1 has the data.
    await stage.verifier(await stage.home(), {}, []).tick();
    // It dies over the heavy transaction, and another one goes on with what is on L1.
    const death = await answer(1).catch((error: unknown) => error);
    expect(death).to.be.an("error").with.property("message", "killed");
    expect(await paused()).to.equal(1);
    await answer();
    expect((await stage.mirror().sync()).requests[batch.hash]?.phase).to.equal("answered");
    const { disputes, executor } = stage.system;
    const checked = await disputes.queryFilter(disputes.filters.RecordsChecked(batch.hash));
    // Instrumented code takes more of a call.
    if (!hre.globalOptions.coverage) expect(checked.length).to.be.lessThan(batch.transactions.length / 2);
    const machines = (await executor.queryFilter(executor.filters.ExecutionPaused())).map(
      ({ args }) => args.machineHash,
    );
    expect(machines.length).to.be.greaterThan(1);
    expect(new Set(machines).size).to.equal(machines.length);
  });
});
