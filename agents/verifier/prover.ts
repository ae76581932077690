import type { L2Transaction } from "../../l2/protocol/l2-transaction.ts";
import type { BatchHeader } from "../../l2/batch/header.ts";
import { batchTree, mttbrLeafValue } from "../../l2/batch/tree.ts";
import type { Hex } from "../../l2/base/hex.ts";
import { transitionWitness } from "../../l2/execution/witness.ts";
import type { ChainConfig } from "../../l2/protocol/config.ts";
import type { StateStore } from "../../l2/state/state.ts";
import type { TransitionStruct } from "../../types/ethers-contracts/disputes/IDisputes.ts";
import { Sessions } from "../execution/sessions.ts";
import type { L1 } from "../l1/l1.ts";
import { L1Revert } from "../l1/reverts.ts";
import type { L1Call, Sender } from "../l1/transactions.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Judgement } from "./judge.ts";

/** A judgement that can be proven without the sequencer: all that a proof needs is known. */
export type Provable = Extract<Judgement, { verdict: "wrong transition" | "disorder" | "misplacement" }>;

export interface ProverDependencies {
  readonly l1: L1;
  readonly transactions: Sender;
  readonly config: ChainConfig;
  readonly states: StateStore;
  readonly log: Logger;
}

/** Proves on L1 that a batch is wrong (11.4, 11.5). */
export class Prover {
  readonly #d: ProverDependencies;
  readonly #sessions: Sessions;

  /** @param options.stepGas L1 gas that one call aims at. */
  constructor(options: { readonly stepGas: bigint }, dependencies: ProverDependencies) {
    this.#d = dependencies;
    this.#sessions = new Sessions(options, dependencies);
  }

  /**
   * Sends the proof; does nothing where the batch is gone already.
   *
   * @param transactions Those of the batch.
   */
  async prove(
    header: BatchHeader,
    judgement: Provable,
    transactions: readonly L2Transaction[],
    signal?: AbortSignal,
  ): Promise<void> {
    const batch = Number(header.index);
    try {
      const call = this.#call(await this.#proof(header, judgement, transactions, signal));
      const receipt = await this.#d.transactions.send(call, signal);
      this.#d.log.warn({ batch, gas: receipt.gasUsed.toString() }, "[11.5] fraud proven");
    } catch (error) {
      if (!(error instanceof L1Revert) || !error.is("InboxUnknownHeader")) throw error;
      this.#d.log.info({ batch }, "the batch is gone already");
    }
  }

  async #proof(
    header: BatchHeader,
    judgement: Provable,
    transactions: readonly L2Transaction[],
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const { interface: disputes } = this.#d.l1.disputes;
    switch (judgement.verdict) {
      case "wrong transition":
        return this.#transitionProof(header, judgement, transactions, signal);
      case "disorder":
        return disputes.encodeFunctionData("proveDisorder", [header, judgement.first, judgement.second]);
      case "misplacement":
        return disputes.encodeFunctionData("proveMisplacement", [header, judgement.placement]);
    }
  }

  /**
   * The call that proves a transition wrong. Where it is too heavy for one L1 transaction, L1 executes the disputed
   * transaction beforehand, over as many calls as it takes, and the proof refers to what L1 remembers.
   */
  async #transitionProof(
    header: BatchHeader,
    { index, claimed }: Extract<Judgement, { verdict: "wrong transition" }>,
    transactions: readonly L2Transaction[],
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const { config, states, l1 } = this.#d;
    const roots = batchTree(claimed);
    const transaction = transactions[index] as L2Transaction;
    const preStateRoot = index === 0 ? header.preStateRoot : (claimed[index - 1] as Hex);
    const transition: TransitionStruct = {
      index,
      transaction,
      transactionProof: batchTree(transactions.map(mttbrLeafValue)).proof(index),
      preStateRoot,
      preStateProof: index === 0 ? [] : roots.proof(index - 1),
      postStateRoot: claimed[index] as Hex,
      postStateProof: roots.proof(index),
    };
    const witness = await transitionWitness(config, states, preStateRoot, [transaction]);
    const { interface: disputes } = l1.disputes;
    const data = disputes.encodeFunctionData("proveTransition", [header, transition, witness]);
    if ((await this.#sessions.estimate(this.#call(data))) !== undefined) return data;
    const rest = await this.#sessions.execute(transaction, preStateRoot, witness, signal);
    return disputes.encodeFunctionData("proveTransition", [header, transition, rest]);
  }

  #call(data: string): L1Call {
    return { to: this.#d.l1.addresses.disputes, data, label: "fraud proof" };
  }
}
