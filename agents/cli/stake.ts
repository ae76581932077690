import { Command, InvalidArgumentError } from "commander";
import { isHexString } from "ethers";

import { asHash } from "../../l2/base/hex.ts";
import { address, agentCommand, ether, hash, type Setting } from "./flags.ts";
import {
  DAEMON_SETTINGS,
  L1_SETTINGS,
  SENDER_SETTINGS,
  type DaemonSettings,
  type L1Settings,
  type SenderSettings,
} from "./settings.ts";
import type { ProvenKey, Stake } from "../sequencer/stake.ts";
import { compiled } from "./compiled.ts";

export interface StakeSettings extends DaemonSettings, L1Settings, SenderSettings {
  amount?: bigint;
  sequencerKey?: string;
  possession?: string;
  owner?: string;
  recipient?: string;
  verifier?: string;
  request?: string;
  compensation?: bigint;
  reason?: string;
}

const STAKE_SETTINGS: Setting<unknown>[] = [...L1_SETTINGS, ...SENDER_SETTINGS, ...DAEMON_SETTINGS];
const AMOUNT: Setting<unknown> = {
  name: "amount",
  value: "metis",
  description: "METIS to lock",
  parse: ether,
  required: true,
};
const KEY: Setting<unknown> = {
  name: "sequencer-key",
  value: "address",
  description: "address of the key that signs blocks and batches",
  parse: address,
  required: true,
};
const POSSESSION: Setting<unknown> = {
  name: "possession",
  value: "signature",
  description: 'proof of that key\'s holder, as "stake prove-key" prints it',
  parse: signature,
  required: true,
};
const OWNER: Setting<unknown> = {
  name: "owner",
  value: "address",
  description: "owner of the stake that the key is to serve",
  parse: address,
  required: true,
};
const RECIPIENT: Setting<unknown> = {
  name: "recipient",
  value: "address",
  description: "account for rewards",
  parse: address,
  required: true,
};

const VERIFIER: Setting<unknown> = {
  name: "verifier",
  value: "address",
  description: "verifier that requests data which everybody can have",
  parse: address,
  required: true,
};
const REQUEST: Setting<unknown> = {
  name: "request",
  value: "hash",
  description: "hash of the header whose data it requested, and the sequencer gave",
  parse: hash,
  required: true,
};
const COMPENSATION: Setting<unknown> = {
  name: "compensation",
  value: "ether",
  description: "ETH asked for, out of the treasury: at most the request's fee and an allowance",
  parse: ether,
  required: true,
};
const REASON: Setting<unknown> = {
  name: "reason",
  value: "text",
  description: "what the community reads",
  parse: (text) => text,
  required: true,
};

/** `agent stake`: what the owner of a stake does on L1 (Q4); `--key` is the owner's, except in `prove-key`. */
export function stakeCommand(): Command {
  const actions: [string, string, Setting<unknown>[], (stake: Stake, s: StakeSettings) => Promise<unknown>][] = [
    [
      "join",
      "locks METIS and takes a seat, which counts from the next term on",
      [AMOUNT, KEY, POSSESSION, RECIPIENT],
      (stake, { amount = 0n, recipient = "", ...key }) => stake.join(keyOf(key), recipient, amount),
    ],
    ["top-up", "adds to the stake", [AMOUNT], (stake, { amount = 0n }) => stake.topUp(amount)],
    [
      "rotate-key",
      "replaces the sequencer's key from the next term on",
      [KEY, POSSESSION],
      (stake, key) => stake.rotateKey(keyOf(key)),
    ],
    [
      "set-recipient",
      "changes where rewards go",
      [RECIPIENT],
      (stake, { recipient = "" }) => stake.setRecipient(recipient),
    ],
    ["resign", "stops sequencing; the stake stays liable", [], (stake) => stake.resign()],
    ["withdraw", "releases the stake once nothing is held against it", [], (stake) => stake.withdraw()],
    [
      "propose-ban",
      "proposes to ban a verifier that spams requests, and to be compensated (11.6.1)",
      [VERIFIER, REQUEST, COMPENSATION, REASON],
      (stake, { verifier = "", request = "", compensation = 0n, reason = "" }) =>
        stake.proposeBan(verifier, asHash(request), compensation, reason),
    ],
    ["claim", "pays out what --key's account is owed", [], (stake) => stake.claim()],
  ];
  const command = new Command("stake").description("joins, changes and leaves the sequencer set on L1 (Q4)");
  for (const [name, description, settings, act] of actions) {
    command.addCommand(
      agentCommand(name, description, [...settings, ...STAKE_SETTINGS]).action(async (given: StakeSettings) => {
        const { runStake } = await compiled(() => import("./run/stake.ts"));
        await runStake(given, act);
      }),
    );
  }
  command.addCommand(
    agentCommand("prove-key", "prints --key's proof for the owner of a stake, and sends nothing", [
      OWNER,
      ...STAKE_SETTINGS,
    ]).action(async (given: StakeSettings) => {
      const { proveKey } = await compiled(() => import("./run/stake.ts"));
      await proveKey(given);
    }),
  );
  return command;
}

function keyOf({ sequencerKey = "", possession = "" }: StakeSettings): ProvenKey {
  return { address: sequencerKey, possession };
}

/** Reads a 64-byte signature. */
function signature(text: string): string {
  if (!isHexString(text, 64)) throw new InvalidArgumentError("Expected 64 bytes in hexadecimal, with 0x in front.");
  return text;
}
