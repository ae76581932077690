/** Transactions that make single instructions as heavy as the limits of the chain let them be. */
import { concat, dataLength, dataSlice, id, toBeHex, zeroPadValue } from "ethers";

import { EFFORT_LIMIT, effortOf } from "../../l2/evm/effort.ts";
import { ACCESS_LIMIT, MAX_GAS_LIMIT, TRANSACTION_LIMIT } from "../../l2/protocol/config.ts";
import { MAX_CODE_BYTES, MAX_INIT_CODE_BYTES } from "../../l2/evm/fork.ts";
import { MEMORY_LIMIT } from "../../l2/evm/memory-limit.ts";
import { fromHex } from "../../l2/base/hex.ts";
import { PAIRS_LIMIT } from "../../l2/evm/pairing.ts";
import type { FuzzCase, FuzzTransaction } from "../fuzz/case.ts";
import { ENTRY, account, call, contract, hex, op, scene, transaction, write } from "./scenes.ts";

const PAGE = 1024;
const HALF = MEMORY_LIMIT / 2;
const [CALLEE, REVERTER, LEFT, RIGHT] = ["callee", "reverter", "left", "right"].map(account) as [
  string,
  string,
  string,
  string,
];

const word = (name: string): bigint => BigInt(id(name));

/** Code that leaves items on the stack, none of whose bytes is zero. */
export const pile = (items: number): string => `PUSH32 0x${"5a".repeat(32)} ${"DUP1 NOT ".repeat(items - 1)}`;

/** Code that runs a body as often as it takes to count from zero to an end; the count is on top of the stack. */
export function count(label: string, end: number, body: string, distance = 1): string {
  return `PUSH0 :${label} ${body} ${op("ADD", distance)} ${op("GT", end, "DUP1")} PUSH2 @${label} JUMPI POP`;
}

/**
 * Code that takes more gas of L1 than a transaction of L1 may have, and touches nothing: what the instruction behind it
 * needs has to come with a witness again.
 */
export const rest = (label: string): string => count(label, 9_000, "DUP1 POP");

/** Code with a rest after each part. */
const apart = (parts: readonly string[]): string =>
  parts.map((part, index) => `${part} ${rest(`rest${index}`)}`).join(" ");

/** Code that fills memory, all that a frame may have where nothing else is said: no page is like another one, and no byte of many is zero. */
export function fill(name: string, limit = MEMORY_LIMIT): string {
  const sizes = Array.from({ length: Math.log2(limit / 32) }, (_, index) => 32 * 2 ** index);
  return [
    op("MSTORE", 0, word(name)),
    ...sizes.map((size) => op("MCOPY", size, 0, size)),
    count(name, limit, "DUP1 NOT DUP2 MSTORE", PAGE),
  ].join(" ");
}

/** Code that keeps the hash of all memory. */
const keep = (slot: number): string => write(slot, op("KECCAK256", 0, MEMORY_LIMIT));

/** A transaction with all the gas there may be. */
const heavy = (fields: Partial<FuzzTransaction> = {}): FuzzTransaction =>
  transaction({ gasLimit: MAX_GAS_LIMIT, ...fields });

/** Hashes, copies and logs of all memory below a high stack. */
function memory(): FuzzCase {
  const entry = [
    pile(1_000),
    fill("memory"),
    keep(0),
    op("MCOPY", HALF, 0, HALF),
    op("MCOPY", 1, 0, MEMORY_LIMIT - 1),
    op("LOG4", 0, MEMORY_LIMIT, 1, 2, 3, 4),
    keep(1),
    op("CALLDATACOPY", 0, 0, MEMORY_LIMIT),
    op("CODECOPY", 5, 0, MEMORY_LIMIT - 5),
    keep(2),
  ];
  return scene({ [ENTRY]: contract(apart(entry)) }, [heavy()]);
}

