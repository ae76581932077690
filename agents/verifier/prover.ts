import { AbiCoder, hexlify, keccak256, randomBytes } from "ethers";

import { asHash, type Hex, ZERO_HASH } from "../../l2/base/hex.ts";
import type { Checker, Place } from "../execution/checker.ts";
import type { FaultKind, Judgement } from "../execution/judge.ts";
import type { Range, Transitions } from "../execution/ranges.ts";
import type { L1 } from "../l1/l1.ts";
import type { L1State, Verdict } from "../l1/mirror.ts";
import { L1Revert } from "../l1/reverts.ts";
import type { TransactionManager } from "../l1/transactions.ts";
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
   * @param found.due When the window of the batch ends at the earliest, in seconds; nothing where it does not stand.
   * @returns Whether it was sent, or is not needed any more. "too large" where all transitions together show the fault,
   * and they do not fit into one call.
   */
  async prove(
    transitions: Transitions,
    place: Place,
    found: { headerHash: Hex; judgement: Provable; truth: Hex | undefined; due: number | undefined },
    signal?: AbortSignal,
  ): Promise<"proven" | "later" | "too large"> {
    const { checker, findings, log, transactions } = this.#d;
    const { headerHash, judgement } = found;
    const batch = Number(transitions.header.index);
    const [from, to] = judgement.verdict === "wrong" ? [judgement.index, judgement.index + 1] : [0, transitions.count];
    try {
      if (judgement.verdict === "wrong sum" && !(await this.#fits(transitions, place))) return "too large";
      const what = findingOf(judgement, transitions.range(from, to), found.truth);
      const salt = await this.#opened(batch, { ...found, what }, signal);
      if (salt === "later") return "later";
      const opening = { ...place, ...(salt === undefined ? {} : { salt }) };
      const call =
        judgement.verdict === "wrong"
          ? await checker.single(transitions, opening, from, signal)
          : await checker.build(transitions, opening, from, to);
      const receipt = await transactions.send(call, signal);
      await findings.add(headerHash, { proved: true });
      log.warn({ batch, headerHash, gas: receipt.gasUsed.toString() }, "[11.5] fraud proven");
    } catch (error) {
      if (!(error instanceof L1Revert) || !SETTLED.some((name) => error.is(name))) throw error;
      log.info({ batch, headerHash, reason: error.message }, "the header needs no proof");
    }
    return "proven";
  }

  /** Whether all transitions of a header fit into one call. */
  async #fits(transitions: Transitions, place: Place): Promise<boolean> {
    const { checker } = this.#d;
    return (await checker.estimate(await checker.build(transitions, place, 0, transitions.count))) !== undefined;
  }

  /**
   * Commits to a proof where that was not done yet.
   *
   * @returns What opens the commitment; nothing where none is made; "later" while it is too young.
   */
  async #opened(
    batch: number,
    { headerHash, what, due }: { headerHash: Hex; what: Hex; due: number | undefined },
    signal: AbortSignal | undefined,
  ): Promise<Hex | "later" | undefined> {
    const { l1, transactions, findings, log } = this.#d;
    if (!this.#options.commit) return undefined;
    const urgent = due !== undefined && (await l1.now()) + URGENT >= due;
    const known = findings.of(headerHash)?.salt;
    if (urgent) return known;
    const salt = known ?? asHash(hexlify(randomBytes(32)));
    // Kept before it is used, so that a restarted process still knows it.
    await findings.add(headerHash, { salt });
    const { sequencers, addresses, fromBlock } = l1;
    const commitment = commitmentTo(headerHash, what, await transactions.address(), salt);
    const [committed] = await sequencers.queryFilter(sequencers.filters.ProofCommitted(commitment), fromBlock);
    if (committed === undefined) {
      const data = sequencers.interface.encodeFunctionData("commitProof", [commitment]);
      await transactions.send({ to: addresses.sequencers, data, label: "commitProof" }, signal);
      log.info({ batch, headerHash }, "committed to a fraud proof");
      return "later";
    }
    const { timestamp } = await committed.getBlock();
    // The proof is in the next block at the earliest.
    return (await l1.now()) + 1 >= timestamp + COMMIT_DELAY ? salt : "later";
  }

  /** Whether somebody else stands to get the bounty of a proof that this one had committed to: its own proof takes it. */
  async isContested({ headerHash, claimant }: Verdict): Promise<boolean> {
    const finding = this.#d.findings.of(headerHash);
    if (finding?.salt === undefined || finding.proved === true || finding.settled === true) return false;
    if (claimant === (await this.#d.transactions.address())) return false;
    const { amount, payableAt } = await this.#d.l1.sequencers.bountyOf(headerHash);
    return amount !== 0n && (await this.#d.l1.now()) + 1 < Number(payableAt);
  }

  /** Has one's own bounties paid out (11.13). */
  async collect({ verdicts }: Pick<L1State, "verdicts">, signal?: AbortSignal): Promise<void> {
    const { l1, transactions, findings, log } = this.#d;
    const me = await transactions.address();
    for (const verdict of Object.values(verdicts)) {
      const { headerHash } = verdict;
      const finding = findings.of(headerHash);
      if (finding === undefined || finding.settled === true || (await this.isContested(verdict))) continue;
      const { claimant, amount, payableAt } = await l1.sequencers.bountyOf(headerHash);
      if (amount === 0n || claimant !== me) {
        await findings.add(headerHash, { settled: true });
        continue;
      }
      if ((await l1.now()) < Number(payableAt)) continue;
      const data = l1.sequencers.interface.encodeFunctionData("payBounty", [headerHash]);
      try {
        await transactions.send({ to: l1.addresses.sequencers, data, label: "payBounty" }, signal);
        log.info({ headerHash, amount: amount.toString() }, "[11.13] took a bounty");
      } catch (error) {
        // Anyone may have it paid.
        if (!(error instanceof L1Revert)) throw error;
      }
      await findings.add(headerHash, { settled: true });
    }
  }
}

/** `Fault` of `IDisputes.sol`. */
const FAULTS: Readonly<Record<FaultKind | "sum", number>> = { transition: 1, order: 2, placement: 3, sum: 5 };

/** What a proof shows, as commitments have it: `IDisputes.check`. */
export function findingOf(judgement: Provable, { from, records }: Range, truth: Hex = ZERO_HASH): Hex {
  const fault = FAULTS[judgement.verdict === "wrong" ? judgement.fault : "sum"];
  const types = ["uint8", "uint32", "bytes32", "bytes32"];
  return asHash(keccak256(AbiCoder.defaultAbiCoder().encode(types, [fault, from, keccak256(records), truth])));
}

/** What `commitProof` takes. */
export function commitmentTo(headerHash: Hex, finding: Hex, committer: string, salt: Hex): Hex {
  const types = ["bytes32", "bytes32", "address", "bytes32"];
  return asHash(keccak256(AbiCoder.defaultAbiCoder().encode(types, [headerHash, finding, committer, salt])));
}
