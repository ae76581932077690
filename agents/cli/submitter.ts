import type { Command } from "commander";

import { StateStore } from "../../l2/state/state.ts";
import { BlocksSource } from "../data/batch-data.ts";
import { composeSubmitter } from "./compose.ts";
import { agentCommand, ether, url, urls } from "./flags.ts";
import { serviceOf } from "../runtime/daemon.ts";
import { RpcBlocks } from "../data/rpc-blocks.ts";
import {
  baseOf,
  DAEMON_SETTINGS,
  GENESIS_SETTING,
  genesisOf,
  L1_SETTINGS,
  l1Of,
  managerOf,
  mirrorOf,
  SENDER_SETTINGS,
  type DaemonSettings,
  type L1Settings,
  type SenderSettings,
} from "./settings.ts";
import { HttpConsensus } from "../consensus/client.ts";
import { DEFAULT_STEP_GAS } from "../execution/recomputer.ts";
import { FileStore } from "../data/file-store.ts";
import { HttpStorage } from "../data/http-storage.ts";

interface Settings extends DaemonSettings, L1Settings, SenderSettings {
  genesis: string;
  consensusUrl: string;
  storageUrl: string;
  l2Urls: string[];
  finalise: boolean;
  maxRequestFee: bigint;
}

/** `agent submitter`. */
export function submitterCommand(): Command {
  return agentCommand("submitter", "recomputes certified batches, stores their data and submits them (steps 6, 8)", [
    { name: "consensus-url", value: "url", description: "consensus layer", parse: url, required: true },
    { name: "storage-url", value: "url", description: "Memolabs", parse: url, required: true },
    {
      name: "l2-urls",
      value: "urls",
      description: "nodes of the L2, separated by commas (8c)",
      parse: urls,
      required: true,
    },
    { name: "no-finalise", description: "leave it to others to finalise batches" },
    {
      name: "max-request-fee",
      value: "ether",
      description: "most that is paid for a data request when it acts as a verifier (8.3); 0 never requests",
      parse: ether,
      default: 0n,
    },
    GENESIS_SETTING,
    ...L1_SETTINGS,
    ...SENDER_SETTINGS,
    ...DAEMON_SETTINGS,
  ]).action(async (settings: Settings) => {
    const base = baseOf("submitter", settings);
    const l1 = await l1Of(settings);
    const config = await genesisOf(settings.genesis, l1);
    const states = await StateStore.open(base.path("states"));
    const { interval, maxRequestFee, finalise } = settings;
    const submitter = composeSubmitter(
      { interval, finalise, maxRequestFee, stepGas: DEFAULT_STEP_GAS },
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
  });
}
