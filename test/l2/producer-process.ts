/** Produces blocks in a directory, one line of output for each, until it is killed. */
import { Chain } from "../../l2/chain.ts";
import { alice, bob, config, producer, transfer } from "./fixtures.ts";

const chain = await Chain.open(config, { directory: process.argv[2] ?? "" });
for (let nonce = chain.head.number; ; nonce++) {
  await chain.addTransaction(await transfer(alice, bob.address, nonce));
  const timestamp = chain.head.timestamp + 1;
  const block = await chain.produceBlock({ timestamp, coinbase: producer.address, signer: producer });
  process.stdout.write(`${block?.number ?? "none"}\n`);
}
