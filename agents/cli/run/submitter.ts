import { openDatabase } from "../../runtime/database.ts";
import { StateStore } from "../../../l2/state/state.ts";
import { BlocksSource } from "../../data/batch-data.ts";
import { composeSubmitter } from "../compose.ts";
import { serviceOf } from "../../runtime/daemon.ts";
import { RpcBlocks } from "../../data/rpc-blocks.ts";
import { baseOf, genesisOf, l1Of, managerOf, mirrorOf } from "./ground.ts";
import { HttpConsensus } from "../../consensus/client.ts";
import { DEFAULT_STEP_GAS } from "../../execution/defaults.ts";
import { FileStore } from "../../data/file-store.ts";
import { HttpStorage } from "../../data/http-storage.ts";
import type { Settings } from "../submitter.ts";

/** Submits batches until it is stopped. */
export async function runSubmitter(settings: Settings): Promise<void> {
  const base = baseOf("submitter", settings);
  const l1 = await l1Of(settings, base);
  const config = await genesisOf(settings.genesis, l1);
  const states = await openDatabase(base.path("states"), (path) => StateStore.open(path));
  const { interval, requestBudget, finalise } = settings;
  const submitter = composeSubmitter(
    { interval, finalise, requestBudget, stepGas: DEFAULT_STEP_GAS },
    {
      ...base,
      l1,
      config,
      states,
      mirror: mirrorOf(settings, l1, base),
      transactions: managerOf(settings, l1, base),
      consensus: new HttpConsensus(settings.consensusUrl),
      storage: new HttpStorage(settings.storageUrl),
      blocks: settings.l2Urls.map((node) => new BlocksSource(node, new RpcBlocks(node))),
      files: new FileStore(base.path("outbox")),
    },
  );
  await base.run(serviceOf(submitter, [states]));
}
