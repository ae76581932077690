import type { TransactionReceipt } from "ethers";

import type { L1Call, Sender, TransactionManager } from "./transactions.ts";

/**
 * Several accounts that send as one: each call goes out from the one that has the least under way. What two of them send
 * may be included in any order.
 */
export class Accounts implements Sender {
  readonly #managers: readonly TransactionManager[];

  /** @param managers One for each account, at least one. */
  constructor(managers: readonly TransactionManager[]) {
    if (managers.length === 0) throw new RangeError("There is no account to send from, expected at least one.");
    this.#managers = managers;
  }

  /** The accounts. */
  get managers(): readonly TransactionManager[] {
    return this.#managers;
  }

  /** Sends a call. Throws like {@link TransactionManager.send}. */
  async send(call: L1Call, signal?: AbortSignal): Promise<TransactionReceipt> {
    const [first, ...others] = this.#managers as [TransactionManager, ...TransactionManager[]];
    // What an account sent before a restart is waited for there, and not sent from another one.
    for (const manager of this.#managers) if (await manager.knows(call)) return manager.send(call, signal);
    const idlest = others.reduce((best, manager) => (manager.load < best.load ? manager : best), first);
    return idlest.send(call, signal);
  }

  /** Gas that a call would use. Throws like {@link TransactionManager.estimate}. */
  estimate(call: L1Call): Promise<bigint> {
    return (this.#managers[0] as TransactionManager).estimate(call);
  }

  /** Runs a call without sending it. Throws like {@link TransactionManager.simulate}. */
  simulate(call: L1Call, gas: bigint): Promise<void> {
    return (this.#managers[0] as TransactionManager).simulate(call, gas);
  }

  /** Waits for what earlier processes, or failures, left under way. */
  async recover(signal?: AbortSignal): Promise<void> {
    await Promise.all(this.#managers.map((manager) => manager.recover(signal)));
  }
}
