/**
 * Every instruction that can be heavy, as heavy as the limits of the chain let it be, together with the largest of
 * everything else that a step of L1 may have to carry beside it: stack, memory, calldata, code, caller.
 */
import { concat, dataLength, dataSlice, id, toBeHex } from "ethers";

import { FALLIBLE_LIMIT, MODEXP_LIMIT } from "../../l2/evm/precompile-limits.ts";
import { MAX_GAS_LIMIT, TRANSACTION_LIMIT } from "../../l2/protocol/config.ts";
import { MAX_CODE_BYTES, MAX_INIT_CODE_BYTES } from "../../l2/evm/fork.ts";
import { MEMORY_LIMIT } from "../../l2/evm/memory-limit.ts";
import type { FuzzAccount, FuzzCase } from "../fuzz/case.ts";
import { ENTRY, account, call, contract, hex, op, scene, transaction, write } from "./scenes.ts";
import { fill, pile, rest } from "./worst.ts";

const [RUNNER, CALLEE, LONG, LEFT, RIGHT] = ["runner", "callee", "long", "left", "right"].map(account) as [
  string,
  string,
  string,
  string,
  string,
];

/** Items below those that instructions take. */
const ITEMS = 1_000;
/** A range that is as large as can be, and cuts every page. */
const ODD = [1, MEMORY_LIMIT - 1] as const;
const WHOLE = [0, MEMORY_LIMIT] as const;

/** An instruction, in a frame that has its stack and its memory full. */
interface Heavy {
  readonly name: string;
  /** Code in front of it, apart from it by more than a call of L1 can do. */
  readonly before?: string;
  /** The instruction with its operands. It leaves one item. */
  readonly code: string;
  readonly others?: Readonly<Record<string, FuzzAccount>>;
}

/** Stands for bytes of code that never run, each of which could be a PUSH1 that reaches the next one; every other one is. */
const FILLER = "0xf1";

/** Code of a length, by a filler where it has one, or else at its end. */
const padded = (code: string, length: number): string => {
  const whole = code.includes(FILLER) ? `${code} STOP` : `${code} STOP ${FILLER}`;
  const size = length - dataLength(hex(whole)) + 1;
  if (size < 0) throw new Error(`The code is ${-size} bytes longer than ${length}`);
  return whole.replace(FILLER, `0x${"60".repeat(size - (size % 2))}`);
};

const longest = (code: string): FuzzAccount => contract(padded(code, MAX_CODE_BYTES));

/** A callee whose stack and memory are full, and which ends with all of it. */
const ending = (end: "RETURN" | "REVERT"): FuzzAccount =>
  longest(`${pile(ITEMS)} ${fill("callee")} ${rest("end")} ${op(end, ...WHOLE)}`);

const all = { gas: 1_000_000, input: WHOLE, output: ODD } as const;
const length = (value: string): string => toBeHex(dataLength(value), 32);

/** A power that costs as much as it may: 2 · 128² units for each bit of its exponent after the first. */
function power(): string {
  const bits = MODEXP_LIMIT / (2n * 128n * 128n);
  const operands = [`0x${"fe".repeat(1024)}`, toBeHex(2n ** bits, 32), `0x${"fd".repeat(1024)}`];
  return concat([...operands.map(length), ...operands]);
}

/** Code that writes bytes to the start of memory, and nothing behind. */
function store(bytes: string): string {
  const words = bytes.slice(2).match(/.{1,64}/g) ?? [];
  return words
    .map((digits, index) =>
      digits.length === 64
        ? op("MSTORE", 32 * index, BigInt(`0x${digits}`))
        : (digits.match(/../g) ?? []).map((byte, at) => op("MSTORE8", 32 * index + at, BigInt(`0x${byte}`))).join(" "),
    )
    .join(" ");
}

const INIT_AT = MEMORY_LIMIT - MAX_INIT_CODE_BYTES - 1;
const initCode = op("MSTORE8", INIT_AT, 0);
/** Pairs of a pairing (EIP-197). */
const PAIRS_LIMIT = Number((FALLIBLE_LIMIT - 45_000n) / 34_000n);
const PAIRS_SIZE = 192 * PAIRS_LIMIT;
/** Pairs of a pairing on BLS12-381. */
const BLS_PAIRS_LIMIT = Number((FALLIBLE_LIMIT - 37_700n) / 32_600n);
const BLAKE_ROUNDS = 5_500_000;

