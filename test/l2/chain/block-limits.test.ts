/** No block that no batch can hold: the builder, the peers, and what L1 says instead. */
import { expect } from "chai";
import { type Wallet, parseUnits } from "ethers";

import { type Hex, asHex } from "../../../l2/base/hex.ts";
import { keccakText } from "../../../l2/base/keccak.ts";
import { blockSize } from "../../../l2/protocol/l2-transaction.ts";
import { BLOCK_LIMITS } from "../../../l2/protocol/limits.ts";
import { type Block, type SignedBlock, BLOCK_TYPES, blockDomain, toSignedBlock } from "../../../l2/protocol/block.ts";
import { Chain } from "../../../l2/chain/chain.ts";
import { BlockError, type BlockErrorCode } from "../../../l2/protocol/errors.ts";
import { overfull } from "../../../testkit/faults.ts";
import {
  alice,
  anyProducer,
  bob,
  carol,
  config,
  mine,
  openChain,
  producer,
  transfer,
  users,
} from "../../../testkit/l2/fixtures.ts";

const SIZE = 98_000;

/** A transaction of zeroes: 10 gas a byte (EIP-7623). */
const large = async (from: Wallet, nonce: number, tip = 1): Promise<Hex> =>
  await transfer(from, bob.address, nonce, {
    data: `0x${"00".repeat(SIZE)}`,
    gasLimit: 21_000 + 10 * SIZE,
    maxPriorityFeePerGas: parseUnits(String(tip), "gwei"),
    maxFeePerGas: parseUnits("20", "gwei"),
  });

describe("Limits of a block", () => {
  let chain: Chain;
  let peer: Chain;

  beforeEach(async () => {
    chain = await openChain();
    peer = await openChain();
  });

  afterEach(async () => {
    await chain.close();
    await peer.close();
  });

  /** Blocks until nothing waits. */
  async function drain(): Promise<Block[]> {
    const blocks: Block[] = [];
    while (chain.pendingCount > 0) blocks.push(await mine(chain, []));
    return blocks;
  }

  async function refused(block: SignedBlock, code: BlockErrorCode, message: string): Promise<void> {
    const error = await peer.importBlock(block, anyProducer).catch((thrown: unknown) => thrown as BlockError);
    expect(error).to.be.instanceOf(BlockError).with.property("code", code);
    expect((error as BlockError).message).to.equal(message);
    expect(peer.head.hash).to.equal(peer.base.hash);
  }

  it("[C1] twelve transactions of 98 kB take two blocks; what does not fit waits and holds up nobody else", async () => {
    const hashes: string[] = [];
    for (let nonce = 0; nonce < 12; nonce++) hashes.push(await chain.addTransaction(await large(alice, nonce, 9)));
    const small = await chain.addTransaction(await transfer(carol, bob.address, 0));
    const [first, second, ...more] = await drain();
    expect(more).to.deep.equal([]);
    expect(first!.transactionHashes, "the small one pays least and comes last").to.deep.equal([
      ...hashes.slice(0, 7),
      small,
    ]);
    expect(second!.transactionHashes).to.deep.equal(hashes.slice(7));
    // Since Osaka a byte costs 10 gas at least: gas runs out before bytes.
    for (const { transactions } of [first!, second!]) {
      expect(blockSize(transactions)).to.be.at.most(Number(config.gasLimit) / 10);
    }
    expect(Number(config.gasLimit) / 10).to.be.below(BLOCK_LIMITS.bytes);
  });

  it("[C1] more small transactions than a block may have take as many blocks as they need", async () => {
    const rich = users.slice(0, 12);
    await chain.close();
    chain = await Chain.open(config, { mempool: { perSender: 400 } });
    for (const user of rich) {
      for (let nonce = 0; nonce < 350; nonce++) {
        await chain.addTransaction(await transfer(user, bob.address, nonce, { value: 1n }));
      }
    }
    expect(chain.pendingCount).to.equal(4_200);
    const blocks = await drain();
    const included = blocks.flatMap(({ transactionHashes }) => transactionHashes);
    expect(new Set(included).size).to.equal(4_200);
    for (const { transactions, gasUsed } of blocks) {
      expect(transactions.length).to.be.at.most(BLOCK_LIMITS.transactions);
      expect(blockSize(transactions)).to.be.at.most(BLOCK_LIMITS.bytes);
      expect(gasUsed <= config.gasLimit).to.equal(true);
    }
  }).timeout(180_000);

  it("[C1] a peer refuses a block with too many bytes, and takes it where L1 has it", async () => {
    const raws = await Promise.all(Array.from({ length: 12 }, async (_, nonce) => await large(alice, nonce)));
    const block = await overfull(chain, raws, producer);
    const size = blockSize(block.transactions);
    expect(size).to.be.above(BLOCK_LIMITS.bytes);
    await refused(block, "TOO_LARGE", `Block 1 has ${size} bytes, expected at most ${BLOCK_LIMITS.bytes}.`);
    const imported = await peer.importBlock(block, anyProducer, { onL1: true });
    expect(imported.hash).to.equal(block.hash);
    expect(peer.head.stateRoot).to.equal(chain.head.stateRoot);
  });

  it("[C1] a peer refuses a block with too many transactions before it executes one", async () => {
    const { hash: parentHash, timestamp, coinbase, stateRoot } = chain.base;
    const hash = keccakText("block 1");
    const transactions = Array.from({ length: BLOCK_LIMITS.transactions + 1 }, (): Hex => "0x02");
    const signature = asHex(await producer.signTypedData(blockDomain(config), BLOCK_TYPES, { hash }));
    await refused(
      { number: 1, hash, parentHash, timestamp, coinbase, stateRoot, transactions, signature },
      "TOO_LARGE",
      `Block 1 has ${transactions.length} transactions, expected at most ${BLOCK_LIMITS.transactions}.`,
    );
  });

  it("[C1] a peer refuses a block with too much gas, and takes it where L1 has it", async () => {
    const narrow = { ...config, gasLimit: 30_000n };
    await chain.close();
    await peer.close();
    [chain, peer] = [await Chain.open(narrow), await Chain.open(narrow)];
    const block = await overfull(
      chain,
      [await transfer(alice, bob.address, 0), await transfer(bob, carol.address, 0)],
      producer,
    );
    await refused(block, "TOO_MUCH_GAS", "Block 1 uses 42000 gas, expected at most 30000.");
    expect((await peer.importBlock(block, anyProducer, { onL1: true })).hash).to.equal(block.hash);
  });

  it("[C1] adopts a batch that L1 confirmed, whose block is larger than any peer's", async () => {
    const raws = await Promise.all(Array.from({ length: 10 }, async (_, nonce) => await large(alice, nonce)));
    const half = { data: `0x${"00".repeat(SIZE / 2)}`, gasLimit: 21_000 + 5 * SIZE };
    await overfull(chain, [...raws, await transfer(carol, bob.address, 0, half)], producer);
    expect(blockSize(chain.head.transactions)).to.be.within(BLOCK_LIMITS.bytes, 2 ** 20);
    expect(await peer.adoptBatch(await chain.transactions(1, 1), 0)).to.deep.equal([]);
    expect(peer.head.hash).to.equal(chain.head.hash);
    const next = await mine(chain, [await transfer(carol, bob.address, 1)]);
    await peer.importBlock(toSignedBlock(next), anyProducer);
    expect(peer.head.hash).to.equal(next.hash);
  });
});
