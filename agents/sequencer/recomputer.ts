import { executeBatch } from "../../l2/batch/build.ts";
import { recordEnds, type L2Transaction } from "../../l2/batch/encoding.ts";
import { batchTree, mttbrLeafValue, type BatchTree } from "../../l2/batch/tree.ts";
import type { ChainConfig } from "../../l2/config.ts";
import type { Hex } from "../../l2/hex.ts";
import type { StateStore } from "../../l2/state.ts";
import { transitionWitness } from "../../l2/witness.ts";
import type { BatchData } from "../common/batch-data.ts";
import { AgentError, L1Revert } from "../common/errors.ts";
import type { L1 } from "../common/l1.ts";
import type { Logger } from "../common/logger.ts";
import { followed } from "../common/events.ts";
import { isOpen, L1Reducer, type DataRequest, type L1State, type Recomputing } from "../common/mirror.ts";
import type { Call, Sender } from "../common/transactions.ts";

/** Gas that one step aims at: below the limit of a transaction with room for what the estimate misses. */
export const DEFAULT_STEP_GAS = 12_000_000n;

/**
 * Advances L1's recomputation of posted batches (steps 11.9, 3.3.5) from where L1 says that it stands. Anyone may, and
 * several may at once: who comes second finds the progress changed and starts from there.
 */
export class Recomputer {
  readonly #stepGas: bigint;
  readonly #l1: L1;
  readonly #transactions: Sender;
  readonly #config: ChainConfig;
  readonly #states: StateStore;
  readonly #log: Logger;

  constructor(
    options: { stepGas: bigint },
    dependencies: {
      l1: L1;
      transactions: Sender;
      config: ChainConfig;
      states: StateStore;
      log: Logger;
    },
  ) {
    this.#stepGas = options.stepGas;
    this.#l1 = dependencies.l1;
    this.#transactions = dependencies.transactions;
    this.#config = dependencies.config;
    this.#states = dependencies.states;
    this.#log = dependencies.log;
  }

  /**
   * Executes on L1 what is left of a requested batch, until L1 settles it. Does nothing while data is missing.
   *
   * @param fetch Gives the posted data.
   * @throws {ChainError} Where the state before the batch is not in the store.
   */
  async advance(
    mirrored: L1State,
    headerHash: Hex,
    fetch: () => Promise<BatchData>,
    signal?: AbortSignal,
  ): Promise<void> {
    // A copy: it runs ahead of the follower, which reads the same events again.
    const state = structuredClone(mirrored);
    const request = state.requests[headerHash];
    if (request?.recomputing === undefined || !isOpen(state, request)) return;
    const { header } = request;
    const { transactions, data } = await fetch();
    if (data === undefined) throw new AgentError("DATA_MALFORMED", "posted data is out of order");
    // Fills the store with every state in between: the witnesses are taken from them.
    await executeBatch(this.#config, this.#states, header.preStateRoot, transactions);
    const tree = batchTree(transactions.map(mttbrLeafValue));
    const ends = recordEnds(data);
    let size = transactions.length;
    try {
      while (isOpen(state, request)) {
        signal?.throwIfAborted();
        const step = await this.#step(request, { transactions, data, ends, tree }, size);
        size = step.size;
        const receipt = await this.#transactions.send(step.call, signal);
        this.#log.info(
          { batch: Number(header.index), transactions: size, gas: receipt.gasUsed.toString() },
          "[11.9] advanced the recomputation",
        );
        const reducer = new L1Reducer(this.#l1.addresses);
        for (const log of receipt.logs) reducer.apply(state, followed(log));
      }
    } catch (error) {
      if (!(error instanceof L1Revert) || !SUPERSEDED.includes(error.error?.name ?? "")) throw error;
      this.#log.info({ batch: Number(header.index), reason: error.message }, "another one advanced it");
    }
  }

  /** The largest step that fits, of at most `size` transactions. */
  async #step(
    request: DataRequest,
    batch: { transactions: L2Transaction[]; data: Uint8Array; ends: number[]; tree: BatchTree },
    size: number,
  ): Promise<{ call: Call; size: number }> {
    const recomputing = request.recomputing as Recomputing;
    const from = Number(recomputing.count);
    for (let count = Math.min(size, batch.transactions.length - from); ;) {
      const call = await this.#call(request, recomputing, batch, from, from + count);
      const gas = await this.#estimate(call, count);
      if (gas !== undefined && (gas <= this.#stepGas || count === 1)) return { call, size: count };
      const fitting = gas === undefined ? Math.floor(count / 2) : Number((BigInt(count) * this.#stepGas) / gas);
      count = Math.max(1, Math.min(fitting, count - 1));
    }
  }

  /** Gas of a step; undefined where it does not fit into a block. */
  async #estimate(call: Call, count: number): Promise<bigint | undefined> {
    try {
      return await this.#transactions.estimate(call);
    } catch (error) {
      // A revert without a reason is what running out of the block's gas looks like.
      if (error instanceof L1Revert && error.error === undefined && count > 1) return undefined;
      throw error;
    }
  }

  async #call(
    { header }: DataRequest,
    recomputing: Recomputing,
    batch: { transactions: L2Transaction[]; data: Uint8Array; ends: number[]; tree: BatchTree },
    from: number,
    to: number,
  ): Promise<Call> {
    const transactions = batch.transactions.slice(from, to);
    const witness = await transitionWitness(this.#config, this.#states, recomputing.stateRoot, transactions);
    const records = batch.data.slice(from === 0 ? 0 : batch.ends[from - 1], batch.ends[to - 1]);
    const siblings = batch.tree.rangeProof(from, to);
    const { interface: disputes } = this.#l1.disputes;
    return {
      to: this.#l1.addresses.disputes,
      data: disputes.encodeFunctionData("recompute", [header, recomputing, records, siblings, witness]),
      label: "recompute",
    };
  }
}

/** Errors that say that L1 moved on meanwhile. */
const SUPERSEDED = ["ProgressMismatch", "RequestWrongState", "RequestVoid", "RequestWindowOver"];
