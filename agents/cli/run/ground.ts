/** What the settings of a command stand for. */
import { join } from "node:path";
import { Wallet } from "ethers";

import type { ChainConfig } from "../../../l2/protocol/config.ts";
import type { AgentDependencies } from "../../runtime/agent.ts";
import { systemClock } from "../../runtime/clock.ts";
import { FileCursor } from "../../runtime/cursor.ts";
import { runDaemon, type Service } from "../../runtime/daemon.ts";
import type { EventFollower } from "../../l1/events.ts";
import { checkGenesis, readGenesis } from "../../l1/genesis.ts";
import { connect, KEEP_WAITING, type L1, openL1, readDeployment } from "../../l1/l1.ts";
import { createLogger } from "../../runtime/logger.ts";
import { Metrics } from "../../runtime/metrics.ts";
import { followL1, type L1State } from "../../l1/mirror.ts";
import { TransactionManager, type TransactionState } from "../../l1/transactions.ts";
import type { DaemonSettings, L1Settings, SenderSettings } from "../settings.ts";

/** What a daemon has before it has anything else. */
export interface Base extends AgentDependencies {
  /** A file or folder of the agent's data directory. */
  path(name: string): string;
  /** A cursor there. */
  cursor<T>(name: string): FileCursor<T>;
  run(service: Service): Promise<void>;
}

/** Clock, log, metrics and files of a daemon. */
export function baseOf(role: string, settings: DaemonSettings): Base {
  const log = createLogger(role, settings.logLevel);
  const metrics = new Metrics();
  const path = (name: string): string => join(settings.dataDir, role, name);
  return {
    clock: systemClock,
    log,
    metrics,
    path,
    cursor: (name) => new FileCursor(path(`${name}.json`)),
    run: ({ ...service }) =>
      runDaemon(service, { healthHost: settings.healthHost, healthPort: settings.healthPort }, { log, metrics }),
  };
}

/** L1 as the settings name it. Waits for an endpoint that is down, and says so. */
export async function l1Of(settings: L1Settings, { log }: Pick<Base, "log">): Promise<L1> {
  const deployment = readDeployment(settings.deployment);
  return openL1(await connect(settings.l1Url, "L1", { patience: KEEP_WAITING, log }), deployment);
}

/** Follows L1, with every final batch kept. @param name What it remembers it under. */
export function mirrorOf(settings: L1Settings, l1: L1, base: Base, name = "l1"): EventFollower<L1State> {
  const options = { depth: settings.depth, chunk: settings.logChunk, history: Number.MAX_SAFE_INTEGER };
  return followL1(l1, options, { ...base, cursor: base.cursor(name) });
}

/**
 * Sends to L1 with the key of the settings.
 *
 * @param settings.underWay Most transactions at a time; one where absent.
 * @param name What it remembers them under.
 */
export function managerOf(
  settings: SenderSettings & { readonly underWay?: number },
  l1: L1,
  base: Base,
  name = "transactions",
): TransactionManager {
  const { confirmations, resubmitAfter, pollInterval, maxFeePerGas, underWay = 1 } = settings;
  return new TransactionManager(
    { confirmations, resubmitAfter, pollInterval, maxFeePerGas, underWay },
    {
      ...base,
      provider: l1.provider,
      signer: new Wallet(settings.key),
      cursor: base.cursor<TransactionState>(name),
    },
  );
}

/** The constants of the L2, which are those that L1 executes by. */
export async function genesisOf(file: string, l1: L1): Promise<ChainConfig> {
  const config = readGenesis(file);
  await checkGenesis(l1, config);
  return config;
}
