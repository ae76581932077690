import { Parameter } from "../../ignition/parameters.ts";
import type { Logger } from "../runtime/logger.ts";
import { allow } from "./holder.ts";
import type { L1 } from "./l1.ts";
import type { TransactionManager } from "./transactions.ts";

interface AccountDependencies {
  readonly l1: L1;
  readonly transactions: TransactionManager;
  readonly log: Logger;
}

/** Locks the bond, so that the account becomes a verifier; does nothing where it is one, or is banned. */
export async function register({ l1, transactions, log }: AccountDependencies, signal?: AbortSignal): Promise<void> {
  const me = await transactions.address();
  const { verifiers, parameters, addresses } = l1;
  if ((await verifiers.isVerifier(me)) || (await verifiers.isBanned(me))) return;
  const bond = await parameters.get(Parameter.VerifierBond);
  await allow({ l1, transactions }, addresses.verifiers, bond, signal);
  const data = verifiers.interface.encodeFunctionData("register");
  await transactions.send({ to: addresses.verifiers, data, label: "register" }, signal);
  log.info({ bond: bond.toString() }, "registered as a verifier");
}

/**
 * Collects what the account is owed: fees that came back, bounties, compensations, and what sequencers pay for answers
 * given in their place (11.13, 11.10.3.2).
 */
export async function claim({ l1, transactions, log }: AccountDependencies, signal?: AbortSignal): Promise<void> {
  const me = await transactions.address();
  const { disputes, sequencers, treasury, addresses } = l1;
  const [metis, ether] = await treasury.owed(me);
  const claims = disputes.interface.encodeFunctionData("claim");
  const owed: [string, bigint, string][] = [
    [addresses.disputes, await disputes.owed(me), claims],
    [addresses.sequencers, await sequencers.owed(me), claims],
    [addresses.treasury, metis, treasury.interface.encodeFunctionData("claimMetis")],
    [addresses.treasury, ether, treasury.interface.encodeFunctionData("claimEther")],
  ];
  for (const [to, amount, data] of owed) {
    if (amount === 0n) continue;
    await transactions.send({ to, data, label: "claim" }, signal);
    log.info({ from: to, amount: amount.toString() }, "[11.13] claimed");
  }
}
