import { Command } from "commander";

import { AgentError } from "../runtime/errors.ts";
import { compiled } from "./compiled.ts";
import { address, agentCommand, ether, type Setting } from "./flags.ts";
import {
  DAEMON_SETTINGS,
  L1_SETTINGS,
  SENDER_SETTINGS,
  type DaemonSettings,
  type L1Settings,
  type SenderSettings,
} from "./settings.ts";

interface FundSettings extends DaemonSettings, L1Settings, SenderSettings {
  amount: bigint;
}

export interface AccountsSettings extends FundSettings {
  to: string[];
  ether: bigint;
}

export type RewardsSettings = FundSettings;

const SETTINGS: Setting<unknown>[] = [...L1_SETTINGS, ...SENDER_SETTINGS, ...DAEMON_SETTINGS];

/** `agent fund`: what a holder of METIS pays so that a new network can start; `--key` is the holder's. */
export function fundCommand(): Command {
  return new Command("fund")
    .description("sends METIS and ETH to those who join, and METIS to the pool of rewards, on L1")
    .addCommand(accountsCommand())
    .addCommand(rewardsCommand());
}

function accountsCommand(): Command {
  return agentCommand("accounts", "sends METIS, ETH or both to accounts", [
    {
      name: "to",
      value: "addresses",
      description: "accounts, separated by commas",
      parse: (text) => text.split(",").map((part) => address(part.trim())),
      required: true,
    },
    { name: "amount", value: "metis", description: "METIS for each account", parse: ether, default: 0n },
    { name: "ether", value: "ether", description: "ETH for each account", parse: ether, default: 0n },
    ...SETTINGS,
  ]).action(async (settings: AccountsSettings) => {
    if (settings.amount === 0n && settings.ether === 0n) {
      throw new AgentError("CONFIG", "nothing to send: expected --amount or --ether");
    }
    const { fundAccounts } = await compiled(() => import("./run/fund.ts"));
    await fundAccounts(settings);
  });
}

function rewardsCommand(): Command {
  return agentCommand("rewards", "adds METIS to the pool that rewards of batches are paid from", [
    { name: "amount", value: "metis", description: "METIS to add", parse: ether, required: true },
    ...SETTINGS,
  ]).action(async (settings: RewardsSettings) => {
    const { fundRewards } = await compiled(() => import("./run/fund.ts"));
    await fundRewards(settings);
  });
}
