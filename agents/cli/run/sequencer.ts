import { openDatabase } from "../../runtime/database.ts";
import { Wallet } from "ethers";

import { Chain } from "../../../l2/chain/chain.ts";
import { composeSequencer } from "../compose.ts";
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
  const { base, chain, mirror, consensus, sequencer } = await assemble(settings);
  await mirror.sync();
  const users = await serveUsers(settings, { chain, mirror, consensus, log: base.log });
  await base.run(serviceOf(sequencer, [chain, ...users]));
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

async function assemble(settings: Settings): Promise<{
  base: Base;
  chain: Chain;
  mirror: EventFollower<L1State>;
  consensus: HttpConsensus;
  sequencer: Sequencer;
}> {
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
  return { base, chain, mirror, consensus, sequencer };
}
