import { executeBatch } from "../../l2/batch/build.ts";
import { recordEnds } from "../../l2/batch/encoding.ts";
import type { L2Transaction } from "../../l2/protocol/l2-transaction.ts";
import { batchTree, mttbrLeafValue, type BatchTree } from "../../l2/batch/tree.ts";
import type { ChainConfig } from "../../l2/protocol/config.ts";
import type { Hex } from "../../l2/base/hex.ts";
import type { StateStore } from "../../l2/state/state.ts";
import { transitionWitness } from "../../l2/execution/witness.ts";
import type { BatchData } from "../data/batch-data.ts";
import { AgentError } from "../runtime/errors.ts";
import { L1Revert } from "../l1/reverts.ts";
import type { L1 } from "../l1/l1.ts";
import type { Logger } from "../runtime/logger.ts";
import { followed } from "../l1/events.ts";
import { isOpen, L1Reducer, type DataRequest, type L1State, type Recomputing } from "../l1/mirror.ts";
import { Sessions } from "./sessions.ts";
import type { L1Call, Sender } from "../l1/transactions.ts";

export { DEFAULT_STEP_GAS } from "./defaults.ts";

/**
 * Advances L1's recomputation of posted batches (steps 11.9, 3.3.5) from where L1 says that it stands. Anyone may,
 * and several at once: one that finds the progress changed continues from there.
 */
export class Recomputer {
  readonly #stepGas: bigint;
  readonly #l1: L1;
  readonly #transactions: Sender;
  readonly #config: ChainConfig;
  readonly #states: StateStore;
  readonly #sessions: Sessions;
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
    this.#sessions = new Sessions(options, dependencies);
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
        const step = await this.#step(request, { transactions, data, ends, tree }, size, signal);
        size = step.next;
        const receipt = await this.#transactions.send(step.call, signal);
        this.#log.info(
          { batch: Number(header.index), transactions: step.size, gas: receipt.gasUsed.toString() },
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

  /**
   * The largest step that fits, of at most `size` transactions, and how many the next one may try. A transaction that
   * does not fit even alone is executed beforehand, over as many calls as it takes.
   */
  async #step(
    request: DataRequest,
    batch: PostedBatch,
    size: number,
    signal: AbortSignal | undefined,
  ): Promise<{ call: L1Call; size: number; next: number }> {
    const { stateRoot, count: done } = request.recomputing as Recomputing;
    const from = Number(done);
    for (let count = Math.min(size, batch.transactions.length - from); ;) {
      const transactions = batch.transactions.slice(from, from + count);
      const witness = await transitionWitness(this.#config, this.#states, stateRoot, transactions);
      const call = this.#call(request, batch, from + count, witness);
      const gas = await this.#sessions.estimate(call);
      const fitting = gas === undefined ? Math.floor(count / 2) : Number((BigInt(count) * this.#stepGas) / gas);
      if (gas !== undefined && (fitting >= count || count === 1))
        return { call, size: count, next: Math.max(1, fitting) };
      const [first] = transactions;
      if (count === 1 && first !== undefined) {
        const rest = await this.#sessions.execute(first, stateRoot, witness, signal);
        return { call: this.#call(request, batch, from + 1, rest), size: 1, next: batch.transactions.length };
      }
      count = Math.max(1, Math.min(fitting, count - 1));
    }
  }

  #call(
    { header, recomputing }: DataRequest,
    { data, ends, tree }: PostedBatch,
    to: number,
    witness: Uint8Array | string,
  ): L1Call {
    const progress = recomputing as Recomputing;
    const from = Number(progress.count);
    const records = data.slice(from === 0 ? 0 : ends[from - 1], ends[to - 1]);
    const siblings = tree.rangeProof(from, to);
    const { interface: disputes } = this.#l1.disputes;
    return {
      to: this.#l1.addresses.disputes,
      data: disputes.encodeFunctionData("recompute", [header, progress, records, siblings, witness]),
      label: "recompute",
    };
  }
}

/** The data of a batch as it was posted, and what follows from it. */
interface PostedBatch {
  readonly transactions: readonly L2Transaction[];
  readonly data: Uint8Array;
  /** Where the record of each transaction ends. */
  readonly ends: readonly number[];
  /** The MTTBR. */
  readonly tree: BatchTree;
}

/** Errors that say that L1 moved on meanwhile. */
const SUPERSEDED = ["ProgressMismatch", "RequestWrongState", "RequestVoid", "RequestWindowOver"];
