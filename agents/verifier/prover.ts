import { AbiCoder, hexlify, keccak256, randomBytes } from "ethers";

import { asHash, type Hex } from "../../l2/base/hex.ts";
import type { BatchHeader } from "../../l2/batch/header.ts";
import type { Checker, Place } from "../execution/checker.ts";
import type { Judgement } from "../execution/judge.ts";
import type { Transitions } from "../execution/ranges.ts";
import type { L1 } from "../l1/l1.ts";
import type { L1State } from "../l1/mirror.ts";
import { L1Revert } from "../l1/reverts.ts";
import type { L1Call, TransactionManager } from "../l1/transactions.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Findings } from "./findings.ts";

/** A judgement that can be proven: all that a proof needs is known. */
export type Provable = Extract<Judgement, { verdict: "wrong" | "wrong sum" }>;

export interface ProverOptions {
  /**
   * Whether to commit to a proof some seconds before it, so that whoever copies it takes no bounty. It costs a
   * transaction.
   */
  readonly commit: boolean;
}

export interface ProverDependencies {
  readonly l1: L1;
  readonly transactions: TransactionManager;
  readonly checker: Checker;
  readonly findings: Findings;
  readonly log: Logger;
}

/** `COMMIT_DELAY` of the sequencer set: how much older than the verdict a commitment has to be, in seconds. */
const COMMIT_DELAY = 24;

/** A window that ends in less than this is not risked for the bounty, in seconds. */
const URGENT = 1_800;

/** Errors that say that the header has been condemned already, or another batch took its place meanwhile. */
const SETTLED = ["InboxUnknownBatch", "RequestUnknownBatch", "HeaderNotSigned", "FraudNotFound"];

/** Proves on L1 that a header is wrong (11.4, 11.5), and sees to the bounty (11.13). */
export class Prover {
  readonly #options: ProverOptions;
  readonly #d: ProverDependencies;

  constructor(options: ProverOptions, dependencies: ProverDependencies) {
    this.#options = options;
    this.#d = dependencies;
  }

  /**
   * Sends the proof, once the commitment to it is old enough: a later round goes on then.
   *
   * @param due When the window of the batch ends at the earliest, in seconds; nothing where the header does not stand.
   * @returns Whether it was sent, or is not needed any more. False also where all transitions together show the fault,
   * and they do not fit into one call.
   */
  async prove(
    transitions: Transitions,
    place: Place,
    { headerHash, judgement, due }: { headerHash: Hex; judgement: Provable; due: number | undefined },
    signal?: AbortSignal,
  ): Promise<"proven" | "later" | "too large"> {
    const { log, transactions } = this.#d;
    const batch = Number(transitions.header.index);
    try {
      const call = await this.#call(transitions, place, judgement, signal);
      if (call === undefined) return "too large";
      if (!(await this.#isCommitted(transitions.header, headerHash, due, signal))) return "later";
      const receipt = await transactions.send(call, signal);
      log.warn({ batch, headerHash, gas: receipt.gasUsed.toString() }, "[11.5] fraud proven");
    } catch (error) {
      if (!(error instanceof L1Revert) || !SETTLED.some((name) => error.is(name))) throw error;
      log.info({ batch, headerHash, reason: error.message }, "the header needs no proof");
    }
    return "proven";
  }

  async #call(
    transitions: Transitions,
    place: Place,
    judgement: Provable,
    signal: AbortSignal | undefined,
  ): Promise<L1Call | undefined> {
    const { checker } = this.#d;
    if (judgement.verdict === "wrong") return checker.single(transitions, place, judgement.index, signal);
    const whole = await checker.build(transitions, place, 0, transitions.count);
    return (await checker.estimate(whole)) === undefined ? undefined : whole;
  }

  /** Commits to the proof where that was not done yet; tells whether the commitment is old enough, or not waited for. */
  async #isCommitted(
    { index }: BatchHeader,
    headerHash: Hex,
    due: number | undefined,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const { l1, transactions, findings, log } = this.#d;
    if (!this.#options.commit || (due !== undefined && (await l1.now()) + URGENT >= due)) return true;
    const salt = findings.of(headerHash)?.salt ?? asHash(hexlify(randomBytes(32)));
    // Kept before it is used, so that a restarted process still knows it.
    await findings.add(headerHash, { salt });
    const { sequencers, addresses, fromBlock } = l1;
    const commitment = commitmentTo(headerHash, await transactions.address(), salt);
    const [committed] = await sequencers.queryFilter(sequencers.filters.ProofCommitted(commitment), fromBlock);
    if (committed === undefined) {
      const data = sequencers.interface.encodeFunctionData("commitProof", [commitment]);
      await transactions.send({ to: addresses.sequencers, data, label: "commitProof" }, signal);
      log.info({ batch: Number(index), headerHash }, "committed to a fraud proof");
      return false;
    }
    const { timestamp } = await committed.getBlock();
    // The proof is in the next block at the earliest.
    return (await l1.now()) + 1 >= timestamp + COMMIT_DELAY;
  }

  /** Takes bounties that somebody else's copy of a proof stands to get, and has one's own paid out (11.13). */
  async collect({ verdicts }: Pick<L1State, "verdicts">, signal?: AbortSignal): Promise<void> {
    const { l1, transactions, findings, log } = this.#d;
    const me = await transactions.address();
    for (const { headerHash, claimant } of Object.values(verdicts)) {
      const finding = findings.of(headerHash);
      if (finding === undefined || finding.settled === true) continue;
      const { salt } = finding;
      const mine = claimant === me || salt !== undefined;
      const bounty = mine ? await l1.sequencers.bountyOf(headerHash) : undefined;
      if (bounty === undefined || bounty.amount === 0n) {
        await findings.add(headerHash, { settled: true });
        continue;
      }
      const due = (await l1.now()) >= Number(bounty.payableAt);
      const { interface: sequencers } = l1.sequencers;
      let data: string | undefined;
      if (due && bounty.claimant === me) data = sequencers.encodeFunctionData("payBounty", [headerHash]);
      else if (!due && bounty.claimant !== me && salt !== undefined) {
        data = sequencers.encodeFunctionData("takeBounty", [headerHash, salt]);
      }
      if (data === undefined) {
        if (bounty.claimant !== me) await findings.add(headerHash, { settled: true });
        continue;
      }
      try {
        await transactions.send({ to: l1.addresses.sequencers, data, label: "bounty" }, signal);
        log.info({ headerHash, amount: bounty.amount.toString() }, "[11.13] took a bounty");
      } catch (error) {
        if (!(error instanceof L1Revert)) throw error;
        log.info({ headerHash, reason: error.message }, "no bounty");
        await findings.add(headerHash, { settled: true });
      }
    }
  }
}

/** What `commitProof` takes. */
export function commitmentTo(headerHash: Hex, committer: string, salt: Hex): Hex {
  const types = ["bytes32", "address", "bytes32"];
  return asHash(keccak256(AbiCoder.defaultAbiCoder().encode(types, [headerHash, committer, salt])));
}
