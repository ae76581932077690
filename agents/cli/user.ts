import { Command } from "commander";

import type { Hex } from "../../l2/base/hex.ts";
import { address, agentCommand, bytes, ether, hash, integer, oneOf, privateKey, url, type Setting } from "./flags.ts";
import { AgentError } from "../runtime/errors.ts";
import { LOG_LEVELS } from "../runtime/logger.ts";
import { DEFAULT_USER_OPTIONS, type Payment } from "../user/user.ts";
import { compiled } from "./compiled.ts";

export interface UserSettings {
  l2Url: string;
  key: string;
  logLevel: string;
}

export type PaySettings = UserSettings & Payment & { patience: number };

export type ProveSettings = UserSettings & { hash: Hex; l1Url: string; deployment: string };

const SETTINGS: Setting<unknown>[] = [
  { name: "l2-url", value: "url", description: "node of the L2", parse: url, required: true },
  {
    name: "key",
    value: "key",
    description: "private key of the user: a file that holds it, or the key itself",
    parse: privateKey,
    required: true,
  },
  { name: "log-level", value: "level", description: LOG_LEVELS.join(", "), parse: oneOf(LOG_LEVELS), default: "warn" },
];

/** `agent user`: `send` and `prove`. */
export function userCommand(): Command {
  return new Command("user")
    .description("pays on the L2 and checks that a payment is in a batch (steps 1, 4, Q7)")
    .addCommand(sendCommand())
    .addCommand(proveCommand());
}

function sendCommand(): Command {
  return agentCommand("send", "sends ether, calls or creates a contract, and waits for the confirmation (1, 4, 3.2)", [
    { name: "to", value: "address", description: "who is paid or called; nobody to create a contract", parse: address },
    { name: "value", value: "ether", description: "how much", parse: ether, default: 0n },
    {
      name: "data",
      value: "data",
      description: "what a contract is called with or created from: hexadecimal, or a file that holds it",
      parse: bytes,
      default: "0x",
    },
    { name: "type", value: "type", description: "0, 1 or 2", parse: integer(0, 2), default: 2 },
    {
      name: "patience",
      value: "ms",
      description: "time without confirmation after which it is sent again",
      parse: integer(100),
      default: DEFAULT_USER_OPTIONS.patience,
    },
    ...SETTINGS,
  ]).action(async (settings: PaySettings) => {
    const { to, data } = settings;
    if (to === undefined && data === "0x") throw new AgentError("CONFIG", "nothing to send: expected --to or --data");
    const { pay } = await compiled(() => import("./run/user.ts"));
    await pay(settings);
  });
}

function proveCommand(): Command {
  return agentCommand("prove", "asks for the proof that a transaction is in a batch, and checks it on L1 (Q7)", [
    { name: "hash", value: "hash", description: "the transaction", parse: hash, required: true },
    { name: "l1-url", value: "url", description: "JSON-RPC endpoint of L1", parse: url, required: true },
    { name: "deployment", value: "file", description: "addresses on L1", required: true },
    ...SETTINGS,
  ]).action(async (settings: ProveSettings) => {
    const { prove } = await compiled(() => import("./run/user.ts"));
    await prove(settings);
  });
}
