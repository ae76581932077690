import type { Command } from "commander";

import { BATCH_LIMITS } from "../../l2/protocol/limits.ts";
import { agentCommand, integer } from "./flags.ts";
import { baseOf, DAEMON_SETTINGS, L1_SETTINGS, l1Of, type DaemonSettings, type L1Settings } from "./settings.ts";
import { certifiedOnly } from "../storage/authorise.ts";
import { FileStore } from "../data/file-store.ts";
import { StorageServer } from "../storage/server.ts";
import { SnapshotWriter } from "../storage/snapshot-writer.ts";

interface Settings extends DaemonSettings, L1Settings {
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
    const base = baseOf("storage", settings);
    const store = new FileStore(base.path("objects"));
    const authorise = certifiedOnly(await l1Of(settings));
    const server = new StorageServer(settings, { ...base, store, authorise });
    const { snapshot } = settings;
    const writer =
      snapshot === undefined
        ? undefined
        : new SnapshotWriter({ interval: settings.snapshotInterval, file: snapshot }, { ...base, store });
    await base.run({
      start: async () => {
        await server.start();
        writer?.start();
        base.log.info({ url: server.url }, "serving");
      },
      stop: async () => {
        await writer?.stop();
        await server.stop();
      },
      health: () => server.health(),
    });
  });
}