/** The table: each instruction whose price on L1 grows with what it is given. */
const INSTRUCTIONS: readonly Heavy[] = [
  { name: "JUMP", code: `${op("JUMP", "PUSH2 @far")} ${FILLER} :far PUSH0` },
  { name: "KECCAK256", code: op("KECCAK256", ...WHOLE) },
  { name: "LOG4", code: `${op("LOG4", ...WHOLE, 1, 2, 3, 4)} PUSH0` },
  { name: "MCOPY", code: `${op("MCOPY", 1, 0, MEMORY_LIMIT - 1)} PUSH0` },
  { name: "CALLDATACOPY", code: `${op("CALLDATACOPY", 1, 0, MEMORY_LIMIT - 1)} PUSH0` },
  { name: "CODECOPY", code: `${op("CODECOPY", 1, 0, MEMORY_LIMIT - 1)} PUSH0` },
  {
    name: "EXTCODECOPY",
    code: `${op("EXTCODECOPY", LONG, 1, 0, MEMORY_LIMIT - 1)} PUSH0`,
    others: { [LONG]: longest(`STOP PUSH32 ${id("long")}`) },
  },
  { name: "EXTCODESIZE", code: op("EXTCODESIZE", LONG), others: { [LONG]: longest(`STOP PUSH32 ${id("long")}`) } },
  {
    name: "RETURNDATACOPY",
    before: `${call("CALL", { to: CALLEE, gas: 1_000_000 })} POP`,
    code: `${op("RETURNDATACOPY", 1, 0, MEMORY_LIMIT - 1)} PUSH0`,
    others: { [CALLEE]: ending("RETURN") },
  },
  { name: "CREATE", before: initCode, code: op("CREATE", 0, INIT_AT, MAX_INIT_CODE_BYTES) },
  { name: "CREATE2", before: initCode, code: op("CREATE2", 0, INIT_AT, MAX_INIT_CODE_BYTES, 1) },
  {
    name: "CALL",
    code: call("CALL", { ...all, to: LONG }),
    others: { [LONG]: longest(`STOP PUSH32 ${id("long")}`) },
  },
  { name: "RETURN", code: call("CALL", { ...all, to: CALLEE }), others: { [CALLEE]: ending("RETURN") } },
  { name: "REVERT", code: call("DELEGATECALL", { ...all, to: CALLEE }), others: { [CALLEE]: ending("REVERT") } },
  { name: "SLOAD", code: op("SLOAD", 1) },
  { name: "SSTORE", code: `${write(1, 1)} PUSH0` },
  { name: "BALANCE", code: op("BALANCE", account("bystander 0")) },
  { name: "SHA-256", code: call("STATICCALL", { ...all, to: 2 }) },
  { name: "RIPEMD-160", code: call("STATICCALL", { ...all, to: 3 }) },
  { name: "the identity", code: call("STATICCALL", { ...all, to: 4 }) },
  { name: "MODEXP", before: store(power()), code: call("STATICCALL", { ...all, to: 5, gas: Number(MODEXP_LIMIT) }) },
  {
    name: "a pairing on BLS12-381 that is refused",
    code: call("STATICCALL", {
      to: 15,
      gas: Number(FALLIBLE_LIMIT),
      input: [0, 384 * BLS_PAIRS_LIMIT],
      output: [MEMORY_LIMIT - 33, 32],
    }),
  },
  {
    name: "a pairing that is refused",
    code: call("STATICCALL", {
      to: 8,
      gas: 45_000 + 34_000 * PAIRS_LIMIT,
      input: [0, PAIRS_SIZE],
      output: [MEMORY_LIMIT - 33, 32],
    }),
  },
  {
    name: "BLAKE2F",
    before: store(concat([toBeHex(BLAKE_ROUNDS, 4), `0x${"5a".repeat(208)}`, "0x01"])),
    code: call("STATICCALL", { to: 9, gas: BLAKE_ROUNDS, input: [0, 213], output: [MEMORY_LIMIT - 65, 64] }),
  },
];

/** What a frame runs: the instruction apart from what comes before and after it, whose results go into storage. */
function program({ before, code }: Heavy): string {
  const first = [pile(ITEMS), fill("runner"), ...(before === undefined ? [] : [before])];
  return [...first, rest("before"), write(0, code), rest("after"), write(2, op("KECCAK256", ...WHOLE))].join(" ");
}

/** In a contract as long as code may be, called with all of the memory of a caller that gets as much back. */
function called(heavy: Heavy): FuzzCase {
  const entry = [
    pile(ITEMS),
    fill("entry"),
    write(0, call("CALL", { gas: "GAS", to: RUNNER, input: WHOLE, output: ODD })),
    write(1, op("KECCAK256", ...WHOLE)),
  ].join(" ");
  const data = [`0x${"a5".repeat(TRANSACTION_LIMIT - 110)}`];
  return scene({ [ENTRY]: longest(entry), [RUNNER]: longest(program(heavy)), ...heavy.others }, [
    transaction({ gasLimit: MAX_GAS_LIMIT, data }),
  ]);
}

/** In init code as long as it may be, which comes from the codes of two accounts. */
function created(heavy: Heavy): FuzzCase {
  const code = hex(padded(program(heavy), MAX_INIT_CODE_BYTES));
  const entry = [
    pile(ITEMS),
    op("EXTCODECOPY", LEFT, 0, 0, MAX_CODE_BYTES),
    op("EXTCODECOPY", RIGHT, MAX_CODE_BYTES, 0, MAX_CODE_BYTES),
    write(0, op("CREATE", 0, 0, MAX_INIT_CODE_BYTES)),
  ].join(" ");
  return scene(
    {
      [ENTRY]: longest(entry),
      [LEFT]: contract(dataSlice(code, 0, MAX_CODE_BYTES)),
      [RIGHT]: contract(dataSlice(code, MAX_CODE_BYTES)),
      ...heavy.others,
    },
    [transaction({ gasLimit: MAX_GAS_LIMIT })],
  );
}

/** All combinations, by title. */
export const HEAVIEST: ReadonlyMap<string, () => FuzzCase> = new Map(
  INSTRUCTIONS.flatMap((heavy) => [
    [`${heavy.name} in the longest contract`, () => called(heavy)] as const,
    [`${heavy.name} in the longest init code`, () => created(heavy)] as const,
  ]),
);