/** What calls give and take, as large as memory, and at places that cut every page. */
function results(): FuzzCase {
  const all = MEMORY_LIMIT - 1;
  const fields = { gas: 1_500_000, input: [0, MEMORY_LIMIT], output: [1, all] } as const;
  const entry = [
    pile(1_000),
    fill("results"),
    write(0, call("CALL", { to: CALLEE, ...fields })),
    `${op("RETURNDATACOPY", 0, 1, all)} ${keep(1)}`,
    write(2, call("CALL", { to: REVERTER, ...fields })),
    `${op("RETURNDATACOPY", 0, 0, MEMORY_LIMIT)} ${keep(3)}`,
  ];
  const callee = [pile(1_000), fill("callee"), op("CALLDATACOPY", 1, 0, all), op("RETURN", 0, MEMORY_LIMIT)];
  const reverter = [pile(1_000), fill("reverter"), rest("reverted"), op("REVERT", 0, MEMORY_LIMIT)];
  return scene(
    {
      [ENTRY]: contract(apart(entry)),
      [CALLEE]: contract(`${apart(callee.slice(0, -1))} ${callee.at(-1)}`),
      [REVERTER]: contract(reverter.join(" ")),
    },
    [heavy()],
  );
}

/** Slots of both kinds that a frame writes before it reverts, all of which are undone. */
function undoing(): FuzzCase {
  const transient = 4_000;
  const reverter = [
    count("1", transient, `DUP1 DUP1 NOT SWAP1 TSTORE`),
    count("2", transient / 100, `DUP1 DUP1 NOT SWAP1 SSTORE`),
    op("REVERT", 0, 0),
  ];
  const entry = [
    write(0, call("CALL", { to: REVERTER, gas: MAX_GAS_LIMIT })),
    op("TLOAD", 7),
    write(1, op("TLOAD", 7)),
  ];
  return scene({ [ENTRY]: contract(entry.join(" ")), [REVERTER]: contract(reverter.join(" ")) }, [heavy()]);
}

const slot = (number: number): string => zeroPadValue(toBeHex(number), 32);

/** Slots, all of them there before. */
const storage = (size: number): Record<string, bigint> =>
  Object.fromEntries(Array.from({ length: size }, (_, index) => [slot(index), word(`slot ${index}`)]));

/** Slots that are read, and as many that change as gas allows. */
function slots(): FuzzCase {
  const changed = 150;
  const entry = [count("1", changed / 2, "DUP1 SLOAD POP", 1), count("2", changed, "DUP1 DUP1 NOT SWAP1 SSTORE", 1)];
  return scene({ [ENTRY]: contract(apart(entry), { storage: storage(changed + 100) }) }, [heavy()]);
}

/** Code that reads calldata after a rest, and writes after another one. */
const reader = contract(`${rest("1")} ${op("CALLDATALOAD", 5)} ${rest("2")} PUSH0 SSTORE`);

/** An access list with as many accounts as it may have. */
function access(): FuzzCase {
  const accessList = Array.from({ length: ACCESS_LIMIT }, (_, index) => [account(`account ${index}`), []] as const);
  return scene({ [ENTRY]: reader }, [heavy({ accessList })]);
}

/** A transaction as large as it may be, with as many slots in its access list as there may be. */
function largest(): FuzzCase {
  const keys = Array.from({ length: ACCESS_LIMIT - 1 }, (_, index) => id(`key ${index}`));
  // Beside calldata and 33 bytes for each key, all fields together take less than 200 bytes.
  const data = `0x${"a5".repeat(TRANSACTION_LIMIT - 33 * keys.length - 200)}`;
  return scene({ [ENTRY]: reader }, [heavy({ data: [data], accessList: [[ENTRY, keys]] })]);
}

/** Frames above one another, each with a stack and memory. */
function depth(): FuzzCase {
  const gasLimit = 2_000_000n;
  const self = [
    pile(60),
    `${op("LT", 400_000, "GAS")} PUSH2 @deeper JUMPI`,
    rest("bottom"),
    `${op("RETURN", 0, 200)} :deeper`,
    op("MSTORE", 0, "GAS"),
    op("MSTORE", 992, "GAS"),
    call("CALL", { to: "ADDRESS", gas: "GAS", input: [0, 1024], output: [500, 100] }),
    op("RETURN", 400, 200),
  ];
  return scene({ [ENTRY]: contract(self.join(" ")) }, [heavy({ gasLimit })]);
}

