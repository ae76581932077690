/** Transactions that are heavy as a whole; heaviest.ts has single instructions. */
import { id, toBeHex, zeroPadValue } from "ethers";

import { ACCESS_LIMIT, MAX_GAS_LIMIT, TRANSACTION_LIMIT } from "../../l2/protocol/config.ts";
import { MAX_CODE_BYTES, MAX_INIT_CODE_BYTES } from "../../l2/evm/fork.ts";
import { MEMORY_LIMIT } from "../../l2/evm/memory-limit.ts";
import type { FuzzCase, FuzzTransaction } from "../fuzz/case.ts";
import { ENTRY, account, call, contract, hex, op, scene, transaction, write } from "./scenes.ts";

const PAGE = 1024;
const [REVERTER, LEFT, RIGHT] = ["reverter", "left", "right"].map(account) as [string, string, string];

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

/** A transaction with all the gas there may be. */
const heavy = (fields: Partial<FuzzTransaction> = {}): FuzzTransaction =>
  transaction({ gasLimit: MAX_GAS_LIMIT, ...fields });

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
    write(1, op("KECCAK256", 0, MEMORY_LIMIT)),
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

/** All of them, each with what a step has to get through. */
export const WORST: readonly (readonly [title: string, make: () => FuzzCase])[] = [
  ["a frame that reverts after it wrote thousands of slots", undoing],
  ["slots that it reads and writes", slots],
  ["frames above one another, each with stack and memory", depth],
  ["a creation by a transaction with the longest init code and code", deployment],
  ["a creation by code that was copied from two accounts", creation],
  ["the longest access list of accounts", access],
  ["a transaction as large as it may be, with the longest access list", largest],
];
