import { homedir } from "node:os";
import { join } from "node:path";
import { formatUnits } from "ethers";

import { gwei, integer, oneOf, privateKey, url, type Setting } from "./flags.ts";
import { DEFAULT_FOLLOWER_OPTIONS } from "../l1/defaults.ts";
import { LOG_LEVELS } from "../runtime/logger.ts";
import { DEFAULT_STEP_GAS } from "../execution/defaults.ts";
import { DEFAULT_TRANSACTION_OPTIONS, L1_TRANSACTION_GAS } from "../l1/defaults.ts";

/** Settings of every agent that runs until it is stopped. */
export interface DaemonSettings {
  dataDir: string;
  logLevel: string;
  healthHost: string;
  healthPort?: number;
  interval: number;
}

export const DAEMON_SETTINGS: Setting<unknown>[] = [
  {
    name: "data-dir",
    value: "directory",
    description: "where the agent keeps what it has to remember",
    default: join(homedir(), ".metis"),
    shown: "~/.metis",
  },
  { name: "log-level", value: "level", description: LOG_LEVELS.join(", "), parse: oneOf(LOG_LEVELS), default: "info" },
  { name: "health-host", value: "host", description: "address for /healthz and /metrics", default: "127.0.0.1" },
  { name: "health-port", value: "port", description: "port for them; none if absent", parse: integer(0, 65_535) },
  { name: "interval", value: "ms", description: "pause between rounds", parse: integer(10), default: 4_000 },
];

/** Settings of every agent that reads L1. */
export interface L1Settings {
  l1Url: string;
  deployment: string;
  depth: number;
  logChunk: number;
}

export const L1_SETTINGS: Setting<unknown>[] = [
  { name: "l1-url", value: "url", description: "JSON-RPC endpoint of L1", parse: url, required: true },
  {
    name: "deployment",
    value: "file",
    description: "addresses on L1: Ignition's deployed_addresses.json",
    required: true,
  },
  {
    name: "depth",
    value: "blocks",
    description: "blocks that must lie on top of an L1 block before it is read",
    parse: integer(0, 1_000),
    default: DEFAULT_FOLLOWER_OPTIONS.depth,
  },
  {
    name: "log-chunk",
    value: "blocks",
    description: "blocks in one eth_getLogs call",
    parse: integer(1, 1_000_000),
    default: DEFAULT_FOLLOWER_OPTIONS.chunk,
  },
];

/** Settings of every agent that sends to L1. */
export interface SenderSettings {
  key: string;
  confirmations: number;
  resubmitAfter: number;
  pollInterval: number;
  maxFeePerGas: bigint;
}

export const SENDER_SETTINGS: Setting<unknown>[] = [
  {
    name: "key",
    value: "key",
    description: "private key that signs and pays on L1: a file that holds it, or the key itself",
    parse: privateKey,
    required: true,
  },
  {
    name: "confirmations",
    value: "blocks",
    description: "blocks that a transaction must have",
    parse: integer(1, 1_000),
    default: DEFAULT_TRANSACTION_OPTIONS.confirmations,
  },
  {
    name: "resubmit-after",
    value: "ms",
    description: "time without inclusion after which the fee is raised",
    parse: integer(100),
    default: DEFAULT_TRANSACTION_OPTIONS.resubmitAfter,
  },
  {
    name: "poll-interval",
    value: "ms",
    description: "pause between looks for a receipt",
    parse: integer(10),
    default: DEFAULT_TRANSACTION_OPTIONS.pollInterval,
  },
  {
    name: "max-fee-per-gas",
    value: "gwei",
    description: "most that is offered per gas",
    parse: gwei,
    default: DEFAULT_TRANSACTION_OPTIONS.maxFeePerGas,
    shown: formatUnits(DEFAULT_TRANSACTION_OPTIONS.maxFeePerGas, "gwei"),
  },
];

/** Setting of every agent that executes the L2. */
export const GENESIS_SETTING: Setting<unknown> = {
  name: "genesis",
  value: "file",
  description: "JSON with the constants and the first balances of the L2",
  required: true,
};

/** Setting of every agent that has L1 recompute batches (11.9). */
export const STEP_GAS_SETTING: Setting<unknown> = {
  name: "step-gas",
  value: "gas",
  description: "L1 gas that one call of a proof or an answer aims at (11.9)",
  parse: (text) => BigInt(integer(100_000, Number(L1_TRANSACTION_GAS))(text)),
  default: DEFAULT_STEP_GAS,
};
