import { type Hex, ZERO_HASH } from "../../l2/base/hex.ts";
import { linkOf } from "../../l2/batch/header.ts";
import { transitionWitness } from "../../l2/execution/witness.ts";
import type { ChainConfig } from "../../l2/protocol/config.ts";
import type { StateStore } from "../../l2/state/state.ts";
import { type Certificate, NO_CERTIFICATE } from "../l1/certificate.ts";
import type { L1 } from "../l1/l1.ts";
import type { L1Batch, L1State } from "../l1/mirror.ts";
import { BATCH_STATUS, type Standing } from "../l1/standing.ts";
import type { L1Call, Sender } from "../l1/transactions.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Transitions } from "./ranges.ts";
import { NO_WITNESS, Sessions } from "./sessions.ts";

export { DEFAULT_STEP_GAS } from "./defaults.ts";

/** How L1 is told which header a check is about, and what stands at its index. */
export interface Place {
  /** Link of the batch that stands there; the header's own where it stands itself. */
  readonly inPlace: Hex;
  readonly standing: Standing;
  /** A quorum's signatures, for a header that does not stand; empty otherwise. */
  readonly certificate: Certificate;
  /** Opens the commitment to what the check finds (11.13); none where absent. */
  readonly salt?: Hex;
}

/** How a batch that stands is checked. */
export function placeOf({ header, headerHash, standing }: Pick<L1Batch, "header" | "headerHash" | "standing">): Place {
  return { inPlace: linkOf(header, headerHash), standing, certificate: NO_CERTIFICATE };
}

/** How a header is checked that does not stand, or is final: with its certificate (H4). */
export function placeIn(
  state: L1State,
  { header, headerHash }: Pick<L1Batch, "header" | "headerHash">,
  certificate: Certificate,
): Place {
  const there = state.batches[Number(header.index)];
  // Where nothing waits for finality L1 ignores both.
  const nowhere: Standing = { status: BATCH_STATUS.none, due: 0, signers: 0n, submitter: header.sequencer };
  return { ...placeOf(there ?? { header, headerHash, standing: nowhere }), certificate };
}

export interface CheckerDependencies {
  readonly l1: L1;
  readonly transactions: Sender;
  readonly config: ChainConfig;
  readonly states: StateStore;
  readonly log: Logger;
}

/**
 * Builds the calls by which L1 checks transitions (steps 11.4, 11.5, 11.8, 11.9): the range with its proofs, and the
 * witness that executing it takes. A fraud proof and a part of an answer are the same call.
 */
export class Checker {
  readonly #d: CheckerDependencies;
  readonly #sessions: Sessions;

  /** @param options.stepGas L1 gas that one call of a session aims at. */
  constructor(options: { readonly stepGas: bigint }, dependencies: CheckerDependencies) {
    this.#d = dependencies;
    this.#sessions = new Sessions(options, dependencies);
  }

  /**
   * The call about the transitions `[from, to)`.
   *
   * @throws {ChainError} Where the state that the header claims before them is not in the store.
   */
  async build(transitions: Transitions, place: Place, from: number, to: number): Promise<L1Call> {
    const { config, states } = this.#d;
    const transactions = transitions.transactions.slice(from, to);
    const witness = await transitionWitness(config, states, transitions.rootBefore(from), transactions);
    return this.call(transitions, place, { from, to, witness });
  }

  /** The same with a witness that is known. */
  call(
    transitions: Transitions,
    { inPlace, standing, certificate, salt = ZERO_HASH }: Place,
    { from, to, witness }: { readonly from: number; readonly to: number; readonly witness: Uint8Array | Hex },
  ): L1Call {
    const { header } = transitions;
    const { l1 } = this.#d;
    const range = transitions.range(from, to);
    const data = l1.disputes.interface.encodeFunctionData("check", [
      header,
      { inPlace, standing, certificate },
      range,
      witness,
      salt,
    ]);
    return { to: l1.addresses.disputes, data, label: "check" };
  }

  /**
   * Gas that a call takes; undefined where it is too heavy for one L1 transaction, or too large to be passed on.
   *
   * @throws {L1Revert} Where it reverts for another reason.
   */
  estimate(call: L1Call): Promise<bigint | undefined> {
    return this.#sessions.estimate(call);
  }

  /** Whether a call runs with this gas limit, and is small enough to be passed on. Throws like {@link estimate}. */
  fits(call: L1Call, gas: bigint): Promise<boolean> {
    return this.#sessions.fits(call, gas);
  }

  /**
   * The call about one transition. Where it is too heavy for one L1 transaction, L1 executes it beforehand, over as many
   * calls as it takes, and the call refers to what L1 remembers.
   */
  async single(transitions: Transitions, place: Place, index: number, signal?: AbortSignal): Promise<L1Call> {
    const { config, states } = this.#d;
    const transaction = transitions.transactions[index];
    if (transaction === undefined) throw new RangeError(`There is no transition ${index} of ${transitions.count}.`);
    const before = transitions.rootBefore(index);
    const only = { from: index, to: index + 1 };
    // Where blocks are out of order nothing is executed; a state that is not known must not keep anyone from saying so.
    const known = await states.has(before);
    const witness = known ? await transitionWitness(config, states, before, [transaction]) : NO_WITNESS;
    const call = this.call(transitions, place, { ...only, witness });
    if (!known || (await this.estimate(call)) !== undefined) return call;
    const rest = await this.#sessions.execute(transaction, before, witness as Uint8Array, signal);
    return this.call(transitions, place, { ...only, witness: rest });
  }
}
