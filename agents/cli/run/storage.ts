import { baseOf, l1Of } from "./ground.ts";
import { certifiedOnly } from "../../storage/authorise.ts";
import { FileStore } from "../../data/file-store.ts";
import { StorageServer } from "../../storage/server.ts";
import { SnapshotWriter } from "../../storage/snapshot-writer.ts";
import type { Settings } from "../storage.ts";

/** Keeps objects until it is stopped. */
export async function runStorage(settings: Settings): Promise<void> {
  const base = baseOf("storage", settings);
  const store = new FileStore(base.path("objects"));
  const authorise = certifiedOnly(await l1Of(settings, base));
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
}
