import { createBlockHeader } from "@ethereumjs/block";
import { createMPT } from "@ethereumjs/mpt";
import { RLP } from "@ethereumjs/rlp";
import { expect } from "chai";

import { RANDOMNESS } from "../../../l2/protocol/l2-transaction.ts";
import { ZERO_HASH, fromHex, toHex } from "../../../l2/base/hex.ts";
import { keccak256 } from "../../../l2/base/keccak.ts";
import { blockGasLimit, blockHash, genesisBlock, sealBlock } from "../../../l2/chain/seal.ts";
import { chainCommon } from "../../../l2/evm/fork.ts";
import { Executor } from "../../../l2/execution/executor.ts";
import { Overlay, StateStore } from "../../../l2/state/state.ts";
import { EMPTY_ROOT } from "../../../l2/state/trie.ts";
import { alice, bob, carol, config, producer, transfer } from "../../../testkit/l2/fixtures.ts";

const common = chainCommon(config);
const place = { number: 1, parentHash: ZERO_HASH, timestamp: config.genesisTimestamp, coinbase: producer.address };

async function executed() {
  const states = await StateStore.open();
  const executor = await Executor.at(config, new Overlay(states), await states.genesis(config));
  const context = {
    number: 1n,
    timestamp: BigInt(config.genesisTimestamp),
    coinbase: producer.address,
    randomness: RANDOMNESS,
  };
  const list = [];
  for (const raw of [await transfer(alice, bob.address, 0), await transfer(bob, carol.address, 0, { type: 1 })]) {
    const transaction = executor.decode(fromHex(raw));
    list.push({ transaction, outcome: await executor.execute(context, transaction) });
  }
  return { list, root: executor.stateRoot };
}

describe("Sealing a block", () => {
  it("[2b] commits to transactions, states and receipts", async () => {
    const { list, root } = await executed();
    const block = sealBlock(config, common, place, root, list);
    expect(block).to.deep.include({ ...place, stateRoot: root, gasUsed: 42_000n });
    expect(block.stateRoots).to.deep.equal(list.map(({ outcome }) => outcome.stateRoot));
    expect(block.stateRoots[1]).to.equal(root);
    expect(block.transactionHashes).to.deep.equal(list.map(({ transaction }) => transaction.hash));
    const trie = await createMPT({ common });
    for (const [index, { transaction }] of list.entries()) await trie.put(RLP.encode(index), transaction.raw);
    expect(block.transactionsRoot).to.equal(toHex(trie.root()));
    const receipts = await createMPT({ common });
    for (const [index, [type, gas]] of [[2, 21_000] as const, [1, 42_000] as const].entries()) {
      await receipts.put(RLP.encode(index), Uint8Array.of(type, ...RLP.encode([1, gas, new Uint8Array(256), []])));
    }
    expect(block.receiptsRoot).to.equal(toHex(receipts.root()));
    const failed = list.map((one) => ({ ...one, outcome: { ...one.outcome, success: false } }));
    expect(sealBlock(config, common, place, root, failed).receiptsRoot).to.not.equal(block.receiptsRoot);
  });

  it("[3] names it by the hash of an Ethereum header", async () => {
    const { list, root } = await executed();
    const block = sealBlock(config, common, place, root, list);
    const header = createBlockHeader(
      {
        ...{ parentHash: fromHex(ZERO_HASH), coinbase: producer.address as `0x${string}`, stateRoot: fromHex(root) },
        ...{ transactionsTrie: fromHex(block.transactionsRoot), receiptTrie: fromHex(block.receiptsRoot) },
        ...{ number: 1, timestamp: place.timestamp, gasLimit: config.gasLimit, gasUsed: 42_000n },
        ...{ baseFeePerGas: config.baseFee, logsBloom: fromHex(block.logsBloom) },
      },
      { common },
    );
    expect(block.hash).to.equal(toHex(keccak256(header.serialize())));
    expect(blockHash(config, common, { ...block, timestamp: place.timestamp + 1 })).to.not.equal(block.hash);
  });

  it("starts with an empty block", () => {
    const block = genesisBlock(config, common, EMPTY_ROOT);
    expect(block).to.deep.include({ number: 0, timestamp: config.genesisTimestamp, transactions: [], gasUsed: 0n });
    expect(block).to.include({ transactionsRoot: EMPTY_ROOT, receiptsRoot: EMPTY_ROOT, parentHash: ZERO_HASH });
  });

  it("raises the header's gas limit for a block that was adopted with more", () => {
    expect(blockGasLimit(config, config.gasLimit)).to.equal(config.gasLimit);
    expect(blockGasLimit(config, config.gasLimit + 1n)).to.equal(config.gasLimit + 1n);
  });
});
