import type { Command } from "commander";

import { StateStore } from "../../l2/state/state.ts";
import { BlocksSource, StorageSource, type DataSource } from "../data/batch-data.ts";
import { composeVerifier } from "./compose.ts";
import { agentCommand, ether, integer, url, urls } from "./flags.ts";
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
  STEP_GAS_SETTING,
  type DaemonSettings,
  type L1Settings,
  type SenderSettings,
} from "./settings.ts";
import { HttpStorage } from "../data/http-storage.ts";
import { Snapshot } from "../data/snapshot.ts";
import type { VerifierOptions } from "../verifier/verifier.ts";

interface Settings extends DaemonSettings, L1Settings, SenderSettings {
  genesis: string;
  stepGas: bigint;
  storageUrl?: string;
  snapshot?: string;
  l2Urls: string[];
  maxRequestFee: bigint;
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
      name: "max-request-fee",
      value: "ether",
      description: "most that is paid for a data request (11.6); 0 never requests",
      parse: ether,
      default: ether("1"),
      shown: "1",
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
    const base = baseOf("verifier", settings);
    const l1 = await l1Of(settings);
    const config = await genesisOf(settings.genesis, l1);
    const states = await StateStore.open(base.path("states"));
    const verifier = composeVerifier(optionsOf(settings), {
      ...base,
      l1,
      mirror: mirrorOf(settings, l1, base),
      transactions: managerOf(settings, l1, base),
      config,
      states,
      sources: sourcesOf(settings),
    });
    await base.run(serviceOf(verifier, [states]));
  });
}

function optionsOf({
  interval,
  maxRequestFee,
  stepGas,
  register,
  kickSlashShare,
  kickCompensation,
}: Settings): VerifierOptions {
  const options = { interval, maxRequestFee, stepGas, register };
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
