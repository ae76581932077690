/** What every attack is computed with: parameters, gas, and what is assumed of the world. */
import { readFileSync } from "node:fs";

import type { ParameterName } from "../../ignition/parameters.ts";

/** What no file of the project says. Each is a round number that is easy to hold against the world. */
export const ASSUMED = {
  /** Price of METIS in ETH. */
  metis: 0.003,
  /** Interest that locked METIS would bear elsewhere, in a year. */
  interest: 0.05,
  /** Sequencers, all with the least stake: the cheapest set to attack. */
  seats: 16,
  /** Seconds between batches: the age at which the consensus layer cuts a batch that is not full. */
  batchEvery: 60,
  /** Seconds from a request to the last answer for a small batch, beside the work: two rounds of an agent, two blocks. */
  reaction: 60,
  /** What a proposer of L1 gives up with a block that it does not publish, in ETH. */
  block: 0.05,
  /** Gas of an L1 transaction that does little: a commitment, a credit. */
  small: 50_000,
} as const;

/** Seconds of a day. */
export const DAY = 86_400;

/** One sequencer's share of a batch's limits (contracts/batches): most L2 gas and most bytes. */
export const BATCH = { gas: 25_000_000, bytes: 2 ** 20, transactions: 4_096 } as const;

/** Constants of `contracts/disputes/AnswerCost.sol`, by name. */
export type AnswerConstants = Readonly<
  Record<"BASE" | "PER_TRANSACTION" | "TRANSFER" | "PER_BYTE" | "PER_GAS" | "WORST_PER_GAS" | "GAS_PER_SECOND", number>
>;

/** Everything an attack depends on. */
export interface Scene {
  /** L1's base fee, in ETH for a unit of gas. */
  readonly baseFee: number;
  readonly parameters: Readonly<Record<ParameterName, number>>;
  readonly governance: {
    readonly supply: number;
    readonly quorum: number;
    readonly threshold: number;
    readonly voting: number;
    readonly short: number;
    readonly long: number;
  };
  /** Base fee of the L2, in METIS for a unit of gas. */
  readonly l2BaseFee: number;
  /** L1 gas by the bench's name of the work. */
  readonly gas: Readonly<Record<string, number>>;
  readonly answer: AnswerConstants;
  /** Seconds that the others leave the header's sequencer before they answer in its place and are repaid. */
  readonly grace: number;
}

const ROOT = new URL("../../", import.meta.url);

type Stored = number | string | { readonly value: number | string };
type Module = Readonly<Record<string, Stored>>;

function numberOf(stored: Stored | undefined, name: string): number {
  if (stored === undefined) throw new Error(`The parameters lack ${name}.`);
  if (typeof stored === "object") return numberOf(stored.value, name);
  return typeof stored === "number" ? stored : Number(stored.replace(/n$/, ""));
}

function readText(path: string): string {
  return readFileSync(new URL(path, ROOT), "utf8");
}

/** Constants of a Solidity library, by name. */
export function constantsIn(source: string): Readonly<Record<string, number>> {
  const found = source.matchAll(/uint256 (?:private|internal) constant (\w+) = ([\d_]+);/g);
  return Object.fromEntries([...found].map(([, name = "", value = ""]) => [name, Number(value.replaceAll("_", ""))]));
}

/**
 * Reads parameters, bench figures and constants.
 *
 * @param gwei L1's base fee.
 */
export function sceneAt(gwei: number): Scene {
  const file = JSON.parse(readText("ignition/parameters/local.json")) as Readonly<
    Record<"Governance" | "Rollup" | "MetisL2", Module>
  >;
  const { Governance: own, Rollup: rollup, MetisL2: rules } = file;
  const whole = (module: Module, name: string): number => numberOf(module[name], name);
  const parameters = Object.fromEntries(
    Object.entries(own)
      .filter(([name]) => /^[A-Z]/.test(name))
      .map(([name, stored]) => [name, numberOf(stored, name)]),
  ) as Record<ParameterName, number>;
  const { GRACE_PART = NaN } = constantsIn(readText("contracts/disputes/Disputes.sol"));
  return {
    baseFee: gwei * 1e-9,
    parameters,
    governance: {
      supply: whole(own, "supply") / 1e18,
      quorum: whole(rules, "quorumPercent") / 100,
      threshold: whole(rules, "proposalThreshold") / 1e18,
      voting: whole(rules, "votingDelay") + whole(rules, "votingPeriod"),
      short: whole(own, "shortDelay"),
      long: whole(own, "longDelay"),
    },
    l2BaseFee: whole(rollup, "baseFee") / 1e18,
    gas: JSON.parse(readText("bench/snapshots/gas.json")) as Scene["gas"],
    answer: constantsIn(readText("contracts/disputes/AnswerCost.sol")),
    grace: parameters.RequestWindow / GRACE_PART,
  };
}

/** L1 gas of some work, as the bench measured it. */
export function gasOf({ gas }: Scene, work: string): number {
  const value = gas[work];
  if (value === undefined) throw new Error(`The bench has no figure "${work}".`);
  return value;
}

/** A parameter in basis points, as a part of one. */
export function share({ parameters }: Scene, name: ParameterName): number {
  return parameters[name] / 10_000;
}

/** The least stake, in METIS. */
export function leastStake({ parameters }: Scene): number {
  return parameters.MinimumLock / 1e18;
}
