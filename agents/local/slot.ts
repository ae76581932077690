import type { Wallet } from "ethers";

import type { Chain } from "../../l2/chain/chain.ts";
import type { TransactionManager } from "../l1/transactions.ts";
import type { Sequencer } from "../sequencer/sequencer.ts";
import type { SequencerIdentity } from "./options.ts";

/** An agent that can be switched off and on again (Q3). */
export interface LocalAgent<T> {
  readonly name: string;
  readonly agent: T;
  readonly running: boolean;
  /** Runs a round, if it runs at all. */
  tick(): Promise<void>;
  stop(): Promise<void>;
  /** Starts a new agent; only what the last one had on disk is left. */
  restart(): Promise<void>;
}

export interface LocalSequencer extends LocalAgent<Sequencer> {
  readonly owner: string;
  readonly key: Wallet;
  readonly chain: Chain;
  readonly transactions: TransactionManager;
}

/** What a slot can hold. */
export interface Runnable {
  tick(): Promise<void>;
  stop(): Promise<void>;
}

/** Holds an agent; each restart makes a new one. */
export class Slot<T extends Runnable> implements LocalAgent<T> {
  readonly name: string;
  readonly #make: () => T;
  agent: T;
  running = true;

  constructor(name: string, make: () => T) {
    this.name = name;
    this.#make = make;
    this.agent = make();
  }

  async tick(): Promise<void> {
    if (this.running) await this.agent.tick();
  }

  async stop(): Promise<void> {
    if (!this.running) return;
    this.running = false;
    await this.agent.stop();
  }

  async restart(): Promise<void> {
    await this.stop();
    this.agent = this.#make();
    this.running = true;
  }
}

/** A slot with what only sequencers have. */
export class SequencerSlot extends Slot<Sequencer> implements LocalSequencer {
  readonly owner: string;
  readonly key: Wallet;
  readonly chain: Chain;
  readonly transactions: TransactionManager;

  constructor(
    name: string,
    { owner, key }: SequencerIdentity,
    parts: { readonly chain: Chain; readonly transactions: TransactionManager },
    make: () => Sequencer,
  ) {
    super(name, make);
    this.owner = owner;
    this.key = key;
    this.chain = parts.chain;
    this.transactions = parts.transactions;
  }
}
