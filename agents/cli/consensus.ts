import type { Command } from "commander";

import { BATCH_LIMITS } from "../../l2/protocol/limits.ts";
import { agentCommand, integer } from "./flags.ts";
import {
  DAEMON_SETTINGS,
  GENESIS_SETTING,
  L1_SETTINGS,
  SENDER_SETTINGS,
  type DaemonSettings,
  type L1Settings,
  type SenderSettings,
} from "./settings.ts";
import { PEER_SETTINGS, type PeerSettings } from "./peers.ts";
import { DEFAULT_LIMITS } from "../consensus/defaults.ts";
import { compiled } from "./compiled.ts";

export interface Settings extends DaemonSettings, L1Settings, SenderSettings, PeerSettings {
  genesis: string;
  host: string;
  port: number;
  batchTransactions: number;
  batchAge: number;
  patience: number;
}

/** `agent consensus`. */
export function consensusCommand(): Command {
  return agentCommand(
    "consensus",
    "orders transactions, has batches certified and silent sequencers rotated (2a, 5, 7)",
    [
      { name: "host", value: "host", description: "address to listen on for clients", default: "127.0.0.1" },
      { name: "port", value: "port", description: "port for clients", parse: integer(0, 65_535), default: 8660 },
      {
        name: "batch-transactions",
        value: "count",
        description: "transactions that fill a batch",
        parse: integer(1, BATCH_LIMITS.transactions),
        default: DEFAULT_LIMITS.transactions,
      },
      {
        name: "batch-age",
        value: "seconds",
        description: "age at which a batch is cut even if it is not full",
        parse: integer(0),
        default: DEFAULT_LIMITS.age,
      },
      {
        name: "patience",
        value: "seconds",
        description: "silence after which a sequencer's stake counts as stopped (S2)",
        parse: integer(1),
        default: 30,
      },
      ...PEER_SETTINGS,
      GENESIS_SETTING,
      ...L1_SETTINGS,
      ...SENDER_SETTINGS,
      ...DAEMON_SETTINGS,
    ],
  ).action(async (settings: Settings) => {
    const { runConsensus } = await compiled(() => import("./run/consensus.ts"));
    await runConsensus(settings);
  });
}
