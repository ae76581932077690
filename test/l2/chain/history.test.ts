import { expect } from "chai";

import { toHex } from "../../../l2/base/hex.ts";
import { keccakText } from "../../../l2/base/keccak.ts";
import { History } from "../../../l2/chain/history.ts";
import { ChainStore } from "../../../l2/chain/store.ts";
import { ChainError } from "../../../l2/protocol/errors.ts";
import { assemble } from "../../../conformance/fuzz/assembly.ts";
import { temporaryDirectory } from "../../../testkit/directory.ts";
import { alice, bob, carol, config, mine, openChain, transfer } from "../../../testkit/l2/fixtures.ts";

/** Init code that logs twice. */
const LOGGING = toHex(assemble("PUSH0 PUSH0 LOG0 PUSH0 PUSH0 LOG0 STOP"));

describe("History", () => {
  let history: History;
  let store: ChainStore;

  before(async () => {
    const directory = temporaryDirectory();
    const chain = await openChain({ directory });
    const tip = { maxFeePerGas: 9n * 10n ** 9n, maxPriorityFeePerGas: 2n * 10n ** 9n };
    const logging = { ...tip, to: null, value: 0n, data: LOGGING, gasLimit: 100_000 };
    await mine(chain, [await transfer(alice, "", 0, logging), await transfer(bob, carol.address, 0)]);
    await mine(chain, [await transfer(alice, bob.address, 1)]);
    await chain.close();
    store = await ChainStore.open(config, directory);
    history = new History(config, store);
  });

  after(() => store.close());

  it("finds blocks by number and by hash", async () => {
    const block = await history.expect(1);
    expect(await history.block(block.hash)).to.deep.equal(block);
    expect(await history.block(3)).to.equal(undefined);
    const error: unknown = await history.expect(3).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(ChainError).with.property("message", "Block 3 is not in the chain.");
  });

  it("gives blocks in order, as many as there are", async () => {
    const numbers = async (from: number, to: number) =>
      (await history.blocks(store.head, from, to)).map(({ number }) => number);
    expect(await numbers(0, 2)).to.deep.equal([0, 1, 2]);
    expect(await numbers(1, 1)).to.deep.equal([1]);
    expect(await numbers(1, 99)).to.deep.equal([1, 2]);
    expect(await numbers(3, 99)).to.deep.equal([]);
  });

  it("[4] finds a transaction in its block, and its receipt", async () => {
    const block = await history.expect(1);
    const hash = block.transactionHashes[1]!;
    const found = await history.included(hash);
    expect(found).to.deep.include({ block, index: 1, raw: block.transactions[1] });
    expect(found?.outcome).to.include({ from: bob.address, to: carol.address, success: true });
    expect(await history.included(keccakText("unknown"))).to.equal(undefined);
    const receipts = await history.receipts(block);
    const [first, second] = receipts;
    expect(second?.cumulativeGasUsed).to.equal(21_000n + (first?.gasUsed ?? 0n));
    expect([first?.logsBefore, second?.logsBefore]).to.deep.equal([0, 2]);
    expect(receipts[1]).to.deep.include({ hash, blockHash: block.hash, index: 1, stateRoot: block.stateRoots[1] });
    expect(receipts[1]?.effectiveGasPrice).to.equal(config.baseFee + 10n ** 9n);
  });
});
