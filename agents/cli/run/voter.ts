import { composeVoter } from "../compose.ts";
import { serviceOf } from "../../runtime/daemon.ts";
import { baseOf, l1Of, managerOf } from "./ground.ts";
import { HttpStorage } from "../../data/http-storage.ts";
import { Snapshot } from "../../data/snapshot.ts";
import type { ReadableStorage } from "../../data/storage.ts";
import type { Settings } from "../voter.ts";

/** Votes until it is stopped. */
export async function runVoter(settings: Settings): Promise<void> {
  const base = baseOf("voter", settings);
  const l1 = await l1Of(settings, base);
  const storages: ReadableStorage[] = [];
  if (settings.storageUrl !== undefined) storages.push(new HttpStorage(settings.storageUrl));
  if (settings.snapshot !== undefined) storages.push(new Snapshot(settings.snapshot));
  const { interval, delegate, depth, logChunk } = settings;
  const voter = composeVoter(
    { interval, delegate, policy: settings, follower: { depth, chunk: logChunk } },
    { ...base, l1, transactions: managerOf(settings, l1, base), storages },
  );
  await base.run(serviceOf(voter, []));
}
