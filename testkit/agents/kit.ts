/** What an agent is handed in a test: the real contracts, a clock that does not wait, and silence. */
import { HDNodeWallet, Mnemonic, type Wallet } from "ethers";
import { pino } from "pino";

import type { AgentDependencies } from "../../agents/runtime/agent.ts";
import type { Clock } from "../../agents/runtime/clock.ts";
import { MemoryCursor, type Cursor } from "../../agents/runtime/cursor.ts";
import { type L1, openL1 } from "../../agents/l1/l1.ts";
import { Metrics } from "../../agents/runtime/metrics.ts";
import {
  DEFAULT_TRANSACTION_OPTIONS,
  TransactionManager,
  type TransactionOptions,
  type TransactionState,
} from "../../agents/l1/transactions.ts";
import { addressesOf } from "../../ignition/system.ts";
import type { TestSystem } from "../system.ts";

/** A clock that passes when someone sleeps. */
export class ManualClock implements Clock {
  #now = 1_700_000_000_000;
  /** Called after each sleep: what the world does meanwhile. */
  onSleep: () => Promise<void> | void = () => undefined;
  /** Every sleep, in milliseconds. */
  readonly slept: number[] = [];

  now(): number {
    return this.#now;
  }

  async sleep(ms: number): Promise<void> {
    this.slept.push(ms);
    this.#now += ms;
    await this.onSleep();
    // Lets timers and sockets have their turn, as a real sleep would.
    await new Promise(setImmediate);
  }
}

const MNEMONIC = Mnemonic.fromPhrase("test test test test test test test test test test test junk");

/** The key of one of the network's accounts. */
export function walletOf(account: string): HDNodeWallet {
  for (let index = 0; index < 40; index++) {
    const wallet = HDNodeWallet.fromMnemonic(MNEMONIC, `m/44'/60'/0'/0/${index}`);
    if (wallet.address === account) return wallet;
  }
  throw new Error(`${account} is none of the network's accounts.`);
}

/** The system as agents see it. */
export async function l1Of(system: TestSystem): Promise<L1> {
  return openL1(system.connection.ethers.provider, { addresses: await addressesOf(system), fromBlock: 0 });
}

/** Clock, silence and metrics. */
export function basics(clock = new ManualClock()): AgentDependencies & { clock: ManualClock } {
  const level = process.env["METIS_TEST_LOG"] ?? "silent";
  return { clock, log: pino({ level }), metrics: new Metrics() };
}

/** A transaction manager for one of the network's accounts, or any key. */
export function managerOf(
  l1: L1,
  signer: HDNodeWallet | Wallet,
  dependencies: AgentDependencies,
  options: Partial<TransactionOptions> = {},
  cursor: Cursor<TransactionState> = new MemoryCursor(),
): TransactionManager {
  return new TransactionManager(
    { ...DEFAULT_TRANSACTION_OPTIONS, ...options },
    { ...dependencies, provider: l1.provider, signer, cursor },
  );
}
