import { openDatabase } from "../../runtime/database.ts";
import { Wallet } from "ethers";

import { Chain } from "../../../l2/chain/chain.ts";
import type { ChainConfig } from "../../../l2/protocol/config.ts";
import type { Answerer } from "../../answers/answerer.ts";
import { HttpStorage } from "../../data/http-storage.ts";
import { Accounts } from "../../l1/accounts.ts";
import type { L1 } from "../../l1/l1.ts";
import type { Agent } from "../../runtime/agent.ts";
import { composeAnswerer, composeSequencer } from "../compose.ts";
import { serviceOf } from "../../runtime/daemon.ts";
import type { EventFollower } from "../../l1/events.ts";
import type { L1State } from "../../l1/mirror.ts";
import { serveUsers } from "../../node/node.ts";
import { baseOf, genesisOf, l1Of, managerOf, mirrorOf, type Base } from "./ground.ts";
import { HttpConsensus } from "../../consensus/client.ts";
import { HttpTransport } from "../../peers/http-transport.ts";
import type { Sequencer } from "../../sequencer/sequencer.ts";
import type { Settings } from "../sequencer.ts";

/** Produces and verifies blocks until it is stopped. */
export async function runSequencer(settings: Settings): Promise<void> {
  const assembled = await assemble(settings);
  const { base, chain, mirror, consensus, sequencer } = assembled;
  await mirror.sync();
  const users = await serveUsers(settings, { chain, mirror, consensus, log: base.log });
  const answerer = answererOf(settings, assembled);
  await base.run(serviceOf(answerer === undefined ? sequencer : beside(sequencer, answerer), [chain, ...users]));
}

/** Posts what the sequencer's chain holds beyond L1's head without a certificate (3.3). */
export async function postUnattested(settings: Settings): Promise<void> {
  const { base, chain, sequencer } = await assemble(settings);
  try {
    await sequencer.tick();
    const { hash } = await sequencer.postUnattested();
    base.log.info({ hash }, "[3.3] posted a batch without a certificate");
  } finally {
    await sequencer.stop();
    await chain.close();
  }
}

/** What answers beside the sequencer; nothing without accounts for it. */
function answererOf(settings: Settings, { base, l1, config, chain }: Assembled): Answerer | undefined {
  const { interval, owner, stepGas, answerKeys, answerAtOnce, storageUrl } = settings;
  if (answerKeys.length === 0) {
    base.log.warn("it answers no data requests: whoever owns the stake may lose it (--answer-keys)");
    return undefined;
  }
  const managers = answerKeys.map((key, place) =>
    managerOf({ ...settings, key, underWay: answerAtOnce }, l1, base, `answers-${place}`),
  );
  return composeAnswerer(
    { interval, owner, stepGas, atOnce: answerAtOnce * answerKeys.length },
    {
      ...base,
      l1,
      config,
      chain,
      mirror: mirrorOf(settings, l1, base, "answers-l1"),
      accounts: new Accounts(managers),
      storage: storageUrl === undefined ? undefined : new HttpStorage(storageUrl),
    },
  );
}

/** Two agents that run side by side, none of which waits for the other. */
function beside(first: Agent, second: Agent): Pick<Agent, "start" | "stop" | "health"> {
  return {
    start: () => {
      first.start();
      second.start();
    },
    stop: async () => {
      await Promise.all([first.stop(), second.stop()]);
    },
    health: () => {
      const [one, other] = [first.health(), second.health()];
      return one.healthy ? (other.healthy ? one : other) : one;
    },
  };
}

interface Assembled {
  readonly base: Base;
  readonly l1: L1;
  readonly config: ChainConfig;
  readonly chain: Chain;
  readonly mirror: EventFollower<L1State>;
  readonly consensus: HttpConsensus;
  readonly sequencer: Sequencer;
}

async function assemble(settings: Settings): Promise<Assembled> {
  const base = baseOf("sequencer", settings);
  const l1 = await l1Of(settings, base);
  const config = await genesisOf(settings.genesis, l1);
  const chain = await openDatabase(base.path("chain"), (directory) => Chain.open(config, { directory }));
  const mirror = mirrorOf(settings, l1, base);
  const consensus = new HttpConsensus(settings.consensusUrl);
  const { chainId } = await l1.provider.getNetwork();
  const { interval, owner, coinbase, blockTransactions, key, nextKey } = settings;
  const { peerHost: host, peerPort: port, peers } = settings;
  const sequencer = composeSequencer(
    {
      interval,
      owner,
      chainId,
      consensus: settings.consensus,
      blockTransactions,
      ...(coinbase === undefined ? {} : { coinbase }),
    },
    {
      ...base,
      l1,
      chain,
      mirror,
      consensus,
      transport: new HttpTransport({ host, port, peers }),
      keys: [key, ...(nextKey === undefined ? [] : [nextKey])].map((each) => new Wallet(each)),
      transactions: managerOf(settings, l1, base),
    },
  );
  return { base, l1, config, chain, mirror, consensus, sequencer };
}
