import { expect } from "chai";

import { RANDOMNESS } from "../../../l2/protocol/l2-transaction.ts";
import { ZERO_HASH, fromHex, toHex } from "../../../l2/base/hex.ts";
import { expectBearable, fillBlock, runsNoCode } from "../../../l2/chain/build.ts";
import { DEFAULT_LIMITS } from "../../../l2/chain/mempool.ts";
import { Pool } from "../../../l2/chain/pool.ts";
import { Executor } from "../../../l2/execution/executor.ts";
import { TransactionError } from "../../../l2/protocol/errors.ts";
import { effectiveTip } from "../../../l2/protocol/transaction.ts";
import { Overlay, StateStore } from "../../../l2/state/state.ts";
import { assemble } from "../../../conformance/fuzz/assembly.ts";
import { transientLoop } from "../../../conformance/scenes/roaming.ts";
import { alice, bob, carol, config, producer, transfer } from "../../../testkit/l2/fixtures.ts";

const place = { number: 1, parentHash: ZERO_HASH, timestamp: config.genesisTimestamp, coinbase: producer.address };
const context = {
  number: 1n,
  timestamp: BigInt(config.genesisTimestamp),
  coinbase: producer.address,
  randomness: RANDOMNESS,
};
const heavy = toHex(assemble(transientLoop(5)));
const creating = { to: null, value: 0n, data: heavy, gasLimit: 1_000_000, maxFeePerGas: 9n * 10n ** 9n };

describe("Building a block", () => {
  let executor: Executor;
  let pool: Pool;

  beforeEach(async () => {
    const states = await StateStore.open();
    executor = await Executor.at(config, new Overlay(states), await states.genesis(config), { defensible: true });
    const tip = (transaction: Parameters<typeof effectiveTip>[1]): bigint => effectiveTip(config, transaction);
    pool = new Pool(DEFAULT_LIMITS, tip, () => undefined);
  });

  async function wait(...parameters: Parameters<typeof transfer>): Promise<string> {
    const transaction = executor.decode(fromHex(await transfer(...parameters)));
    pool.add(transaction, await executor.account(transaction.from));
    return transaction.hash;
  }

  const fill = async (gasLimit = config.gasLimit, most = Infinity) => {
    const { executed, refused } = await fillBlock({ gasLimit }, executor, pool, place, most);
    return { executed: executed.map(({ transaction }) => transaction.hash), refused };
  };

  it("[2b] takes the best tips first, and each sender's nonces in order", async () => {
    const fees = { maxFeePerGas: 9n * 10n ** 9n };
    const low = await wait(alice, carol.address, 0, { ...fees, maxPriorityFeePerGas: 1n });
    const high = await wait(alice, carol.address, 1, { ...fees, maxPriorityFeePerGas: 9n });
    const middle = await wait(bob, carol.address, 0, { ...fees, maxPriorityFeePerGas: 5n });
    expect(await fill()).to.deep.equal({ executed: [middle, low, high], refused: [] });
  });

  it("[C1] keeps to the bytes that a block may have, whatever its gas", async () => {
    const size = 98_000;
    const fields = { data: `0x${"00".repeat(size)}`, gasLimit: 21_000 + 10 * size, maxFeePerGas: 2n * config.baseFee };
    const hashes: string[] = [];
    for (let nonce = 0; nonce < 12; nonce++) hashes.push(await wait(alice, bob.address, nonce, fields));
    const small = await wait(carol, bob.address, 0, { maxPriorityFeePerGas: 1n });
    expect((await fill(10n * config.gasLimit)).executed).to.deep.equal([...hashes.slice(0, 10), small]);
  });

  it("[2b] keeps to its gas, and to the most transactions", async () => {
    for (const user of [alice, bob, carol]) await wait(user, producer.address, 0);
    expect((await fill(50_000n)).executed).to.have.length(2);
    expect((await fill(config.gasLimit, 1)).executed).to.have.length(1);
  });

  it("[2b] [11.8] leaves out what is too heavy, and does not try it again at once", async () => {
    const hash = await wait(alice, "", 0, creating);
    const plain = await wait(bob, carol.address, 0);
    const first = await fill();
    expect(first.executed).to.deep.equal([plain]);
    expect(first.refused.map(({ transaction, error }) => [transaction.hash, error.code])).to.deep.equal([
      [hash, "TOO_HEAVY"],
    ]);
    expect((await fill()).refused.map(({ transaction }) => transaction.hash)).to.not.include(hash);
  });

  it("[2a] tells a transaction that is too heavy from one that only cannot be executed yet", async () => {
    const decode = async (...parameters: Parameters<typeof transfer>) =>
      executor.decode(fromHex(await transfer(...parameters)));
    await expectBearable(executor, context, await decode(alice, bob.address, 7));
    const error = await expectBearable(executor, context, await decode(alice, "", 0, creating)).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(TransactionError).with.property("code", "TOO_HEAVY");
    expect(runsNoCode(await decode(alice, bob.address, 0))).to.equal(true);
    expect(runsNoCode(await decode(alice, bob.address, 0, { gasLimit: 21_001 }))).to.equal(false);
  });
});
