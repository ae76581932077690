import type { LogDescription, Provider, TransactionReceipt, TransactionResponse } from "ethers";

import type { System, SystemAddresses, SystemName } from "../../ignition/system.ts";
import { Docket, kindOf } from "./meanings.ts";
import type { Story } from "./story.ts";
import { TELLERS } from "./tellers.ts";

/** Whose transactions are told, and how people are called. */
export interface ChronicleOptions {
  readonly system: System;
  readonly addresses: SystemAddresses;
  /** By address in lower case. */
  readonly names: ReadonlyMap<string, string>;
  /** The first block to tell of. */
  readonly from: number;
}

/**
 * Tells what happens on L1, from the chain itself: every transaction that somebody with a name sends or that goes to
 * the system, with its gas, be it one whose events are told, one without such events, or one that reverted.
 */
export class Chronicle {
  readonly #provider: Provider;
  readonly #story: Story;
  readonly #names: ReadonlyMap<string, string>;
  readonly #contracts: ReadonlyMap<string, { name: SystemName; contract: System[SystemName] }>;
  readonly #docket = new Docket();
  #waiting: { transaction: TransactionResponse; receipt: TransactionReceipt }[] = [];
  #next: number;

  constructor(provider: Provider, story: Story, { system, addresses, names, from }: ChronicleOptions) {
    this.#provider = provider;
    this.#story = story;
    this.#names = names;
    this.#next = from;
    this.#contracts = new Map(
      (Object.entries(addresses) as [SystemName, string][]).map(([name, address]) => [
        address.toLowerCase(),
        { name, contract: system[name] },
      ]),
    );
  }

  /** Reads every block that was not read yet. */
  async look(): Promise<void> {
    const latest = await this.#provider.getBlockNumber();
    for (; this.#next <= latest; ++this.#next) {
      const block = await this.#provider.getBlock(this.#next, true);
      for (const transaction of block?.prefetchedTransactions ?? []) {
        const { from, to, hash } = transaction;
        if (!this.#names.has(from.toLowerCase()) && !this.#contracts.has(to?.toLowerCase() ?? "")) continue;
        const receipt = await this.#provider.getTransactionReceipt(hash);
        if (receipt !== null) this.#waiting.push({ transaction, receipt });
      }
    }
  }

  /**
   * Tells what was read.
   * @param last Hash of the last transaction to tell; all of them if left out, none if it was told before.
   */
  tell(last?: string): void {
    const end =
      last === undefined
        ? this.#waiting.length
        : this.#waiting.findIndex(({ transaction }) => transaction.hash === last) + 1;
    for (const { transaction, receipt } of this.#waiting.splice(0, end)) this.#tell(transaction, receipt);
  }

  #name = (address: string): string => this.#names.get(address.toLowerCase()) ?? address;

  #tell({ to, data }: TransactionResponse, receipt: TransactionReceipt): void {
    const callee = this.#contracts.get(to?.toLowerCase() ?? "");
    const call = callee?.contract.interface.parseTransaction({ data })?.name;
    const sender = this.#name(receipt.from);
    const descriptions = this.#eventsOf(receipt);
    const meanings = this.#docket.read(call, descriptions);
    let gas: bigint | undefined = receipt.gasUsed;
    for (const event of descriptions) {
      const kind = kindOf(event, descriptions);
      const told = TELLERS[kind]?.(event, this.#name);
      if (told === undefined) continue;
      const steps = meanings[kind] ?? [];
      this.#story.record({
        actor: told.by ?? sender,
        text: told.text,
        ...(told.to === undefined ? {} : { to: told.to }),
        ...(gas === undefined ? {} : { gas, payer: sender }),
        ...(steps.length === 0 ? {} : { shown: { steps, evidence: `${kind} in L1's transaction ${receipt.hash}` } }),
      });
      gas = undefined;
    }
    if (gas === undefined) return;
    const what = callee === undefined ? "sends a transaction" : `calls ${callee.name}.${call ?? "(unknown)"}`;
    this.#story.record({ actor: sender, to: "L1", text: receipt.status === 1 ? what : `${what}, and it reverts`, gas });
  }

  #eventsOf({ logs }: TransactionReceipt): LogDescription[] {
    return logs.flatMap((log) => {
      const event = this.#contracts.get(log.address.toLowerCase())?.contract.interface.parseLog(log) ?? null;
      return event === null ? [] : [event];
    });
  }
}
