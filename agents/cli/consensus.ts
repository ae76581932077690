import type { Command } from "commander";
import { Wallet } from "ethers";

import { BATCH_LIMITS } from "../../l2/protocol/limits.ts";
import { Chain } from "../../l2/chain/chain.ts";
import { composeConsensus } from "./compose.ts";
import { agentCommand, integer } from "./flags.ts";
import { serviceOf } from "../runtime/daemon.ts";
import { AgentError } from "../runtime/errors.ts";
import { nodeOf } from "../node/node.ts";
import {
  baseOf,
  DAEMON_SETTINGS,
  GENESIS_SETTING,
  genesisOf,
  L1_SETTINGS,
  l1Of,
  managerOf,
  mirrorOf,
  SENDER_SETTINGS,
  type DaemonSettings,
  type L1Settings,
  type SenderSettings,
} from "./settings.ts";
import { HttpTransport } from "../peers/http-transport.ts";
import { PEER_SETTINGS, type PeerSettings } from "./peers.ts";
import { DEFAULT_LIMITS } from "../consensus/process.ts";
import { ConsensusServer } from "../consensus/server.ts";

interface Settings extends DaemonSettings, L1Settings, SenderSettings, PeerSettings {
  genesis: string;
  host: string;
  port: number;
  batchTransactions: number;
  batchAge: number;
  patience: number;
}

/** `agent consensus`. */
export function consensusCommand(): Command {
  return agentCommand(
    "consensus",
    "orders transactions, has batches certified and silent sequencers rotated (2a, 5, 7)",
    [
      { name: "host", value: "host", description: "address to listen on for clients", default: "127.0.0.1" },
      { name: "port", value: "port", description: "port for clients", parse: integer(0, 65_535), default: 8660 },
      {
        name: "batch-transactions",
        value: "count",
        description: "transactions that fill a batch",
        parse: integer(1, BATCH_LIMITS.transactions),
        default: DEFAULT_LIMITS.transactions,
      },
      {
        name: "batch-age",
        value: "seconds",
        description: "age at which a batch is cut even if it is not full",
        parse: integer(0),
        default: DEFAULT_LIMITS.age,
      },
      {
        name: "patience",
        value: "seconds",
        description: "silence after which a sequencer's stake counts as stopped (S2)",
        parse: integer(1),
        default: 30,
      },
      ...PEER_SETTINGS,
      GENESIS_SETTING,
      ...L1_SETTINGS,
      ...SENDER_SETTINGS,
      ...DAEMON_SETTINGS,
    ],
  ).action(async (settings: Settings) => {
    const wallet = new Wallet(settings.key);
    if (wallet.address !== settings.consensus) {
      throw new AgentError("CONFIG", `--key is that of ${wallet.address}; --consensus is ${settings.consensus}`);
    }
    const base = baseOf("consensus", settings);
    const l1 = await l1Of(settings);
    const chain = await Chain.open(await genesisOf(settings.genesis, l1), { directory: base.path("chain") });
    const mirror = mirrorOf(settings, l1, base);
    const { chainId } = await l1.provider.getNetwork();
    const { peerHost: host, peerPort: port, peers, rpcHost, rpcPort } = settings;
    const consensus = composeConsensus(
      {
        interval: settings.interval,
        chainId,
        consensus: settings.consensus,
        patience: settings.patience,
        limits: { transactions: settings.batchTransactions, age: settings.batchAge },
      },
      {
        ...base,
        l1,
        chain,
        mirror,
        transport: new HttpTransport({ host, port, peers }),
        key: wallet,
        transactions: managerOf(settings, l1, base),
      },
    );
    await mirror.sync();
    const server = new ConsensusServer(settings, { consensus });
    await server.start();
    const parts: { close(): Promise<unknown> }[] = [chain, { close: () => server.stop() }];
    if (rpcPort !== undefined) {
      const node = nodeOf({ host: rpcHost, port: rpcPort }, { chain, mirror, consensus, log: base.log });
      base.log.info({ url: await node.listen() }, "serving users");
      parts.push(node);
    }
    base.log.info({ url: server.url }, "serving clients");
    await base.run(serviceOf(consensus, parts));
  });
}
