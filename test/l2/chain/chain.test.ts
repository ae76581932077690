import { expect } from "chai";
import { Wallet, parseEther, parseUnits, toBeHex } from "ethers";

import { RANDOMNESS } from "../../../l2/protocol/l2-transaction.ts";
import { keccakHex, keccakText } from "../../../l2/base/keccak.ts";
import { ZERO_HASH, asHex, fromHex } from "../../../l2/base/hex.ts";
import { type Block, type SignedBlock, BLOCK_TYPES, blockDomain, toSignedBlock } from "../../../l2/protocol/block.ts";
import { Chain } from "../../../l2/chain/chain.ts";
import type { DroppedTransaction } from "../../../l2/chain/types.ts";
import { BlockError, type BlockErrorCode, ChainError, TransactionError } from "../../../l2/protocol/errors.ts";
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

const gwei = (amount: number): bigint => parseUnits(String(amount), "gwei");

describe("Chain", () => {
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

  const produce = async (options: { timestamp?: number; maxTransactions?: number } = {}): Promise<Block | undefined> =>
    await chain.produceBlock({ timestamp: 0, coinbase: producer.address, signer: producer, ...options });

  it("[1] [2b] [4] takes a transaction, puts it into a block and confirms it", async () => {
    const fresh = Wallet.createRandom().address;
    const hash = await chain.addTransaction(await transfer(alice, fresh, 0));
    expect(await chain.status(hash)).to.deep.equal({ status: "pending" });
    expect(await chain.receipt(hash)).to.equal(undefined);
    const block = await mine(chain, []);
    expect(block.number).to.equal(1);
    expect(block.producer).to.equal(producer.address);
    expect(await chain.status(hash)).to.deep.equal({ status: "included", block: 1, index: 0 });
    const receipt = await chain.receipt(hash);
    expect(receipt).to.deep.include({ success: true, gasUsed: 21_000n, block: 1, index: 0, to: fresh, type: 2 });
    expect(receipt?.effectiveGasPrice).to.equal(config.baseFee + gwei(1));
    expect(receipt?.stateRoot).to.equal(block.stateRoot);
    const state = await chain.stateAt();
    expect((await state.account(fresh))?.balance).to.equal(parseEther("1"));
    expect((await state.account(producer.address))?.balance, "the tip").to.equal(21_000n * gwei(1));
    const paid = parseEther("1") + 21_000n * (config.baseFee + gwei(1));
    expect((await state.account(alice.address))?.balance).to.equal(parseEther("10000") - paid);
    expect(await chain.status(keccakText("unknown"))).to.deep.equal({ status: "unknown" });
  });

  it("[2b] orders by tip and by nonce, within the gas limit, and makes no empty block", async () => {
    expect(await produce()).to.equal(undefined);
    const tip = (amount: number) => ({ maxFeePerGas: gwei(20), maxPriorityFeePerGas: gwei(amount) });
    const cheap = await chain.addTransaction(await transfer(alice, carol.address, 0, tip(1)));
    const dear = await chain.addTransaction(await transfer(alice, carol.address, 1, tip(9)));
    const middle = await chain.addTransaction(await transfer(bob, carol.address, 0, tip(5)));
    const gap = await chain.addTransaction(await transfer(carol, bob.address, 1, tip(9)));
    expect(chain.pending().map(({ hash }) => hash)).to.deep.equal([middle, cheap, dear]);
    expect(await chain.pendingNonce(alice.address)).to.equal(2);
    expect(await chain.pendingNonce(carol.address)).to.equal(0);
    const block = await produce({ timestamp: 5 });
    expect(block?.transactionHashes).to.deep.equal([middle, cheap, dear]);
    expect(block?.timestamp, "never before the parent").to.equal(config.genesisTimestamp);
    expect(await chain.status(gap)).to.deep.equal({ status: "pending" });
    await chain.addTransaction(await transfer(carol, bob.address, 0));
    expect((await produce({ maxTransactions: 1 }))?.transactions).to.have.length(1);
    expect((await produce())?.transactionHashes).to.deep.equal([gap]);

    const narrow = await Chain.open({ ...config, gasLimit: 50_000n });
    for (const user of users.slice(0, 4)) await narrow.addTransaction(await transfer(user, bob.address, 0));
    const options = { timestamp: 0, coinbase: producer.address, signer: producer };
    expect((await narrow.produceBlock(options))?.gasUsed).to.equal(42_000n);
    expect((await narrow.produceBlock(options))?.gasUsed).to.equal(42_000n);
    await narrow.close();
  });

  it("[2a] decodes a transaction once: what waits is found by its hash", async () => {
    const raw = await transfer(alice, bob.address, 0);
    const hash = await chain.addTransaction(chain.decodeNew(fromHex(raw)));
    expect(chain.decode(fromHex(raw))).to.equal(chain.decode(fromHex(raw)));
    expect(() => chain.decodeNew(fromHex(raw)))
      .to.throw(TransactionError, `${hash} is already in the mempool`)
      .with.property("code", "ALREADY_KNOWN");
    const error: unknown = await chain.addTransaction(raw).catch((thrown: unknown) => thrown);
    expect(error).to.have.property("code", "ALREADY_KNOWN");
    expect(chain.pendingCount).to.equal(1);
  });

  it("[3.2] tells why a transaction left the mempool", async () => {
    const events: DroppedTransaction[] = [];
    chain.on("dropped", (dropped) => events.push(dropped));
    const half = parseEther("6000");
    const first = await chain.addTransaction(await transfer(alice, bob.address, 0, { value: half }));
    const second = await chain.addTransaction(await transfer(alice, bob.address, 1, { value: half }));
    const replaced = await chain.addTransaction(await transfer(carol, bob.address, 0));
    const better = await transfer(carol, bob.address, 0, { maxFeePerGas: gwei(9), maxPriorityFeePerGas: gwei(2) });
    const replacement = await chain.addTransaction(better);
    expect(await chain.status(replaced)).to.deep.equal({ status: "dropped", reason: `replaced by ${replacement}` });
    expect((await produce())?.transactionHashes).to.have.members([first, replacement]);
    const status = await chain.status(second);
    expect(status.status).to.equal("dropped");
    expect(status.status === "dropped" && status.reason).to.match(/has \d+ wei, expected at least/);
    expect(events.map(({ hash }) => hash)).to.deep.equal([replaced, second]);
    const waiting = await chain.addTransaction(await transfer(bob, carol.address, 0));
    const dropped = await chain.dropPending("the sequencer is silent");
    expect(dropped).to.have.length(1);
    expect(dropped[0]).to.deep.include({ hash: waiting, sender: bob.address, nonce: 0 });
    expect(await chain.status(waiting)).to.deep.equal({ status: "dropped", reason: "the sequencer is silent" });
    await chain.addTransaction(dropped[0]!.raw);
    expect(await chain.status(waiting)).to.deep.equal({ status: "pending" });
  });

  it("[3] [5.2] a peer verifies a signed block and executes it to the same state", async () => {
    const block = await mine(chain, [await transfer(alice, bob.address, 0), await transfer(bob, carol.address, 0)]);
    const asked: string[] = [];
    const sent = JSON.parse(JSON.stringify(toSignedBlock(block))) as SignedBlock;
    const imported = await peer.importBlock(sent, (address) => asked.push(address) > 0);
    expect(imported).to.deep.equal(block);
    expect(asked).to.deep.equal([producer.address]);
    expect(peer.head.stateRoot).to.equal(chain.head.stateRoot);
    expect(await peer.importBlock(sent, () => false), "a known block is no news").to.deep.equal(block);
    expect(await peer.receipt(block.transactionHashes[0]!)).to.deep.equal(
      await chain.receipt(block.transactionHashes[0]!),
    );
  });

  describe("[S3] [3] refuses a forged block with the reason", () => {
    let block: SignedBlock;

    beforeEach(async () => {
      await mine(peer, [await transfer(alice, bob.address, 0)]);
      await chain.importBlock(toSignedBlock(peer.head), anyProducer);
      block = toSignedBlock(await mine(chain, [await transfer(bob, carol.address, 0)]));
    });

    async function refuses(change: Partial<SignedBlock>, code: BlockErrorCode, message: RegExp): Promise<void> {
      const hash = change.hash ?? block.hash;
      const signature = asHex(
        change.signature ?? (await producer.signTypedData(blockDomain(config), BLOCK_TYPES, { hash })),
      );
      const before = peer.head;
      const isProducer = (address: string): boolean => address === producer.address;
      const error = await peer.importBlock({ ...block, ...change, signature }, isProducer).then(
        () => undefined,
        (thrown: unknown) => thrown as BlockError,
      );
      expect(error).to.be.instanceOf(BlockError);
      expect(error?.code, error?.message).to.equal(code);
      expect(error?.message).to.match(message);
      expect(peer.head).to.equal(before);
    }

    it("a state root that execution does not give", () =>
      refuses({ stateRoot: keccakText("forged") }, "WRONG_STATE_ROOT", /claims state root .* execution gives/));
    it("a header that is not the one signed", () =>
      refuses({ coinbase: alice.address, stateRoot: block.stateRoot }, "WRONG_STATE_ROOT", /claims state root/));
    it("another time than the one signed", () =>
      refuses({ timestamp: block.timestamp + 1 }, "WRONG_HASH", /claims hash .* its header has/));
    it("a signature of somebody else", async () => {
      const signature = asHex(await alice.signTypedData(blockDomain(config), BLOCK_TYPES, { hash: block.hash }));
      await refuses({ signature }, "WRONG_PRODUCER", new RegExp(`signed by ${alice.address}, who may not`));
    });
    it("a signature for another chain", async () => {
      const domain = blockDomain({ chainId: 1n });
      const signature = asHex(await producer.signTypedData(domain, BLOCK_TYPES, { hash: block.hash }));
      await refuses({ signature }, "WRONG_PRODUCER", /may not produce it/);
    });
    it("no signature at all", () => refuses({ signature: `0x${"00".repeat(65)}` }, "BAD_SIGNATURE", /no valid/));
    it("an unknown parent", () =>
      refuses({ parentHash: keccakText("nothing") }, "UNKNOWN_PARENT", /expected the head/));
    it("a parent that is not the head", () =>
      refuses({ parentHash: peer.base.hash }, "NOT_ON_HEAD", /expected the head/));
    it("a number out of sequence", () => refuses({ number: 3 }, "BAD_NUMBER", /Block 3 builds on block 1/));
    it("a time before the parent's", () =>
      refuses({ timestamp: peer.head.timestamp - 1 }, "BAD_TIME", /expected \d+ or later/));
    it("a transaction that cannot be executed", async () => {
      const transactions = [...block.transactions, await transfer(bob, carol.address, 5)];
      await refuses({ transactions }, "BAD_TRANSACTION", /Transaction 1 of block 2 is invalid: The nonce is 5/);
    });
    it("a transaction that no answer on L1 could carry [11.8]", async () => {
      const accessList = Array.from({ length: 4_600 }, (_, index) => ({
        address: toBeHex(index, 20),
        storageKeys: [],
      }));
      const transactions = [await transfer(bob, carol.address, 0, { accessList, gasLimit: 12_000_000n })];
      await refuses({ transactions }, "BAD_TRANSACTION", /has \d{6} bytes, expected at most 98304/);
    });
    it("a forged transaction", async () => {
      const transactions = [await transfer(alice, carol.address, 1, { value: parseEther("20000") })];
      await refuses({ transactions }, "BAD_TRANSACTION", /has \d+ wei, expected at least/);
    });
    it("a left-out transaction", async () => {
      const transactions = [await transfer(carol, alice.address, 0)];
      await refuses({ transactions }, "WRONG_STATE_ROOT", /claims state root/);
    });
    it("malformed fields, by name", async () => {
      await refuses({ transactions: [] }, "MALFORMED", /transactions is malformed, expected at least one/);
      await refuses({ transactions: ["0xZZ"] }, "MALFORMED", /transactions/);
      await refuses({ number: -1 }, "MALFORMED", /number is malformed, expected an integer/);
      await refuses({ number: 1.5 }, "MALFORMED", /number/);
      await refuses({ parentHash: "0x12" }, "MALFORMED", /parentHash is malformed, expected 32 bytes/);
      await refuses({ coinbase: "0x12" }, "MALFORMED", /coinbase/);
      await refuses({ signature: "0x12" }, "MALFORMED", /signature is malformed, expected 65 bytes/);
    });
    it("more gas than a block may use", async () => {
      const narrow = await Chain.open({ ...config, gasLimit: 30_000n });
      const raws = [await transfer(alice, bob.address, 0), await transfer(bob, carol.address, 0)];
      const full = await Chain.open(config);
      const large = toSignedBlock(await mine(full, raws));
      const error = await narrow
        .importBlock({ ...large, parentHash: narrow.head.hash }, anyProducer)
        .catch((thrown: unknown) => thrown as BlockError);
      expect(error).to.have.property("code", "TOO_MUCH_GAS");
      await narrow.close();
      await full.close();
    });
  });

  it("[3.2] [3.1] [Q8] [11.14] rolls back, tells which transactions failed, and takes them again", async () => {
    const raws = [0, 1, 2].map((nonce) => transfer(alice, bob.address, nonce));
    const blocks: Block[] = [];
    for (const raw of raws) blocks.push(await mine(chain, [await raw]));
    const told: DroppedTransaction[] = [];
    chain.on("rollback", ({ dropped }) => told.push(...dropped));
    const dropped = await chain.rollbackTo(1, "batch 2 was proven wrong");
    expect(told).to.deep.equal(dropped);
    expect(chain.head).to.deep.equal(blocks[0]);
    expect(dropped.map(({ hash, block, nonce, sender }) => ({ hash, block, nonce, sender }))).to.deep.equal(
      [1, 2].map((index) => ({
        hash: blocks[index]!.transactionHashes[0],
        block: index + 1,
        nonce: index,
        sender: alice.address,
      })),
    );
    const hash = keccakHex(await raws[1]!);
    expect(await chain.status(hash)).to.deep.equal({ status: "dropped", reason: "batch 2 was proven wrong", block: 2 });
    expect(await chain.receipt(hash)).to.equal(undefined);
    expect(await chain.transaction(hash)).to.equal(undefined);
    expect(await chain.block(2)).to.equal(undefined);
    expect(await chain.block(blocks[1]!.hash)).to.equal(undefined);
    expect(Number((await (await chain.stateAt()).account(alice.address))?.nonce)).to.equal(1);
    const again = await mine(chain, [await raws[1]!, await raws[2]!]);
    expect(again.number).to.equal(2);
    expect(await chain.status(hash)).to.deep.equal({ status: "included", block: 2, index: 0 });
    expect(again.stateRoot, "no money is lost").to.equal(blocks[2]!.stateRoot);
    expect(await chain.rollbackTo(2, "nothing to do")).to.deep.equal([]);
    await chain.rollbackTo(0, "all of it");
    expect(chain.head).to.deep.equal(chain.base);
    const error = await chain.rollbackTo(-1, "too far").catch((thrown: unknown) => thrown as Error);
    expect(error).to.be.instanceOf(ChainError).with.property("code", "UNKNOWN_BLOCK");
  });

  it("[3.3.6b.1] adopts a batch that L1 confirmed, in the place of blocks that conflict with it", async () => {
    const shared = await mine(chain, [await transfer(alice, bob.address, 0)]);
    await peer.importBlock(toSignedBlock(shared), anyProducer);
    await mine(chain, [await transfer(bob, carol.address, 0)]);
    await mine(chain, [await transfer(alice, bob.address, 1), await transfer(carol, bob.address, 0)]);
    await mine(chain, [await transfer(alice, bob.address, 2)]);
    const common = await transfer(alice, bob.address, 1);
    await mine(peer, [await transfer(bob, carol.address, 0)]);
    await mine(peer, [common, await transfer(bob, alice.address, 1)]);
    const batch = await peer.transactions(2, 3);

    const dropped = await chain.adoptBatch(batch, 1);
    expect(chain.head.stateRoot).to.equal(peer.head.stateRoot);
    expect(chain.head.hash, "the same blocks, though unsigned").to.equal(peer.head.hash);
    expect(chain.head.signature).to.equal(undefined);
    expect((await chain.block(2))?.producer, "a block that agrees stays as it is").to.equal(producer.address);
    expect(dropped.map(({ sender, nonce }) => [sender, nonce])).to.deep.equal([
      [carol.address, 0],
      [alice.address, 2],
    ]);
    expect((await chain.status(keccakHex(common))).status).to.equal("included");
    const next = await mine(chain, [await transfer(carol, bob.address, 0)]);
    expect(await peer.importBlock(toSignedBlock(next), anyProducer)).to.deep.equal(next);
    expect(await chain.adoptBatch(batch, 1), "once adopted, later blocks stay").to.deep.equal([]);
    expect(chain.head.number).to.equal(4);
  });

  it("[9.3] adopts a batch from L1's data alone, whatever its block numbers", async () => {
    const context = (number: number, timestamp: number) => {
      return {
        number: BigInt(number),
        timestamp: BigInt(timestamp),
        coinbase: bob.address.toLowerCase(),
        randomness: RANDOMNESS,
      };
    };
    const raw = async (nonce: number) => Buffer.from((await transfer(alice, carol.address, nonce)).slice(2), "hex");
    const later = config.genesisTimestamp + 7;
    await chain.adoptBatch(
      [
        { context: context(3, later), raw: await raw(0) },
        { context: context(3, later), raw: await raw(1) },
        { context: context(90, later), raw: await raw(2) },
      ],
      0,
    );
    expect(chain.head.number).to.equal(90);
    expect((await chain.block(3))?.transactions).to.have.length(2);
    expect(await chain.block(4)).to.equal(undefined);
    expect((await chain.transactions(1, 90)).map(({ context: { number } }) => number)).to.deep.equal([3n, 3n, 90n]);
    expect((await chain.transactions(1, 50)).length).to.equal(2);
    expect((await mine(chain, [await transfer(alice, bob.address, 3)])).number).to.equal(91);
    await chain.rollbackTo(50, "half of it");
    expect(chain.head.number).to.equal(3);
  });

  it("[9.3] leaves the chain as it was where a batch does not fit", async () => {
    await mine(chain, [await transfer(alice, bob.address, 0)]);
    const before = chain.head;
    const context = (number: number, timestamp: number) => {
      return { number: BigInt(number), timestamp: BigInt(timestamp), coinbase: bob.address, randomness: RANDOMNESS };
    };
    const raw = new Uint8Array(Buffer.from((await transfer(alice, carol.address, 7)).slice(2), "hex"));
    const time = config.genesisTimestamp;
    const refuses = async (contexts: ReturnType<typeof context>[], code: string, message: RegExp, after = 0) => {
      const transactions = contexts.map((place) => ({ context: place, raw }));
      const error = await chain.adoptBatch(transactions, after).catch((thrown: unknown) => thrown as ChainError);
      expect(error).to.be.instanceOf(ChainError).with.property("code", code);
      expect((error as ChainError).message).to.match(message);
      expect(chain.head).to.equal(before);
    };
    await refuses([context(1, time)], "BAD_BATCH", /is invalid: The nonce is 7/);
    await refuses([context(0, time)], "BAD_BATCH", /Block 0 of the batch does not follow block 0/);
    await refuses([context(1, time - 1)], "BAD_BATCH", /does not follow/);
    await refuses([{ ...context(1, time), number: 2n ** 60n }], "BAD_BATCH", /does not follow/);
    await refuses([context(1, time), context(1, time + 1)], "BAD_BATCH", /two timestamps, coinbases/);
    await refuses([context(9, time)], "UNKNOWN_BLOCK", /Block 8 is not in the chain/, 8);
  });

  it("drops from the mempool what other peers' blocks made impossible", async () => {
    const mined = await transfer(alice, bob.address, 0, { value: parseEther("9990") });
    const hash = await peer.addTransaction(await transfer(alice, carol.address, 0));
    const unaffordable = await peer.addTransaction(
      await transfer(alice, carol.address, 1, { value: parseEther("20") }),
    );
    const affordable = await peer.addTransaction(await transfer(alice, carol.address, 2));
    await peer.importBlock(toSignedBlock(await mine(chain, [mined])), anyProducer);
    expect((await peer.status(hash)).status).to.equal("dropped");
    expect((await peer.status(unaffordable)).status).to.equal("dropped");
    expect((await peer.status(affordable)).status).to.equal("pending");
  });

  it("runs changes one after the other, however they are called", async () => {
    const raws = await Promise.all(users.map((user) => transfer(user, alice.address, 0)));
    const produced: Promise<Block | undefined>[] = [];
    for (const raw of raws) {
      void chain.addTransaction(raw);
      produced.push(produce());
    }
    const blocks = (await Promise.all(produced)).filter((block) => block !== undefined);
    expect(blocks.map(({ number }) => number)).to.deep.equal(users.map((_, index) => index + 1));
    for (const [index, block] of blocks.entries()) {
      expect(block.parentHash).to.equal(index === 0 ? chain.base.hash : blocks[index - 1]!.hash);
    }
    expect(chain.base.parentHash).to.equal(ZERO_HASH);
  });

  it("keeps nothing of a block whose signer fails", async () => {
    await chain.addTransaction(await transfer(alice, bob.address, 0));
    const signer = { signTypedData: () => Promise.reject(new Error("the key is locked")) };
    const failed = chain.produceBlock({ timestamp: 0, coinbase: producer.address, signer });
    expect(await failed.catch((error: unknown) => (error as Error).message)).to.equal("the key is locked");
    expect(chain.head).to.deep.equal(chain.base);
    expect((await produce())?.number).to.equal(1);
  });
});
