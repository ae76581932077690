/** Inputs of precompiles that they accept, or nearly. */
import { keccak256, sha256, toBeHex } from "ethers";

import { CURVE_ORDER } from "../../testkit/execution/transactions.ts";
import { user } from "./case.ts";
import type { Dice } from "./dice.ts";

const word = (value: bigint): string => toBeHex(value, 32).slice(2);

/** The field of the pairing's curve, and points of its two groups. */
const FIELD = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47n;
const GROUP_ORDER = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001n;
const G1: readonly string[] = [
  word(1n) + word(2n),
  word(1n) + word(FIELD - 2n),
  word(0x030644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd3n) +
    word(0x15ed738c0e0a7c92e7845f96b2ae9c0a68a6a449e3538fc7ff3ebf7a5a18a2c4n),
  word(0n) + word(0n),
];
const G2: readonly string[] = [
  "198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2" +
    "1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed" +
    "090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b" +
    "12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa",
  word(0n).repeat(4),
];

/** The point at infinity: commitment to, and proof for, the polynomial that is zero. */
const INFINITY = `c0${"00".repeat(47)}`;

type Generator = (dice: Dice) => string;

const bytes: Generator = (dice) => dice.hex(dice.pick([0, 1, 31, 32, 33, 64, dice.below(200)]));

function signature(dice: Dice): string {
  const digest = keccak256(`0x${dice.hex(4)}`);
  const { r, s, v } = user(dice.pick(["ann", "bob"])).key.sign(digest);
  const high = dice.oneIn(6);
  const parts = [
    digest.slice(2),
    word(BigInt(high ? 55 - v : v)),
    r.slice(2),
    high ? word(CURVE_ORDER - BigInt(s)) : s.slice(2),
  ];
  return parts.join("");
}

function modularExponentiation(dice: Dice): string {
  const sizes = Array.from({ length: 3 }, () => dice.pick([0, 1, 2, 31, 32, 33, dice.below(70)]));
  const operands = sizes.map((size) => (dice.oneIn(4) ? "00".repeat(size) : dice.hex(size)));
  if (dice.oneIn(12))
    return sizes.map((size) => word(dice.oneIn(2) ? dice.word() : BigInt(size))).join("") + operands.join("");
  return sizes.map((size) => word(BigInt(size))).join("") + operands.join("");
}

function blake(dice: Dice): string {
  const rounds = dice.pick([0, 1, 2, 12, dice.below(40)]);
  const final = dice.pick(["00", "01", "01", "02"]);
  return rounds.toString(16).padStart(8, "0") + dice.hex(64) + dice.hex(128) + dice.hex(16) + final;
}

function pairing(dice: Dice): string {
  const pair = (): string => dice.pick(G1) + dice.pick(G2);
  return dice.oneIn(2) ? G1[0]! + G2[0]! + G1[1]! + G2[0]! : Array.from({ length: dice.below(3) }, pair).join("");
}

function evaluation(dice: Dice): string {
  const versioned = `01${sha256(`0x${INFINITY}`).slice(4)}`;
  return versioned + word(dice.bits(31)) + word(0n) + INFINITY + INFINITY;
}

const GENERATORS: readonly Generator[] = [
  signature,
  bytes,
  bytes,
  bytes,
  modularExponentiation,
  (dice) => dice.pick(G1) + dice.pick(G1),
  (dice) => dice.pick(G1) + word(dice.pick([dice.word(), GROUP_ORDER, GROUP_ORDER - 1n])),
  pairing,
  blake,
  evaluation,
];

/** Hexadecimal input for the precompile at an address from 1 to 10; now and then one that is not quite right. */
export function precompileInput(dice: Dice, address: number): string {
  const input = GENERATORS[address - 1]!(dice);
  if (input === "") return input;
  return dice.weighted<() => string>([
    [6, () => input],
    [1, () => input.slice(0, 2 * dice.below(input.length / 2))],
    [1, () => input + dice.hex(1 + dice.below(40))],
    [1, () => flip(dice, input)],
  ])();
}

function flip(dice: Dice, input: string): string {
  const at = 2 * dice.below(input.length / 2);
  return input.slice(0, at) + dice.hex(1) + input.slice(at + 2);
}
