import { Command } from "commander";
import { formatEther, Wallet } from "ethers";

import type { Hex } from "../../l2/base/hex.ts";
import { address, agentCommand, bytes, ether, hash, integer, oneOf, privateKey, url, type Setting } from "./flags.ts";
import { AgentError } from "../runtime/errors.ts";
import { systemClock } from "../runtime/clock.ts";
import { connect, openL1, readDeployment } from "../l1/l1.ts";
import { createLogger, LOG_LEVELS } from "../runtime/logger.ts";
import { DEFAULT_USER_OPTIONS, type Payment, User } from "../user/user.ts";

interface Settings {
  l2Url: string;
  key: string;
  logLevel: string;
}

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
  ]).action(async (settings: Settings & Payment & { patience: number }) => {
    const { to, value, data } = settings;
    if (to === undefined && data === "0x") throw new AgentError("CONFIG", "nothing to send: expected --to or --data");
    const user = new User({ patience: settings.patience }, await dependenciesOf(settings));
    const { hash, blockNumber: block, status, contractAddress } = await user.pay(settings);
    if (status === 0) throw new AgentError("L2_REVERTED", `transaction ${hash} failed in block ${block}`);
    const created = contractAddress === null ? {} : { contract: contractAddress };
    console.log(JSON.stringify({ hash, block, value: formatEther(value), ...created }));
  });
}

function proveCommand(): Command {
  return agentCommand("prove", "asks for the proof that a transaction is in a batch, and checks it on L1 (Q7)", [
    { name: "hash", value: "hash", description: "the transaction", parse: hash, required: true },
    { name: "l1-url", value: "url", description: "JSON-RPC endpoint of L1", parse: url, required: true },
    { name: "deployment", value: "file", description: "addresses on L1", required: true },
    ...SETTINGS,
  ]).action(async (settings: Settings & { hash: Hex; l1Url: string; deployment: string }) => {
    const l1 = openL1(await connect(settings.l1Url, "L1"), readDeployment(settings.deployment));
    const user = new User({}, { ...(await dependenciesOf(settings)), l1 });
    const proven = await user.prove(settings.hash);
    if (proven === undefined) throw new AgentError("L2_UNAVAILABLE", `no batch on L1 holds ${settings.hash} yet`);
    const { header, proof, final } = proven;
    const { stateRoot } = proof;
    console.log(JSON.stringify({ batch: Number(header.index), place: proof.index, stateRoot, final }));
  });
}

async function dependenciesOf({ l2Url, key, logLevel }: Settings) {
  const l2 = await connect(l2Url, "the L2");
  return { wallet: new Wallet(key), l2, clock: systemClock, log: createLogger("user", logLevel) };
}
