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
  if (dice.oneIn(20)) sizes[dice.below(3)] = 1023 + dice.below(3);
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

/** Points of BLS12-381: the generators of both groups, and infinity. */
const pad = (digits: string): string => digits.padStart(128, "0");
const BLS_G1: readonly string[] = [
  pad("17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb") +
    pad("08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1"),
  "00".repeat(128),
];
const BLS_G2: readonly string[] = [
  pad("024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8") +
    pad("13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e") +
    pad("0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801") +
    pad("0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be"),
  "00".repeat(256),
];

/** One to three of what a generator makes. */
const some =
  (one: Generator): Generator =>
  (dice) =>
    Array.from({ length: 1 + dice.below(3) }, () => one(dice)).join("");

const element: Generator = (dice) => pad(dice.hex(dice.pick([1, 47])));

/** A signature on P-256 that is valid: digest, r, s and the key. */
const P256_SIGNATURE = [
  "f53c09ca39717a45c62d9aca8f8113eddbfd5f81dcab0b33b1c1834075225e68",
  "abac73d483888be280d4677357c3346075fea09bc9f1b6e0f433cb3a45382f9f",
  "bd1ce8e08c06f357c61e91b2ca1203694bcfd82d883131e6c67e8f12f31eaea8",
  "a1d0d9537a74ceb1de8813835bd09d6f9f7190cb8657cb91b2e3a278d72b0b18",
  "ccd74221056ae23d14a5717399c89881c8648daf9876349b09a9908033fc88de",
].join("");

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
  (dice) => dice.pick(BLS_G1) + dice.pick(BLS_G1),
  some((dice) => dice.pick(BLS_G1) + word(dice.word())),
  (dice) => dice.pick(BLS_G2) + dice.pick(BLS_G2),
  some((dice) => dice.pick(BLS_G2) + word(dice.word())),
  some((dice) => dice.pick(BLS_G1) + dice.pick(BLS_G2)),
  element,
  (dice) => element(dice) + element(dice),
];

/** Hexadecimal input for the precompile at an address from 1 to 17, or at 0x100; now and then one that is not quite right. */
export function precompileInput(dice: Dice, address: number): string {
  const input = address === 0x100 ? P256_SIGNATURE : GENERATORS[address - 1]!(dice);
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
