import { readFileSync } from "node:fs";

import { Command, InvalidArgumentError, Option } from "commander";
import { formatEther, isAddress, isHexString, parseEther } from "ethers";

import { type Hex, asHash, isHex } from "../../l2/base/hex.ts";
import { AgentError, messageOf } from "../runtime/errors.ts";

/** How one setting is read. */
export interface Setting<T> {
  /** Name of the flag, in words joined by dashes; `l1-url` is also `METIS_L1_URL` and `l1Url` in a file. */
  name: string;
  description: string;
  /** Placeholder in the help; a setting without one is a switch. */
  value?: string;
  parse?: (text: string) => T;
  default?: T;
  /** The default as it would be written; its text if absent. */
  shown?: string;
  required?: boolean;
}

const required = new WeakSet<Option>();

/**
 * A command whose every setting is a flag, an environment variable (`METIS_…`) or an entry of the JSON file named by
 * `--config`. A flag outweighs the environment, which outweighs the file, which outweighs the default.
 */
export function agentCommand(name: string, description: string, settings: Setting<unknown>[]): Command {
  const command = new Command(name).description(description).allowExcessArguments(false);
  const config: Setting<string> = {
    name: "config",
    value: "file",
    description: "JSON file with settings, named as in --l1-url: l1Url",
  };
  for (const setting of [config, ...settings]) command.addOption(option(setting));
  return command.hook("preAction", (_, action) => {
    const file = action.getOptionValue("config") as string | undefined;
    if (file !== undefined) readConfig(action, file);
    for (const item of action.options) {
      if (required.has(item) && action.getOptionValue(item.attributeName()) === undefined) {
        throw new AgentError("CONFIG", `${item.long} is missing; it can also be set by ${item.envVar} or in --config`);
      }
    }
  });
}

function option(setting: Setting<unknown>): Option {
  const flags = setting.value === undefined ? `--${setting.name}` : `--${setting.name} <${setting.value}>`;
  const description = setting.required === true ? `${setting.description} (required)` : setting.description;
  const result = new Option(flags, description).env(`METIS_${setting.name.replaceAll("-", "_").toUpperCase()}`);
  if (setting.parse !== undefined) result.argParser(setting.parse);
  if (setting.default !== undefined) result.default(setting.default, setting.shown ?? shown(setting.default));
  if (setting.required === true) required.add(result);
  return result;
}

/** How a default reads; nothing where it reads as JSON. */
function shown(value: unknown): string | undefined {
  return typeof value === "bigint" || typeof value === "string" ? String(value) : undefined;
}

function readConfig(command: Command, file: string): void {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new AgentError("CONFIG", `cannot read --config ${file}: ${messageOf(error)}`);
  }
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    throw new AgentError("CONFIG", `--config ${file} must hold one JSON object`);
  }
  const options = new Map(command.options.map((item) => [item.attributeName(), item]));
  for (const [key, value] of Object.entries(content)) {
    const item = options.get(key);
    if (item === undefined) {
      throw new AgentError(
        "CONFIG",
        `--config ${file} has "${key}", which is none of: ${[...options.keys()].join(", ")}`,
      );
    }
    const source = command.getOptionValueSource(key);
    if (source !== undefined && source !== "default") continue;
    command.setOptionValueWithSource(key, fileValue(item, value, file), "config");
  }
}

function fileValue(item: Option, value: unknown, file: string): unknown {
  if (item.isBoolean()) {
    if (typeof value === "boolean") return value;
    throw new AgentError(
      "CONFIG",
      `"${item.attributeName()}" in ${file} is ${JSON.stringify(value)}; expected true or false`,
    );
  }
  if (typeof value !== "string" && typeof value !== "number") {
    throw new AgentError(
      "CONFIG",
      `"${item.attributeName()}" in ${file} is ${JSON.stringify(value)}; expected a string or a number`,
    );
  }
  try {
    return item.parseArg === undefined ? String(value) : (item.parseArg as (text: string) => unknown)(String(value));
  } catch (error) {
    throw new AgentError(
      "CONFIG",
      `"${item.attributeName()}" in ${file} is ${JSON.stringify(value)}. ${messageOf(error)}`,
    );
  }
}

/** Reads a whole number between two bounds. */
export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

/** Reads an HTTP address. */
export function url(text: string): string {
  try {
    const parsed = new URL(text);
    if (parsed.protocol === "http:" || parsed.protocol === "https:") return text.replace(/\/+$/, "");
  } catch {
    // Told below.
  }
  throw new InvalidArgumentError("Expected an address like http://127.0.0.1:8545.");
}

/** Reads HTTP addresses, separated by commas. */
export function urls(text: string): string[] {
  return text
    .split(",")
    .filter((part) => part !== "")
    .map((part) => url(part.trim()));
}

/** Reads an account. */
export function address(text: string): string {
  if (!isAddress(text)) throw new InvalidArgumentError("Expected a 20-byte address in hexadecimal.");
  return text;
}

/** Reads one of some words. */
export function oneOf<T extends string>(words: readonly T[]): (text: string) => T {
  return (text) => {
    const found = words.find((word) => word === text);
    if (found === undefined) throw new InvalidArgumentError(`Expected one of: ${words.join(", ")}.`);
    return found;
  };
}

/** Reads an amount in ether; gives wei. */
export function ether(text: string): bigint {
  try {
    const value = parseEther(text);
    if (value >= 0n) return value;
  } catch {
    // Told below.
  }
  throw new InvalidArgumentError(`Expected an amount in ether like ${formatEther(10n ** 17n)}.`);
}

/** Reads an amount in gwei; gives wei. */
export function gwei(text: string): bigint {
  if (!/^\d+(\.\d{1,9})?$/.test(text)) throw new InvalidArgumentError("Expected an amount in gwei like 30 or 1.5.");
  const [whole = "", fraction = ""] = text.split(".");
  return BigInt(whole + fraction.padEnd(9, "0"));
}

/** Reads a hash. */
export function hash(text: string): Hex {
  if (!isHex(text, 32)) throw new InvalidArgumentError("Expected a hash: 32 bytes in hexadecimal (0x…).");
  return asHash(text);
}

/** Reads bytes in hexadecimal, or the name of a file that holds them. */
export function bytes(text: string): string {
  let data = text;
  if (!isHexString(text, true)) {
    try {
      data = readFileSync(text, "utf8").trim();
    } catch {
      throw new InvalidArgumentError("Expected bytes in hexadecimal (0x…) or a file that holds them.");
    }
  }
  if (!isHexString(data, true)) throw new InvalidArgumentError("The file does not hold bytes in hexadecimal (0x…).");
  return data.toLowerCase();
}

/** Reads private keys, separated by commas. */
export function privateKeys(text: string): string[] {
  return text
    .split(",")
    .filter((part) => part !== "")
    .map((part) => privateKey(part.trim()));
}

/**
 * Reads a private key: 32 bytes in hexadecimal, or the name of a file that holds them (a key in a flag is seen by
 * every user of the machine). The text itself is never repeated.
 */
export function privateKey(text: string): string {
  let key = text;
  if (!isHexString(text, 32)) {
    try {
      key = readFileSync(text, "utf8").trim();
    } catch {
      throw new InvalidArgumentError("Expected 32 bytes in hexadecimal (0x…) or a file that holds them.");
    }
  }
  if (!isHexString(key, 32)) throw new InvalidArgumentError("The file does not hold 32 bytes in hexadecimal (0x…).");
  return key;
}
