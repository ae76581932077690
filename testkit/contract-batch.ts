/** The story of the contracts as one batch, and what L1 needs to execute each of its transactions. */
import { dataSlice, id } from "ethers";

import { ExecutionDriver, type ExecutionRequest, type ExecutionStep } from "../agents/execution/driver.ts";
import { L1_TRANSACTION_GAS } from "../agents/l1/transactions.ts";
import { executeBatch } from "../l2/batch/build.ts";
import { StateStore } from "../l2/state/state.ts";
import { transitionWitness } from "../l2/execution/witness.ts";
import { type TestBatch, BatchMaker, stateBefore } from "./batches.ts";
import { type ContractStory, contractStory } from "./l2-contracts.ts";
import type { TestSystem } from "./system.ts";

/** Whom the last transaction of the story pays: too many for one call of L1. */
const RECIPIENTS = Array.from({ length: 160 }, (_, place) => dataSlice(id(`recipient ${place}`), 0, 20));

/** A world, and what its users do with contracts. */
export async function openContractWorld(): Promise<{ world: BatchMaker; story: ContractStory }> {
  const world = await BatchMaker.open();
  return { world, story: await contractStory(world.config, world.users, RECIPIENTS) };
}

/** Gas that is left for execution where a call does something with the outcome. */
const LONE_CALL = L1_TRANSACTION_GAS - 1_500_000n;

export class ContractBatch {
  readonly world: BatchMaker;
  readonly story: ContractStory;
  readonly batch: TestBatch;
  /** What a node of the L2 keeps: every state of the batch. */
  readonly states: StateStore;

  private constructor(world: BatchMaker, story: ContractStory, batch: TestBatch, states: StateStore) {
    this.world = world;
    this.story = story;
    this.batch = batch;
    this.states = states;
  }

  /** The first batch of the world: the whole story, each transaction in a block of its own. */
  static async open(world: BatchMaker, story: ContractStory, sequencer: string): Promise<ContractBatch> {
    const batch = await world.batch(world.genesis, sequencer, { transfers: story.steps, perBlock: 1 });
    const states = await StateStore.open();
    await states.genesis(world.config);
    await executeBatch(world.config, states, batch.header.preStateRoot, batch.transactions);
    return new ContractBatch(world, story, batch, states);
  }

  /** Place of a step of the story. */
  place(title: string): number {
    const place = this.story.steps.findIndex((step) => step.title === title);
    if (place === -1) throw new Error(`The story has no step "${title}".`);
    return place;
  }

  /** What executing a transaction of the batch takes. */
  async request(i: number): Promise<ExecutionRequest> {
    const transaction = this.batch.transactions[i]!;
    const preStateRoot = stateBefore(this.batch, i);
    const witness = await transitionWitness(this.world.config, this.states, preStateRoot, [transaction]);
    return { transaction, preStateRoot, witness, preimages: (hash) => this.states.witnessItem(hash) };
  }

  /**
   * Has L1 execute a transaction of the batch, in as many calls as it takes.
   *
   * @param beforehand Called for each call that goes before the last one, to see or send it; sent if left out.
   * @returns The witness with which one more call gives the outcome.
   */
  async execute(
    system: TestSystem,
    i: number,
    beforehand: (step: ExecutionStep) => Promise<unknown> = async (step) =>
      await (await system.others[0]!.sendTransaction({ ...step, gasLimit: step.gas })).wait(),
  ): ReturnType<ExecutionDriver["run"]> {
    const { provider } = system.connection.ethers;
    const executor = await system.executor.getAddress();
    return new ExecutionDriver({ gas: LONE_CALL }, { provider, executor }).run(await this.request(i), beforehand);
  }
}
