/** One case for each opcode, and more where what it costs depends on what it finds. */
import { NEXT } from "./assemble.ts";

/** A program that executes an opcode once. */
export interface Case {
  readonly name: string;
  /** Leaves the stack as it was. What it has besides the opcode is taken off by its own figures. */
  readonly body: string;
  /** How many rounds of the loop are compared, the fewer and the more. */
  readonly rounds: readonly [number, number];
  /** How often the body stands in the loop. */
  readonly copies: number;
  /** What memory holds from 0x40 on. */
  readonly input: string;
  /** How many accounts, and how many slots of the contract that runs, the state has besides. */
  readonly crowd: number;
}

/** A contract that does nothing. */
export const IDLE = "0x2000";
/** Where accounts begin that have money and nothing else; slots begin at one. */
export const PLAIN = 0x1000;

const ROUNDS = [20, 120] as const;
const FEW = [4, 36] as const;

/** @param name What is measured: the opcode, and what more there is to say behind a comma. */
function one(name: string, body: string, parts: Partial<Case> = {}): Case {
  return { name, body, rounds: ROUNDS, copies: 8, input: "0x", crowd: 0, ...parts };
}

const nullary = (...names: string[]): Case[] => names.map((name) => one(name, `${name} POP`));
const unary = (...names: string[]): Case[] => names.map((name) => one(name, `DUP1 ${name} POP`));
const binary = (...names: string[]): Case[] => names.map((name) => one(name, `DUP2 DUP2 ${name} POP`));
const ternary = (...names: string[]): Case[] => names.map((name) => one(name, `DUP3 DUP3 DUP3 ${name} POP`));

/** One of a kind in each round: the number of the round makes the difference. */
const cold = (name: string, body: string): Case => one(name, body, { rounds: FEW, copies: 1, crowd: 256 });

const round = "PUSH0 MLOAD";
const word = "PUSH1 0x20 PUSH1 0x40";

function precompile(name: string, number: number, input: string, rounds: readonly [number, number] = FEW): Case {
  const size = `PUSH2 0x${((input.length - 2) / 2).toString(16).padStart(4, "0")}`;
  const to = `PUSH1 0x${number.toString(16).padStart(2, "0")}`;
  const body = `PUSH1 0x20 PUSH1 0x20 ${size} PUSH1 0x40 ${to} GAS STATICCALL POP`;
  return one(`STATICCALL, ${name}`, body, { rounds, copies: 1, input });
}

const bytes = (count: number): string => `0x${"5a".repeat(count)}`;
const number = (value: bigint): string => value.toString(16).padStart(64, "0");

/** Generators of alt_bn128; the point of the second group as the precompile reads it. */
const G1 = number(1n) + number(2n);
const G2 = [
  0x198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2n,
  0x1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6edn,
  0x090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975bn,
  0x12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daan,
]
  .map(number)
  .join("");
const MINUS_G1 = number(1n) + number(21888242871839275222246405745257275088696311157297823662689037894645226208581n);

