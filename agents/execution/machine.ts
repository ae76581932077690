import { dataSlice, toBigInt, toNumber } from "ethers";

import { type Hex, asHex } from "../../l2/base/hex.ts";

/** What an account becomes, as the interpreter lists it. */
export interface AccountChange {
  readonly address: Hex;
  /** Whether it goes; the rest means nothing then. */
  readonly deleted: boolean;
  readonly nonce: bigint;
  readonly balance: bigint;
  readonly codeHash: Hex;
  /** Keys and values of the slots that change, 32 bytes each; zero where a slot goes. */
  readonly slots: readonly (readonly [key: Hex, value: Hex])[];
}

/** An execution between two calls of L1 (`Machines.sol`). */
export type Machine =
  | {
      readonly kind: "runs";
      readonly left: bigint;
      /** Root of the tree of its pages. */
      readonly pages: Hex;
    }
  | {
      readonly kind: "commits";
      /** Operations that are left. */
      readonly left: bigint;
      readonly stateRoot: Hex;
      /** Operations done. */
      readonly done: number;
      readonly changes: readonly AccountChange[];
    };

/** Work left from which on the interpreter runs: no commit has so many operations (`Snapshot.sol`). */
export const COMMIT = 1n << 23n;

/** Bits of the work left below those of the gas that is left and one more. */
export const GAS_BITS = 24n;

/** The work that is left while code runs and has this much gas left. */
export const workOf = (gas: bigint): bigint => ((gas + 2n) << GAS_BITS) - 1n;

/** Whether a machine with this work left is paused before an instruction, and not within the end of a frame, or later. */
export const isBeforeInstruction = (left: bigint): boolean =>
  left >= workOf(0n) && (left + 1n) % (1n << GAS_BITS) === 0n;

const WORD = 32;

/** Reads how far a machine has come. */
export function readMachine(machine: Hex): Machine {
  if (word(machine, 0) === 0n) {
    return { kind: "runs", left: word(machine, WORD), pages: slice(machine, 2 * WORD, 3 * WORD) };
  }
  const changes = readChanges(slice(machine, 4 * WORD));
  const done = toNumber(word(machine, 3 * WORD));
  const operations = changes.reduce((sum, { deleted, slots }) => sum + (deleted ? 1 : slots.length + 1), 0);
  return {
    kind: "commits",
    left: BigInt(operations - done),
    stateRoot: slice(machine, 2 * WORD, 3 * WORD),
    done,
    changes,
  };
}

function readChanges(list: Hex): AccountChange[] {
  const words = (list.slice(2).match(/.{64}/g) ?? []).map((digits): Hex => `0x${digits}`);
  const changes: AccountChange[] = [];
  for (let at = 0; at < words.length;) {
    const [owner, deleted, nonce, balance, codeHash, count] = words.slice(at, at + 6) as [Hex, Hex, Hex, Hex, Hex, Hex];
    at += 6;
    const slots = Array.from({ length: toNumber(count) }, () => [words[at++] ?? "0x", words[at++] ?? "0x"] as const);
    changes.push({
      address: slice(owner, 12),
      deleted: toBigInt(deleted) !== 0n,
      nonce: toBigInt(nonce),
      balance: toBigInt(balance),
      codeHash,
      slots,
    });
  }
  return changes;
}

function slice(data: Hex, from: number, to?: number): Hex {
  return asHex(dataSlice(data, from, to));
}

function word(data: Hex, at: number): bigint {
  return toBigInt(dataSlice(data, at, at + WORD));
}
