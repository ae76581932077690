import type { Command } from "commander";

import { BLOCK_LIMITS } from "../../l2/protocol/limits.ts";
import { address, agentCommand, integer, privateKey, privateKeys, url, type Setting } from "./flags.ts";
import {
  DAEMON_SETTINGS,
  GENESIS_SETTING,
  L1_SETTINGS,
  SENDER_SETTINGS,
  STEP_GAS_SETTING,
  type DaemonSettings,
  type L1Settings,
  type SenderSettings,
} from "./settings.ts";
import { PEER_SETTINGS, type PeerSettings } from "./peers.ts";
import { DEFAULT_AT_ONCE } from "../answers/defaults.ts";
import { compiled } from "./compiled.ts";

export interface Settings extends DaemonSettings, L1Settings, SenderSettings, PeerSettings {
  genesis: string;
  stepGas: bigint;
  owner: string;
  coinbase?: string;
  blockTransactions: number;
  nextKey?: string;
  consensusUrl: string;
  storageUrl?: string;
  answerKeys: string[];
  answerAtOnce: number;
}

const SETTINGS: Setting<unknown>[] = [
  { name: "owner", value: "address", description: "owner of the stake", parse: address, required: true },
  {
    name: "coinbase",
    value: "address",
    description: "receives priority fees; the owner if absent",
    parse: address,
  },
  {
    name: "block-transactions",
    value: "count",
    description: "most transactions of a block",
    parse: integer(1, BLOCK_LIMITS.transactions),
    default: 500,
  },
  {
    name: "next-key",
    value: "key",
    description: 'key that "stake rotate-key" registered, which signs from the next term on; like --key',
    parse: privateKey,
  },
  { name: "consensus-url", value: "url", description: "consensus layer", parse: url, required: true },
  { name: "storage-url", value: "url", description: "Memolabs, for what the own chain no longer has", parse: url },
  {
    name: "answer-keys",
    value: "keys",
    description:
      "keys of accounts that answer data requests and send nothing else, separated by commas, like --key (11.8); none answers nothing",
    parse: privateKeys,
    default: [],
    shown: "none",
  },
  {
    name: "answer-at-once",
    value: "count",
    description: "most transactions of each such account under way",
    parse: integer(1, 16),
    default: DEFAULT_AT_ONCE,
  },
  ...PEER_SETTINGS,
  STEP_GAS_SETTING,
  GENESIS_SETTING,
  ...L1_SETTINGS,
  ...SENDER_SETTINGS,
  ...DAEMON_SETTINGS,
];

/** `agent sequencer`. The key signs blocks and batches; accounts of their own pay for the answers to data requests. */
export function sequencerCommand(): Command {
  return agentCommand(
    "sequencer",
    "produces or verifies blocks, signs batches, answers data requests (2b, 3, 5, 11.8)",
    SETTINGS,
  ).action(async (settings: Settings) => {
    const { runSequencer } = await compiled(() => import("./run/sequencer.ts"));
    await runSequencer(settings);
  });
}

/**
 * `agent unattested`: the signal of a sequencer that cannot reach its peers (3.3). Stop its daemon first: only one
 * process can open a chain.
 */
export function unattestedCommand(): Command {
  return agentCommand(
    "unattested",
    "posts what the sequencer's chain holds beyond L1's head without a certificate, and ends (3.3)",
    SETTINGS,
  ).action(async (settings: Settings) => {
    const { postUnattested } = await compiled(() => import("./run/sequencer.ts"));
    await postUnattested(settings);
  });
}
