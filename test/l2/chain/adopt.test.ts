import { expect } from "chai";

import { fromHex } from "../../../l2/base/hex.ts";
import { keccakText } from "../../../l2/base/keccak.ts";
import { executeBatchBlock, groupBlocks, isBlock, lostWith } from "../../../l2/chain/adopt.ts";
import type { Chain } from "../../../l2/chain/chain.ts";
import { Executor } from "../../../l2/execution/executor.ts";
import type { Block } from "../../../l2/protocol/block.ts";
import { ChainError } from "../../../l2/protocol/errors.ts";
import { type BlockContext, type L2Transaction, RANDOMNESS } from "../../../l2/protocol/l2-transaction.ts";
import { Overlay } from "../../../l2/state/state.ts";
import { alice, bob, carol, config, mine, openChain, producer, transfer } from "../../../testkit/l2/fixtures.ts";

describe("Adopting a batch", () => {
  let chain: Chain;
  let start: Block;
  let block: Block;

  before(async () => {
    chain = await openChain();
    start = chain.base;
    block = await mine(chain, [await transfer(alice, bob.address, 0), await transfer(bob, carol.address, 0)]);
  });

  after(() => chain.close());

  const time = BigInt(config.genesisTimestamp);
  const one = (number: bigint, change: Partial<BlockContext> = {}, byte = 1): L2Transaction => ({
    context: { number, timestamp: time, coinbase: producer.address, randomness: RANDOMNESS, ...change },
    raw: Uint8Array.of(byte),
  });

  it("[3.3.6b.1] puts its transactions into their blocks, whose numbers may leave some out", () => {
    const blocks = groupBlocks([one(1n), one(1n, { coinbase: producer.address.toLowerCase() }, 2), one(5n)], start);
    expect(blocks.map(({ context, raws }) => [context.number, raws.length])).to.deep.equal([
      [1n, 2],
      [5n, 1],
    ]);
    expect(groupBlocks([], start)).to.deep.equal([]);
  });

  it("[3.3.6b.1] refuses blocks that do not follow one another", () => {
    const refuses = (list: L2Transaction[], message: RegExp): void => {
      expect(() => groupBlocks(list, start))
        .to.throw(ChainError, message)
        .with.property("code", "BAD_BATCH");
    };
    refuses([one(0n)], /Block 0 of the batch/);
    refuses([one(2n), one(1n)], /Block 1 of the batch does not follow block 2/);
    refuses([one(1n, { timestamp: time - 1n })], /does not follow block 0/);
    refuses([one(1n), one(1n, { timestamp: time + 1n })], /two timestamps, coinbases/);
    refuses([one(1n), one(1n, { coinbase: alice.address })], /two timestamps, coinbases/);
    refuses([one(1n), one(1n, { randomness: keccakText("dice") })], /two .* or words of randomness/);
    refuses([one(1n, { randomness: keccakText("dice") })], /Block 1 of the batch has randomness, expected none/);
    refuses([one(2n ** 60n)], /does not follow/);
  });

  it("[3.3.6b.1] knows a block that the chain has already", async () => {
    const [wanted] = groupBlocks(await chain.transactions(1, 1), start);
    expect(isBlock(block, wanted)).to.equal(true);
    expect(isBlock(undefined, wanted)).to.equal(false);
    expect(isBlock(block, undefined)).to.equal(false);
    for (const change of [{ number: 2 }, { timestamp: 1 }, { coinbase: alice.address }, { transactions: [] }]) {
      expect(isBlock({ ...block, ...change }, wanted), Object.keys(change)[0]).to.equal(false);
    }
    const swapped = [...block.transactions].reverse();
    expect(isBlock({ ...block, transactions: swapped }, wanted)).to.equal(false);
  });

  it("[3.3.6b.1] executes a block, and names the transaction that is invalid", async () => {
    const executor = () => Executor.at(config, new Overlay(chain.states), start.stateRoot);
    const [wanted] = groupBlocks(await chain.transactions(1, 1), start);
    const executed = await executeBatchBlock(await executor(), wanted!);
    expect(executed.map(({ outcome }) => outcome.stateRoot)).to.deep.equal(block.stateRoots);
    const twice = { ...wanted!, raws: [wanted!.raws[0]!, wanted!.raws[0]!] };
    const error: unknown = await executeBatchBlock(await executor(), twice).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(ChainError).with.property("code", "BAD_BATCH");
    expect(error).to.have.property("message").that.contains(block.transactionHashes[0]);
  });

  it("[3.2] tells which transactions went with a block", () => {
    const [first, second] = block.transactionHashes;
    const lost = lostWith(block, new Set([first!]), (raw) => chain.decode(raw), "gone");
    expect(lost).to.deep.equal([
      { hash: second, raw: block.transactions[1], sender: bob.address, nonce: 0, reason: "gone", block: 1 },
    ]);
    expect(chain.decode(fromHex(lost[0]!.raw)).from).to.equal(bob.address);
  });
});
