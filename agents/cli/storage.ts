import type { Command } from "commander";

import { BATCH_LIMITS } from "../../l2/protocol/limits.ts";
import { agentCommand, integer } from "./flags.ts";
import { DAEMON_SETTINGS, L1_SETTINGS, type DaemonSettings, type L1Settings } from "./settings.ts";
import { compiled } from "./compiled.ts";

export interface Settings extends DaemonSettings, L1Settings {
  host: string;
  port: number;
  maxObject: number;
  snapshot?: string;
  snapshotInterval: number;
}

/** Bytes of the largest batch with its state roots. */
const LARGEST_OBJECT = BATCH_LIMITS.bytes + 32 * BATCH_LIMITS.transactions;

/** `agent storage`: Memolabs. */
export function storageCommand(): Command {
  return agentCommand("storage", "keeps batch data that the peer network certified, by its hash (Memolabs, step 6)", [
    { name: "host", value: "host", description: "address to listen on", default: "127.0.0.1" },
    { name: "port", value: "port", description: "port to listen on", parse: integer(0, 65_535), default: 8650 },
    {
      name: "max-object",
      value: "bytes",
      description: "largest object",
      parse: integer(LARGEST_OBJECT, 256 * 1024 * 1024),
      default: 16 * 1024 * 1024,
    },
    { name: "snapshot", value: "file", description: "file to write snapshots to; none if absent" },
    {
      name: "snapshot-interval",
      value: "ms",
      description: "pause between snapshots",
      parse: integer(100),
      default: 3_600_000,
    },
    ...L1_SETTINGS,
    ...DAEMON_SETTINGS,
  ]).action(async (settings: Settings) => {
    const { runStorage } = await compiled(() => import("./run/storage.ts"));
    await runStorage(settings);
  });
}
