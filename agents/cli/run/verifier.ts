import { openDatabase } from "../../runtime/database.ts";
import { StateStore } from "../../../l2/state/state.ts";
import { BlocksSource, StorageSource, type DataSource } from "../../data/batch-data.ts";
import { composeVerifier } from "../compose.ts";
import { serviceOf } from "../../runtime/daemon.ts";
import { RpcBlocks } from "../../data/rpc-blocks.ts";
import { baseOf, genesisOf, l1Of, managerOf, mirrorOf } from "./ground.ts";
import { HttpConsensus } from "../../consensus/client.ts";
import { HttpStorage } from "../../data/http-storage.ts";
import { Snapshot } from "../../data/snapshot.ts";
import type { VerifierOptions } from "../../verifier/verifier.ts";
import type { Settings } from "../verifier.ts";

/** Verifies until it is stopped. */
export async function runVerifier(settings: Settings): Promise<void> {
  const base = baseOf("verifier", settings);
  const l1 = await l1Of(settings, base);
  const config = await genesisOf(settings.genesis, l1);
  const states = await openDatabase(base.path("states"), (path) => StateStore.open(path));
  const { depth, logChunk, consensusUrl } = settings;
  const options = { ...optionsOf(settings), follower: { depth, chunk: logChunk } };
  const verifier = composeVerifier(options, {
    ...base,
    consensus: consensusUrl === undefined ? undefined : new HttpConsensus(consensusUrl),
    l1,
    mirror: mirrorOf(settings, l1, base),
    transactions: managerOf(settings, l1, base),
    config,
    states,
    sources: sourcesOf(settings),
  });
  await base.run(serviceOf(verifier, [states]));
}

function optionsOf({
  interval,
  requestBudget,
  stepGas,
  register,
  kickSlashShare,
  kickCompensation,
  commitProofs: commit,
}: Settings): VerifierOptions {
  const budget = requestBudget === undefined ? {} : { requestBudget };
  const options = { interval, stepGas, register, commit, ...budget };
  if (kickSlashShare === undefined) return options;
  return { ...options, kick: { slashShare: kickSlashShare, compensation: kickCompensation } };
}

function sourcesOf({ storageUrl, snapshot, l2Urls }: Settings): DataSource[] {
  const sources: DataSource[] = [];
  if (storageUrl !== undefined) sources.push(new StorageSource(new HttpStorage(storageUrl)));
  if (snapshot !== undefined) sources.push(new StorageSource(new Snapshot(snapshot)));
  for (const node of l2Urls) sources.push(new BlocksSource(node, new RpcBlocks(node)));
  return sources;
}