/** Init code that jumps over data which looks like a PUSH, and leaves code. */
function initCode(name: string): string {
  const filler = (size: number): string => `0x${"5b".repeat(size)}`;
  const start = op("JUMP", "PUSH2 @1");
  const end = `0x607f :1 ${op("CODECOPY", 0, 64, MAX_CODE_BYTES)} ${rest("copied")} ${op("RETURN", 0, MAX_CODE_BYTES)}`;
  const size = 4 + 33 + (hex(end).length - 2) / 2;
  return `${start} PUSH32 ${id(name)} ${filler(MAX_INIT_CODE_BYTES - size)} ${end}`;
}

/** A creation by a transaction. */
function deployment(): FuzzCase {
  return scene({}, [heavy({ to: "0x", data: [initCode("init code")] })]);
}

/** A creation by code, whose init code comes from that of two accounts. */
function creation(): FuzzCase {
  const entry = [
    pile(1_000),
    fill("creation"),
    op("EXTCODECOPY", LEFT, MEMORY_LIMIT - MAX_INIT_CODE_BYTES, 0, MAX_CODE_BYTES),
    op("EXTCODECOPY", RIGHT, MEMORY_LIMIT - MAX_CODE_BYTES, 0, MAX_CODE_BYTES),
    write(0, op("CREATE2", 0, MEMORY_LIMIT - MAX_INIT_CODE_BYTES, MAX_INIT_CODE_BYTES, 1)),
    keep(1),
  ];
  return scene(
    {
      [ENTRY]: contract(apart(entry)),
      [LEFT]: contract(`${op("JUMP", "PUSH2 0xbfc0")} PUSH32 ${id("left")} 0x${"5b".repeat(MAX_CODE_BYTES - 37)}`),
      [RIGHT]: contract(
        `0x${"5b".repeat(MAX_CODE_BYTES - 66)} 0x607f 0x5b ${op("CODECOPY", 0, 64, MAX_CODE_BYTES)} ` +
          `${op("RETURN", 0, MAX_CODE_BYTES)} 0x${"5b".repeat(100)}`,
      ),
    },
    [heavy()],
  );
}

const length = (value: string): string => toBeHex(dataLength(value), 32);

