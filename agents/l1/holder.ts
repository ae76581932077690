import type { TransactionReceipt } from "ethers";

import type { L1 } from "./l1.ts";
import type { TransactionManager } from "./transactions.ts";

export interface HolderDependencies {
  readonly l1: L1;
  /** Sends as the holder. */
  readonly transactions: TransactionManager;
}

/** Lets a contract take METIS of the sender's, in wei, where it may not yet. */
export async function allow(
  { l1, transactions }: HolderDependencies,
  spender: string,
  amount: bigint,
  signal?: AbortSignal,
): Promise<void> {
  const { addresses, token } = l1;
  if ((await token.allowance(await transactions.address(), spender)) >= amount) return;
  const data = token.interface.encodeFunctionData("approve", [spender, amount]);
  await transactions.send({ to: addresses.token, data, label: "approve" }, signal);
}

/** What a holder of METIS does for those who join a new network. */
export class Holder {
  readonly #dependencies: HolderDependencies;

  constructor(dependencies: HolderDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Sends METIS and ETH, both in wei; nothing of what is zero.
   *
   * @throws {L1Revert} `ERC20InsufficientBalance` with the holder, what it has and what it needs.
   * @throws {AgentError} `L1_FUNDS` with the holder and its balance, where the ETH does not suffice.
   */
  async give(to: string, { metis, ether }: { readonly metis: bigint; readonly ether: bigint }): Promise<void> {
    const { l1, transactions } = this.#dependencies;
    if (ether > 0n) await transactions.send({ to, data: "0x", value: ether, label: "send ether" });
    if (metis === 0n) return;
    const data = l1.token.interface.encodeFunctionData("transfer", [to, metis]);
    await transactions.send({ to: l1.addresses.token, data, label: "send metis" });
  }

  /** Adds METIS, in wei, to the pool that rewards of batches are paid from. */
  async fundRewards(amount: bigint): Promise<TransactionReceipt> {
    const { l1, transactions } = this.#dependencies;
    const to = l1.addresses.sequencers;
    await allow(this.#dependencies, to, amount);
    const data = l1.sequencers.interface.encodeFunctionData("fundRewards", [amount]);
    return transactions.send({ to, data, label: "fundRewards" });
  }
}
