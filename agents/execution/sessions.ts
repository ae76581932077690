import { dataLength } from "ethers";

import type { L2Transaction } from "../../l2/protocol/l2-transaction.ts";
import type { Hex } from "../../l2/base/hex.ts";
import { toHex } from "../../l2/base/hex.ts";
import type { StateStore } from "../../l2/state/state.ts";
import { L1Revert, isRevert } from "../l1/reverts.ts";
import { ExecutionDriver, isTooHeavy } from "./driver.ts";
import type { L1 } from "../l1/l1.ts";
import type { Logger } from "../runtime/logger.ts";
import { L1_TRANSACTION_BYTES, L1_TRANSACTION_GAS, type L1Call, type Sender } from "../l1/transactions.ts";

/** A witness for what L1 remembers. */
export const NO_WITNESS = "0x";

/**
 * Executes a transaction on L1 that is too heavy for the call that needs its outcome: in several calls beforehand, after
 * which L1 remembers the outcome and the call itself carries no witness (docs/execution.md). Several agents may do so at
 * once.
 */
export class Sessions {
  readonly #l1: L1;
  readonly #transactions: Sender;
  readonly #states: StateStore;
  readonly #log: Logger;
  readonly #driver: ExecutionDriver;

  /** @param options.stepGas Gas that one call aims at. */
  constructor(
    options: { stepGas: bigint },
    dependencies: { l1: L1; transactions: Sender; states: StateStore; log: Logger },
  ) {
    const { l1 } = dependencies;
    this.#l1 = l1;
    this.#transactions = dependencies.transactions;
    this.#states = dependencies.states;
    this.#log = dependencies.log;
    this.#driver = new ExecutionDriver(
      { gas: options.stepGas },
      { provider: l1.provider, executor: l1.addresses.executor },
    );
  }

  /**
   * Gas that a call about one transaction takes; undefined where it is too heavy for one L1 transaction, or too large for
   * clients to pass on.
   *
   * @throws {L1Revert} Where it reverts for another reason.
   */
  async estimate(call: L1Call): Promise<bigint | undefined> {
    if (dataLength(call.data) > L1_TRANSACTION_BYTES) return undefined;
    try {
      const gas = await this.#transactions.estimate(call);
      return gas > L1_TRANSACTION_GAS ? undefined : gas;
    } catch (error) {
      if (isTooHeavy(error instanceof L1Revert ? error.cause : error)) return undefined;
      throw error;
    }
  }

  /** Whether a call runs with this gas limit, and is small enough to be passed on. Throws like {@link estimate}. */
  async fits(call: L1Call, gas: bigint): Promise<boolean> {
    if (dataLength(call.data) > L1_TRANSACTION_BYTES) return false;
    try {
      await this.#transactions.simulate(call, gas);
      return true;
    } catch (error) {
      if (isTooHeavy(error instanceof L1Revert ? error.cause : error)) return false;
      throw error;
    }
  }

  /**
   * Has L1 execute a transaction until it knows the outcome; nothing is sent where it does already.
   *
   * @param witness A first witness; missing items come from the states.
   * @returns The witness for the call that is about the transaction: nothing where L1 remembers.
   */
  async execute(
    transaction: L2Transaction,
    preStateRoot: Hex,
    witness: Uint8Array,
    signal?: AbortSignal,
  ): Promise<Hex> {
    if (await this.#remembers(transaction, preStateRoot)) return NO_WITNESS;
    const preimages = (hash: Hex): Promise<Uint8Array | undefined> => this.#states.witnessItem(hash);
    let steps = 0;
    const request = { transaction, preStateRoot, witness, preimages };
    const execution = await this.#driver.run(request, async ({ to, data }) => {
      signal?.throwIfAborted();
      const receipt = await this.#transactions.send({ to, data, label: "advance" }, signal);
      this.#log.info({ step: ++steps, gas: receipt.gasUsed.toString() }, "advanced a heavy transaction");
    });
    return execution.witness;
  }

  async #remembers({ context, raw }: L2Transaction, preStateRoot: Hex): Promise<boolean> {
    try {
      await this.#l1.executor.execute([{ context, raw: toHex(raw) }], preStateRoot, NO_WITNESS);
      return true;
    } catch (error) {
      if (isRevert(error)) return false;
      throw error;
    }
  }
}
