/** What a genesis is made from: a list of balances and a parameter file, with every fault named by file and cause. */
import { readFileSync } from "node:fs";

import { MaxUint256, getAddress, isAddress } from "ethers";

import { readPredeploys } from "../../agents/l1/predeploys.ts";
import { AgentError, messageOf } from "../../agents/runtime/errors.ts";
import type { ChainConfig } from "../../l2/protocol/config.ts";

/** A parameter file of `ignition/`: values by module. */
export type Parameters = Readonly<Record<string, unknown>> & { readonly Rollup: Readonly<Record<string, unknown>> };

/**
 * Reads balances in wei by address.
 *
 * @throws {AgentError} `CONFIG` naming the file and the account at fault, or balances that no L2 can hold.
 */
export function readBalances(file: string): ChainConfig["alloc"] {
  const { text, content } = readObject(file, "balances by address");
  refuseRepeated(text, file);
  const balances = Object.entries(content).map(([account, balance]): [string, bigint] => {
    if (!account.startsWith("0x") || !isAddress(account)) {
      throw fault(`${file} names ${account}; expected an address: 20 bytes in hexadecimal with a right checksum`);
    }
    const wei = whole(balance, `balance of ${account} in ${file}`);
    // The state has no empty accounts.
    if (wei === 0n) throw fault(`balance of ${account} in ${file} is zero; leave the account out`);
    return [getAddress(account), wei];
  });
  const sum = balances.reduce((total, [, balance]) => total + balance, 0n);
  if (sum > MaxUint256) throw fault(`balances in ${file} sum to ${sum} wei; expected at most 2^256 - 1`);
  return Object.fromEntries(balances);
}

/**
 * Reads the code of contracts that are there from the start, by address.
 *
 * @throws {AgentError} `CONFIG` naming the file and the entry at fault.
 */
export function readCode(file: string): NonNullable<ChainConfig["predeploys"]> {
  const { text, content } = readObject(file, "code by address");
  refuseRepeated(text, file);
  return readPredeploys(content, file);
}

/** JSON keeps only the last of several equal keys: they are found in the text. */
function refuseRepeated(text: string, file: string): void {
  const seen = new Set<string>();
  for (const [, account = ""] of text.matchAll(/"([^"]*)"\s*:/g)) {
    if (seen.has(account.toLowerCase())) throw fault(`${file} names ${account} twice`);
    seen.add(account.toLowerCase());
  }
}

/**
 * Reads a parameter file of `ignition/`.
 *
 * @throws {AgentError} `CONFIG` naming the file and what is wrong with it.
 */
export function readParameters(file: string): Parameters {
  const { content } = readObject(file, "parameters by module");
  if (!isObject(content["Rollup"])) throw fault(`${file} has no Rollup; expected a parameter file of ignition/`);
  return content as Parameters;
}

/** A constant of the L2. Ignition writes large numbers as strings that end in `n`. */
export function constantOf({ Rollup }: Parameters, name: string, file: string): bigint {
  const value = Rollup[name];
  return whole(typeof value === "string" ? value.replace(/n$/, "") : value, `Rollup.${name} in ${file}`);
}

function readObject(file: string, what: string): { text: string; content: Readonly<Record<string, unknown>> } {
  let text: string;
  let content: unknown;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw fault(`cannot read ${file}: ${messageOf(error)}`);
  }
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw fault(`${file} is not JSON: ${messageOf(error)}`);
  }
  if (!isObject(content)) throw fault(`${file} holds ${shown(content)}; expected one JSON object: ${what}`);
  return { text, content };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function whole(value: unknown, what: string): bigint {
  const valid = (typeof value === "number" && Number.isSafeInteger(value)) || typeof value === "string";
  if (valid && /^\d+$/.test(String(value))) return BigInt(value);
  throw fault(`${what} is ${shown(value)}; expected a whole number, written as a string if above 2^53`);
}

function shown(value: unknown): string {
  if (value === undefined) return "absent";
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function fault(message: string): AgentError {
  return new AgentError("CONFIG", message);
}
