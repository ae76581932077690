/** Transactions that go back and forth between more than a call of L1 can bring, for little gas. */
import { dataSlice, id } from "ethers";

import { MEMORY_LIMIT } from "../../l2/evm/memory-limit.ts";
import type { FuzzAccount, FuzzCase } from "../fuzz/case.ts";
import { ENTRY, account, call, contract, op, scene, transaction } from "./scenes.ts";
import { count, fill } from "./worst.ts";

const GAS_LIMIT = 8_000_000n;
const PAGE = 1_024;
const CODES = 12;
const SLOTS = 1_000;
/** Bytes of code that fit into a contract, behind a STOP. */
const FILLER = 24_500;

const names = Array.from({ length: CODES }, (_, index) => account(`code ${index}`));

/** Code as long as code may be, and like no other, that does nothing. */
function longCode(name: string): string {
  const words = Array.from({ length: Math.ceil(FILLER / 32) }, (_, index) => id(`${name} ${index}`).slice(2));
  return `STOP ${dataSlice(`0x${words.join("")}`, 0, FILLER)}`;
}

const longContracts = (): Record<string, FuzzAccount> =>
  Object.fromEntries(names.map((name) => [name, contract(longCode(name))]));

const run = (body: string, others: Record<string, FuzzAccount> = {}): FuzzCase =>
  scene({ [ENTRY]: contract(`${body} STOP`), ...others }, [transaction({ gasLimit: GAS_LIMIT })]);

/** Reads a byte of each of some codes, again and again. */
export const codes = (rounds: number): FuzzCase =>
  run(count("1", rounds, names.map((name) => op("EXTCODECOPY", name, 0, 1, 1)).join(" ")), longContracts());

/** Calls contracts in turn. */
export const callees = (rounds: number): FuzzCase =>
  run(count("1", rounds, names.map((to) => `${call("CALL", { to, gas: 100 })} POP`).join(" ")), longContracts());

/** Reads a word of each page of its memory, of its calldata, and of what was returned to it, again and again. */
export function pages(rounds: number): FuzzCase {
  const [reader, returner] = [account("reader"), account("returner")];
  const whole = [0, MEMORY_LIMIT] as const;
  const body = (at: number): string =>
    `${op("MLOAD", at)} POP ${op("CALLDATALOAD", at)} POP ${op("RETURNDATACOPY", at, at, 1)}`;
  const all = Array.from({ length: MEMORY_LIMIT / PAGE }, (_, page) => body(page * PAGE)).join(" ");
  const everything = { gas: "GAS", input: whole } as const;
  return run(`${fill("memory")} ${call("CALL", { to: reader, ...everything })}`, {
    [reader]: contract(
      `${fill("reader")} ${call("CALL", { to: returner, gas: 1_000_000 })} ${count("1", rounds, all)} STOP`,
    ),
    [returner]: contract(`${fill("returner")} ${op("RETURN", ...whole)}`),
  });
}

/** Code that writes transient slots that are far from one another, and reads them again and again. */
export const transientLoop = (rounds: number): string =>
  [
    count("1", SLOTS, "DUP1 DUP1 PUSH1 0xa0 SHL TSTORE"),
    count("2", rounds, count("3", SLOTS, "DUP1 PUSH1 0xa0 SHL TLOAD POP")),
  ].join(" ");

export const transient = (rounds: number): FuzzCase => run(transientLoop(rounds));

/** Reads slots of storage, again and again. */
export const storage = (rounds: number): FuzzCase => run(count("1", rounds, count("2", SLOTS, "DUP1 SLOAD POP")));
