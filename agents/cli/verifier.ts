import type { Command } from "commander";

import { agentCommand, ether, integer, oneOf, url, urls } from "./flags.ts";
import {
  DAEMON_SETTINGS,
  GENESIS_SETTING,
  L1_SETTINGS,
  SENDER_SETTINGS,
  STEP_GAS_SETTING,
  type DaemonSettings,
  type L1Settings,
  type SenderSettings,
} from "./settings.ts";
import { compiled } from "./compiled.ts";

export interface Settings extends DaemonSettings, L1Settings, SenderSettings {
  genesis: string;
  stepGas: bigint;
  storageUrl?: string;
  snapshot?: string;
  l2Urls: string[];
  requestBudget?: bigint;
  consensusUrl?: string;
  commitProofs: boolean;
  register: boolean;
  kickSlashShare?: number;
  kickCompensation: bigint;
}

/** `agent verifier`. */
export function verifierCommand(): Command {
  return agentCommand("verifier", "re-executes every batch, requests data and proves fraud (steps 9 to 11)", [
    { name: "storage-url", value: "url", description: "Memolabs, asked first (9)", parse: url },
    { name: "snapshot", value: "file", description: "snapshot of its objects, asked next (9.1)" },
    {
      name: "l2-urls",
      value: "urls",
      description: "nodes of the L2, separated by commas, asked last (9.1)",
      parse: urls,
      default: [],
      shown: "none",
    },
    {
      name: "request-budget",
      value: "ether",
      description:
        "most that is paid for data requests in 24 hours (11.6); 0 never requests; what the dearest batch costs if absent",
      parse: ether,
    },
    {
      name: "consensus-url",
      value: "url",
      description: "consensus layer: shows certified batches that L1 does not have yet, or never gets",
      parse: url,
    },
    {
      name: "commit-proofs",
      value: "yes-or-no",
      description: "commit to a fraud proof before it is sent, so that nobody takes its bounty by copying it",
      parse: (text) => oneOf(["yes", "no"])(text) === "yes",
      default: true,
      shown: "yes",
    },
    { name: "register", description: "lock the bond and become a verifier, if the account is none" },
    {
      name: "kick-slash-share",
      value: "bps",
      description: "propose to kick sequencers that withheld data and slash this share (11.10.3); never if absent",
      parse: integer(0, 10_000),
    },
    {
      name: "kick-compensation",
      value: "metis",
      description: "METIS to ask for with that, beside the request's fee",
      parse: ether,
      default: 0n,
    },
    STEP_GAS_SETTING,
    GENESIS_SETTING,
    ...L1_SETTINGS,
    ...SENDER_SETTINGS,
    ...DAEMON_SETTINGS,
  ]).action(async (settings: Settings) => {
    const { runVerifier } = await compiled(() => import("./run/verifier.ts"));
    await runVerifier(settings);
  });
}
