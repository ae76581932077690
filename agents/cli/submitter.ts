import type { Command } from "commander";

import { agentCommand, ether, url, urls } from "./flags.ts";
import {
  DAEMON_SETTINGS,
  GENESIS_SETTING,
  L1_SETTINGS,
  SENDER_SETTINGS,
  type DaemonSettings,
  type L1Settings,
  type SenderSettings,
} from "./settings.ts";
import { compiled } from "./compiled.ts";

export interface Settings extends DaemonSettings, L1Settings, SenderSettings {
  genesis: string;
  consensusUrl: string;
  storageUrl: string;
  l2Urls: string[];
  finalise: boolean;
  requestBudget: bigint;
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
      name: "request-budget",
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
    const { runSubmitter } = await compiled(() => import("./run/submitter.ts"));
    await runSubmitter(settings);
  });
}
