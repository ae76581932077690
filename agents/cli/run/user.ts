import { formatEther, Wallet } from "ethers";

import { connect, openL1, readDeployment } from "../../l1/l1.ts";
import { systemClock } from "../../runtime/clock.ts";
import { AgentError } from "../../runtime/errors.ts";
import { createLogger } from "../../runtime/logger.ts";
import { User } from "../../user/user.ts";
import type { PaySettings, ProveSettings, UserSettings } from "../user.ts";

/** Sends a transaction, and prints where it is confirmed. */
export async function pay(settings: PaySettings): Promise<void> {
  const { value } = settings;
  const user = new User({ patience: settings.patience }, await dependenciesOf(settings));
  const { hash, blockNumber: block, status, contractAddress } = await user.pay(settings);
  if (status === 0) throw new AgentError("L2_REVERTED", `transaction ${hash} failed in block ${block}`);
  const created = contractAddress === null ? {} : { contract: contractAddress };
  console.log(JSON.stringify({ hash, block, value: formatEther(value), ...created }));
}

/** Asks for the proof of a transaction, checks it, and prints its place. */
export async function prove(settings: ProveSettings): Promise<void> {
  const l1 = openL1(await connect(settings.l1Url, "L1"), readDeployment(settings.deployment));
  const user = new User({}, { ...(await dependenciesOf(settings)), l1 });
  const proven = await user.prove(settings.hash);
  if (proven === undefined) throw new AgentError("L2_UNAVAILABLE", `no batch on L1 holds ${settings.hash} yet`);
  const { header, proof, final } = proven;
  const { stateRoot } = proof;
  console.log(JSON.stringify({ batch: Number(header.index), place: proof.index, stateRoot, final }));
}

async function dependenciesOf({ l2Url, key, logLevel }: UserSettings) {
  const l2 = await connect(l2Url, "the L2");
  return { wallet: new Wallet(key), l2, clock: systemClock, log: createLogger("user", logLevel) };
}
