import { Wallet } from "ethers";

import { certificateDomain, provePossession } from "../../l1/certificate.ts";
import { Stake } from "../../sequencer/stake.ts";
import type { StakeSettings } from "../stake.ts";
import { connect, openL1, readDeployment } from "../../l1/l1.ts";
import { baseOf, managerOf } from "./ground.ts";

/** Does one thing with the stake of the key's account. */
export async function runStake(
  settings: StakeSettings,
  act: (stake: Stake, settings: StakeSettings) => Promise<unknown>,
): Promise<void> {
  const base = baseOf("stake", settings);
  const l1 = openL1(await connect(settings.l1Url, "L1"), readDeployment(settings.deployment));
  await act(new Stake({ l1, transactions: managerOf(settings, l1, base) }), settings);
}

/** Prints the proof, 64 bytes, that a key's holder lets the owner of a stake use it. */
export async function proveKey({ key, owner = "", ...settings }: StakeSettings): Promise<void> {
  const l1 = openL1(await connect(settings.l1Url, "L1"), readDeployment(settings.deployment));
  const { chainId } = await l1.provider.getNetwork();
  const domain = certificateDomain(chainId, l1.addresses.sequencers);
  const wallet = new Wallet(key);
  console.log(await provePossession(domain, wallet, owner));
}
