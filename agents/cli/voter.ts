import type { Command } from "commander";

import { agentCommand, integer, oneOf, url } from "./flags.ts";
import {
  DAEMON_SETTINGS,
  L1_SETTINGS,
  SENDER_SETTINGS,
  type DaemonSettings,
  type L1Settings,
  type SenderSettings,
} from "./settings.ts";
import { DEFAULT_POLICY, type PolicyOptions } from "../voter/policy.ts";
import { compiled } from "./compiled.ts";

export interface Settings extends DaemonSettings, L1Settings, SenderSettings, PolicyOptions {
  storageUrl?: string;
  snapshot?: string;
  delegate: boolean;
}

const count = integer(0, 1_000_000);

/** `agent voter`. */
export function voterCommand(): Command {
  return agentCommand("voter", "votes on proposals by what L1 shows, queues and executes those that it supports", [
    { name: "storage-url", value: "url", description: "Memolabs, to see for oneself what was withheld", parse: url },
    { name: "snapshot", value: "file", description: "snapshot of its objects" },
    { name: "no-delegate", description: "do not delegate the account's votes to itself" },
    {
      name: "withheld-tolerated",
      value: "count",
      description: "batches that a sequencer may withhold before it is kicked (11.10.3)",
      parse: count,
      default: DEFAULT_POLICY.withheldTolerated,
    },
    {
      name: "silent-terms-tolerated",
      value: "count",
      description: "terms without a batch before a sequencer is kicked (3.3.7)",
      parse: count,
      default: DEFAULT_POLICY.silentTermsTolerated,
    },
    {
      name: "unattested-tolerated",
      value: "count",
      description: "batches without a certificate before a sequencer is kicked (3.3.1)",
      parse: count,
      default: DEFAULT_POLICY.unattestedTolerated,
    },
    {
      name: "spam-tolerated",
      value: "count",
      description: "needless requests before a verifier is banned (11.6.1)",
      parse: count,
      default: DEFAULT_POLICY.spamTolerated,
    },
    {
      name: "grave",
      value: "vote",
      description:
        "vote on what could replace an executor, lengthen an exit or change votes: for, against, abstain, none",
      parse: oneOf(["for", "against", "abstain", "none"]),
      default: DEFAULT_POLICY.grave,
    },
    {
      name: "otherwise",
      value: "vote",
      description: "vote on everything else: for, against or abstain; none if absent",
      parse: oneOf(["for", "against", "abstain"]),
    },
    ...L1_SETTINGS,
    ...SENDER_SETTINGS,
    ...DAEMON_SETTINGS,
  ]).action(async (settings: Settings) => {
    const { runVoter } = await compiled(() => import("./run/voter.ts"));
    await runVoter(settings);
  });
}
