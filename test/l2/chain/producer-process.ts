/** Run as a process, it produces blocks in a directory, one line of output for each, until it is killed. */
import { pathToFileURL } from "node:url";

import { Chain } from "../../../l2/chain/chain.ts";
import { alice, bob, config, producer, transfer } from "../../../testkit/l2/fixtures.ts";

const [, script = "", directory] = process.argv;

if (pathToFileURL(script).href === import.meta.url && directory !== undefined) {
  const chain = await Chain.open(config, { directory });
  for (let nonce = chain.head.number; ; nonce++) {
    await chain.addTransaction(await transfer(alice, bob.address, nonce));
    const timestamp = chain.head.timestamp + 1;
    const block = await chain.produceBlock({ timestamp, coinbase: producer.address, signer: producer });
    process.stdout.write(`${block?.number ?? "none"}\n`);
  }
}
