import { Holder } from "../../l1/holder.ts";
import { connect, openL1, readDeployment } from "../../l1/l1.ts";
import type { AccountsSettings, RewardsSettings } from "../fund.ts";
import { baseOf, managerOf } from "./ground.ts";

/** Sends to every account, one after the other. */
export async function fundAccounts(settings: AccountsSettings): Promise<void> {
  const { to, amount, ether } = settings;
  const holder = await holderOf(settings);
  for (const account of to) await holder.give(account, { metis: amount, ether });
}

/** Adds to the pool of rewards. */
export async function fundRewards(settings: RewardsSettings): Promise<void> {
  await (await holderOf(settings)).fundRewards(settings.amount);
}

async function holderOf(settings: RewardsSettings): Promise<Holder> {
  const l1 = openL1(await connect(settings.l1Url, "L1"), readDeployment(settings.deployment));
  return new Holder({ l1, transactions: managerOf(settings, l1, baseOf("fund", settings)) });
}
