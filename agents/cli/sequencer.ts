import type { Command } from "commander";
import { Wallet } from "ethers";

import { BLOCK_LIMITS } from "../../l2/protocol/limits.ts";
import { Chain } from "../../l2/chain/chain.ts";
import { composeSequencer } from "./compose.ts";
import { address, agentCommand, integer, url, type Setting } from "./flags.ts";
import { serviceOf } from "../runtime/daemon.ts";
import type { EventFollower } from "../l1/events.ts";
import type { L1State } from "../l1/mirror.ts";
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
  STEP_GAS_SETTING,
  type Base,
  type DaemonSettings,
  type L1Settings,
  type SenderSettings,
} from "./settings.ts";
import { HttpConsensus } from "../consensus/client.ts";
import { HttpTransport } from "../peers/http-transport.ts";
import { PEER_SETTINGS, type PeerSettings } from "./peers.ts";
import { HttpStorage } from "../data/http-storage.ts";
import { DEFAULT_PIECE_SIZE } from "../sequencer/responder.ts";
import type { Sequencer } from "../sequencer/sequencer.ts";

interface Settings extends DaemonSettings, L1Settings, SenderSettings, PeerSettings {
  genesis: string;
  stepGas: bigint;
  owner: string;
  coinbase?: string;
  blockTransactions: number;
  consensusUrl: string;
  storageUrl?: string;
  pieceSize: number;
}

const SETTINGS: Setting<unknown>[] = [
  { name: "owner", value: "address", description: "owner of the stake", parse: address, required: true },
  {
    name: "coinbase",
    value: "address",
    description: "receives priority fees; the owner if absent",
    parse: address,
  },
  {
    name: "block-transactions",
    value: "count",
    description: "most transactions of a block",
    parse: integer(1, BLOCK_LIMITS.transactions),
    default: 500,
  },
  { name: "consensus-url", value: "url", description: "consensus layer", parse: url, required: true },
  { name: "storage-url", value: "url", description: "Memolabs, for what the own chain no longer has", parse: url },
  {
    name: "piece-size",
    value: "bytes",
    description: "most bytes of records in one transaction (11.8)",
    parse: integer(1_000, 120_000),
    default: DEFAULT_PIECE_SIZE,
  },
  ...PEER_SETTINGS,
  STEP_GAS_SETTING,
  GENESIS_SETTING,
  ...L1_SETTINGS,
  ...SENDER_SETTINGS,
  ...DAEMON_SETTINGS,
];

/** `agent sequencer`. The key signs blocks and batches, and pays for the answers to data requests. */
export function sequencerCommand(): Command {
  return agentCommand(
    "sequencer",
    "produces or verifies blocks, signs batches, answers data requests (2b, 3, 5, 11.8)",
    SETTINGS,
  ).action(async (settings: Settings) => {
    const { base, chain, mirror, consensus, sequencer } = await assemble(settings);
    const { rpcHost, rpcPort } = settings;
    await mirror.sync();
    const parts: { close(): Promise<unknown> }[] = [chain];
    if (rpcPort !== undefined) {
      const node = nodeOf({ host: rpcHost, port: rpcPort }, { chain, mirror, consensus, log: base.log });
      base.log.info({ url: await node.listen() }, "serving users");
      parts.push(node);
    }
    await base.run(serviceOf(sequencer, parts));
  });
}

/**
 * `agent unattested`: the signal of a sequencer that cannot reach its peers (3.3). Its daemon has to be stopped: a chain
 * is open in one process at a time.
 */
export function unattestedCommand(): Command {
  return agentCommand(
    "unattested",
    "posts what the sequencer's chain holds beyond L1's head without a certificate, and ends (3.3)",
    SETTINGS,
  ).action(async (settings: Settings) => {
    const { base, chain, sequencer } = await assemble(settings);
    try {
      await sequencer.tick();
      const { hash } = await sequencer.postUnattested();
      base.log.info({ hash }, "[3.3] posted a batch without a certificate");
    } finally {
      await sequencer.stop();
      await chain.close();
    }
  });
}

async function assemble(settings: Settings): Promise<{
  base: Base;
  chain: Chain;
  mirror: EventFollower<L1State>;
  consensus: HttpConsensus;
  sequencer: Sequencer;
}> {
  const base = baseOf("sequencer", settings);
  const l1 = await l1Of(settings);
  const config = await genesisOf(settings.genesis, l1);
  const chain = await Chain.open(config, { directory: base.path("chain") });
  const mirror = mirrorOf(settings, l1, base);
  const consensus = new HttpConsensus(settings.consensusUrl);
  const { chainId } = await l1.provider.getNetwork();
  const { interval, owner, coinbase, blockTransactions, pieceSize, stepGas, storageUrl } = settings;
  const { peerHost: host, peerPort: port, peers } = settings;
  const sequencer = composeSequencer(
    {
      interval,
      owner,
      chainId,
      consensus: settings.consensus,
      blockTransactions,
      pieceSize,
      stepGas,
      ...(coinbase === undefined ? {} : { coinbase }),
    },
    {
      ...base,
      l1,
      config,
      chain,
      mirror,
      consensus,
      transport: new HttpTransport({ host, port, peers }),
      key: new Wallet(settings.key),
      transactions: managerOf(settings, l1, base),
      storage: storageUrl === undefined ? undefined : new HttpStorage(storageUrl),
    },
  );
  return { base, chain, mirror, consensus, sequencer };
}
