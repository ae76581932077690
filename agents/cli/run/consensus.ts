import { openDatabase } from "../../runtime/database.ts";
import { Wallet } from "ethers";

import { Chain } from "../../../l2/chain/chain.ts";
import { composeConsensus } from "../compose.ts";
import { serviceOf } from "../../runtime/daemon.ts";
import { AgentError } from "../../runtime/errors.ts";
import { serveUsers } from "../../node/node.ts";
import { baseOf, genesisOf, l1Of, managerOf, mirrorOf } from "./ground.ts";
import { HttpTransport } from "../../peers/http-transport.ts";
import { ConsensusServer } from "../../consensus/server.ts";
import type { Settings } from "../consensus.ts";

/** Orders transactions until it is stopped. */
export async function runConsensus(settings: Settings): Promise<void> {
  const wallet = new Wallet(settings.key);
  if (wallet.address !== settings.consensus) {
    throw new AgentError("CONFIG", `--key is that of ${wallet.address}; --consensus is ${settings.consensus}`);
  }
  const base = baseOf("consensus", settings);
  const l1 = await l1Of(settings, base);
  const config = await genesisOf(settings.genesis, l1);
  const chain = await openDatabase(base.path("chain"), (directory) => Chain.open(config, { directory }));
  const mirror = mirrorOf(settings, l1, base);
  const { chainId } = await l1.provider.getNetwork();
  const { peerHost: host, peerPort: port, peers } = settings;
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
      keys: [wallet],
      transactions: managerOf(settings, l1, base),
    },
  );
  await mirror.sync();
  const server = new ConsensusServer(settings, { consensus });
  await server.start();
  const users = await serveUsers(settings, { chain, mirror, consensus, log: base.log });
  base.log.info({ url: server.url }, "serving clients");
  await base.run(serviceOf(consensus, [chain, { close: () => server.stop() }, ...users]));
}