/** A power that takes L1 as much as it may. */
function power(): string {
  const make = (size: number): string => {
    const operands = ["0x03", `0x${"ff".repeat(size)}`, `0x${"fd".repeat(256)}`];
    return concat([...operands.map(length), ...operands]);
  };
  let size = 1;
  while (effortOf(fromHex(make(size + 1))) <= EFFORT_LIMIT) size++;
  return make(size);
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

/** A precompile at its limit: code that stores its input, how often JUMPDESTs keep it apart, and a call. */
interface HeavyCall {
  readonly prepare: string;
  readonly rounds: number;
  readonly calling: string;
}

/** MODEXP with an input as large as memory. */
const MODEXP: HeavyCall = {
  prepare: `${fill("modexp")} ${store(power())}`,
  rounds: 8,
  calling: call("STATICCALL", { to: 5, gas: 4_000_000, input: [0, MEMORY_LIMIT], output: [1, 256] }),
};

const PAIRS_SIZE = 192 * PAIRS_LIMIT;

/** As many pairs as there may be; that one is not valid is found out by all the gas that they may take. */
const PAIRING: HeavyCall = {
  prepare: fill("pairing", 2 ** Math.ceil(Math.log2(PAIRS_SIZE))),
  rounds: 2,
  calling: call("STATICCALL", { to: 8, gas: 45_000 + 34_000 * PAIRS_LIMIT, input: [0, PAIRS_SIZE], output: [0, 32] }),
};

/**
 * Code of a length that calls below a high stack, after L1 had to pause, and before it has to. JUMPDESTs see to that:
 * nothing else takes so little gas of the L2 for that of L1, and a pairing leaves next to none.
 */
function surrounded({ prepare, rounds, calling }: HeavyCall, length: number): string {
  const make = (size: number): string => {
    const jumpdests = `0x${"5b".repeat(size)}`;
    return [
      `${pile(1_000)} ${prepare} ${count("before", rounds, jumpdests)} ${write(0, calling)}`,
      `${count("after", 4, jumpdests)} ${write(1, op("MLOAD", 1))}`,
    ].join(" ");
  };
  return make((length - dataLength(hex(make(0)))) >> 1);
}

/** A transaction of nearly so many bytes: all but its calldata takes 110 at most. */
const sized = (size: number): FuzzTransaction => heavy({ data: [`0x${"a5".repeat(size - 110)}`] });

/** A call by a contract as long as code may be. */
const called = (heavyCall: HeavyCall, size: number): FuzzCase =>
  scene({ [ENTRY]: contract(surrounded(heavyCall, MAX_CODE_BYTES)) }, [sized(size)]);

/** A call by init code as long as it may be, in the largest transaction. */
function created(heavyCall: HeavyCall): FuzzCase {
  const code = hex(surrounded(heavyCall, MAX_INIT_CODE_BYTES));
  const halves = [dataSlice(code, 0, MAX_CODE_BYTES), dataSlice(code, MAX_CODE_BYTES)] as const;
  const entry = [
    op("EXTCODECOPY", LEFT, 0, 0, MAX_CODE_BYTES),
    op("EXTCODECOPY", RIGHT, MAX_CODE_BYTES, 0, MAX_CODE_BYTES),
    op("CREATE", 0, 0, MAX_INIT_CODE_BYTES),
  ];
  return scene(
    {
      [ENTRY]: contract(entry.join(" ")),
      [LEFT]: contract(halves[0]),
      [RIGHT]: contract(halves[1]),
    },
    [sized(TRANSACTION_LIMIT)],
  );
}

/** Hashes and a copy by precompiles, with an input as large as memory. */
function hashes(): FuzzCase {
  const fields = { gas: 1_000_000, input: [0, MEMORY_LIMIT], output: [1, MEMORY_LIMIT - 1] } as const;
  const entry = [
    pile(1_000),
    fill("hashes"),
    ...[2, 3, 4].map((to) => write(to, call("STATICCALL", { to, ...fields }))),
    keep(1),
  ];
  return scene({ [ENTRY]: contract(apart(entry)) }, [heavy()]);
}

/** As many rounds as gas pays for. */
function blake(): FuzzCase {
  const rounds = 7_000_000;
  const entry = [
    `${pile(1_000)} ${op("MSTORE", 0, BigInt(rounds) << 224n)} ${op("MSTORE8", 212, 1)}`,
    write(0, call("STATICCALL", { to: 9, gas: rounds, input: [0, 213], output: [0, 64] })),
    write(1, op("KECCAK256", 0, 213)),
  ];
  return scene({ [ENTRY]: contract(apart(entry)) }, [heavy()]);
}

/** All of them, each with what a step has to get through. */
export const WORST: readonly (readonly [title: string, make: () => FuzzCase])[] = [
  ["hashes, copies and logs of all memory", memory],
  ["what calls take and give, as large as memory", results],
  ["a frame that reverts after it wrote thousands of slots", undoing],
  ["slots that it reads and writes", slots],
  ["frames above one another, each with stack and memory", depth],
  ["a creation by a transaction with the longest init code and code", deployment],
  ["a creation by code that was copied from two accounts", creation],
  ["precompiles that hash and copy all memory", hashes],
  ["as many rounds of BLAKE2F as gas pays for", blake],
  ["the longest access list of accounts", access],
  ["a transaction as large as it may be, with the longest access list", largest],
];

const SIZES = [76_800, TRANSACTION_LIMIT];

/** The heaviest calls of precompiles, with all else that a step may have to carry. */
export const HEAVY_CALLS: typeof WORST = (
  [
    ["MODEXP at its limit, with an input as large as memory,", MODEXP],
    ["a pairing of as many pairs as there may be, which is refused,", PAIRING],
  ] as const
).flatMap(([title, heavyCall]) => [
  ...SIZES.map((size) => [`${title} in a transaction of ${size} bytes`, () => called(heavyCall, size)] as const),
  [`${title} by the longest init code`, () => created(heavyCall)] as const,
]);