/** Every case, by the class that its figure counts for; what others take off comes first. */
export const CLASSES: Readonly<Record<string, readonly Case[]>> = {
  stack: [
    // Nothing takes it off the stack again, which has room for 1,024.
    one("PUSH0", "PUSH0", { rounds: [10, 110] }),
    one("POP", "PUSH0 POP"),
    one("PUSH1", "PUSH1 0x5a POP"),
    one("PUSH2", "PUSH2 0x5a5a POP"),
    one("PUSH20", `PUSH20 ${bytes(20)} POP`),
    one("PUSH32", `PUSH32 ${bytes(32)} POP`),
    ...[1, 2, 3, 16].map((depth) => one(`DUP${depth}`, `DUP${depth} POP`)),
    ...[1, 2, 16].map((depth) => one(`SWAP${depth}`, `SWAP${depth}`)),
  ],
  arithmetic: [
    ...binary("ADD", "MUL", "SUB", "DIV", "SDIV", "MOD", "SMOD", "SIGNEXTEND"),
    ...ternary("ADDMOD", "MULMOD"),
    one("EXP, 1 byte", "PUSH1 0x5a DUP2 EXP POP"),
    one("EXP, 32 bytes", "DUP2 DUP2 EXP POP"),
  ],
  "comparison and bits": [
    ...binary("LT", "GT", "SLT", "SGT", "EQ", "AND", "OR", "XOR", "BYTE"),
    ...unary("ISZERO", "NOT"),
    ...["SHL", "SHR", "SAR"].map((name) => one(name, `DUP1 PUSH1 0x5a ${name} POP`)),
  ],
  jumps: [
    one("JUMPDEST", "JUMPDEST"),
    one("JUMP", `${NEXT} JUMP JUMPDEST`),
    one("JUMPI, taken", `PUSH1 0x01 ${NEXT} JUMPI JUMPDEST`),
    one("JUMPI, not taken", `PUSH0 ${NEXT} JUMPI JUMPDEST`),
    ...nullary("PC"),
  ],
  memory: [
    one("MLOAD", "PUSH0 MLOAD POP"),
    one("MSTORE", "DUP1 PUSH1 0x40 MSTORE"),
    one("MSTORE8", "DUP1 PUSH1 0x40 MSTORE8"),
    ...nullary("MSIZE"),
    one("MCOPY, 32 bytes", "PUSH1 0x20 PUSH1 0x40 PUSH1 0x60 MCOPY"),
    one("MCOPY, 1 KiB", "PUSH2 0x0400 PUSH1 0x40 PUSH1 0x60 MCOPY"),
  ],
  environment: [
    ...nullary("ADDRESS", "ORIGIN", "CALLER", "CALLVALUE", "CALLDATASIZE", "CODESIZE", "GASPRICE", "RETURNDATASIZE"),
    ...nullary("COINBASE", "TIMESTAMP", "NUMBER", "PREVRANDAO", "GASLIMIT", "CHAINID", "SELFBALANCE", "BASEFEE"),
    ...nullary("BLOBBASEFEE", "GAS"),
    one("BLOBHASH", "PUSH0 BLOBHASH POP"),
    one("BLOCKHASH", "PUSH2 0x03e7 BLOCKHASH POP"),
    one("CALLDATALOAD", "PUSH0 CALLDATALOAD POP"),
    one("CALLDATACOPY, 32 bytes", "PUSH1 0x20 PUSH0 PUSH1 0x40 CALLDATACOPY"),
    one("CODECOPY, 32 bytes", "PUSH1 0x20 PUSH0 PUSH1 0x40 CODECOPY"),
    one("BALANCE, warm", "ADDRESS BALANCE POP"),
    one("EXTCODESIZE, warm", "ADDRESS EXTCODESIZE POP"),
    one("EXTCODEHASH, warm", "ADDRESS EXTCODEHASH POP"),
    one("EXTCODECOPY, warm", "PUSH1 0x20 PUSH0 PUSH1 0x40 ADDRESS EXTCODECOPY"),
  ],
  "cold accounts": [cold("BALANCE, cold", `${round} PUSH2 0x${PLAIN.toString(16)} ADD BALANCE POP`)],
  "warm storage": [
    one("SLOAD, warm", "PUSH1 0x01 SLOAD POP"),
    one("SSTORE, warm", "DUP1 PUSH1 0x01 SSTORE"),
    one("TLOAD", "PUSH1 0x01 TLOAD POP"),
    one("TSTORE", "DUP1 PUSH1 0x01 TSTORE"),
  ],
  "cold storage": [
    cold("SLOAD, cold", `${round} SLOAD POP`),
    cold("SSTORE, changed", `${round} ${round} SSTORE`),
    cold("SSTORE, deleted", `PUSH0 ${round} SSTORE`),
    cold("SSTORE, added", `${round} ${round} NOT SSTORE`),
  ],
  keccak: [
    one("KECCAK256, 32 bytes", `${word} KECCAK256 POP`),
    one("KECCAK256, 1 KiB", "PUSH2 0x0400 PUSH1 0x40 KECCAK256 POP"),
  ],
  logs: [0, 1, 2, 3, 4].map((topics) => one(`LOG${topics}`, `${"PUSH0 ".repeat(topics)}${word} LOG${topics}`)),
  calls: [
    ...["CALL", "CALLCODE"].map((name) =>
      one(`${name}, warm`, `PUSH0 PUSH0 PUSH0 PUSH0 PUSH0 PUSH2 ${IDLE} GAS ${name} POP`, { copies: 1 }),
    ),
    ...["DELEGATECALL", "STATICCALL"].map((name) =>
      one(`${name}, warm`, `PUSH0 PUSH0 PUSH0 PUSH0 PUSH2 ${IDLE} GAS ${name} POP`, { copies: 1 }),
    ),
    one("CALL, with value", `PUSH0 PUSH0 PUSH0 PUSH0 PUSH1 0x01 PUSH2 ${IDLE} GAS CALL POP`, { copies: 1 }),
  ],
  creations: [
    cold("CREATE, empty", "PUSH0 PUSH0 PUSH0 CREATE POP"),
    cold("CREATE2, empty", `${round} PUSH0 PUSH0 PUSH0 CREATE2 POP`),
  ],
  precompiles: [
    precompile("ecrecover", 1, bytes(32) + number(27n) + bytes(32).slice(2) + bytes(32).slice(2)),
    precompile("sha256 of 32 bytes", 2, bytes(32)),
    precompile("ripemd160 of 32 bytes", 3, bytes(32)),
    precompile("identity of 32 bytes", 4, bytes(32)),
    precompile("modexp of 32 bytes", 5, `0x${number(32n).repeat(3)}${bytes(96).slice(2)}`),
    precompile("ecAdd", 6, `0x${G1}${G1}`),
    precompile("ecMul", 7, `0x${G1}${bytes(32).slice(2)}`),
    precompile("ecPairing of 2", 8, `0x${G1}${G2}${MINUS_G1}${G2}`),
    precompile("blake2f of 12 rounds", 9, `0x0000000c${bytes(208).slice(2)}01`),
  ],
};

/** Classes of which the project promises that the median opcode is cheap. */
export const SIMPLE = ["stack", "arithmetic", "comparison and bits", "jumps"];
