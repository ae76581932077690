/** Solidity and TypeScript agree on every format of docs/protocol.md. */
import { expect } from "chai";
import { type Contract, ZeroAddress, getAddress, hexlify, randomBytes } from "ethers";
import { network } from "hardhat";

import { decodeRecords, encodeRecords, splitRecords } from "../../l2/batch/encoding.ts";
import type { BlockContext } from "../../l2/protocol/l2-transaction.ts";
import { BATCH_HEADER_TYPES, type BatchHeader, hashHeader } from "../../l2/batch/header.ts";
import { Frontier, batchTree, mttbrLeafValue } from "../../l2/batch/tree.ts";
import { type Hex, ZERO_HASH, toHex } from "../../l2/base/hex.ts";
import { keccakHex, keccakText } from "../../l2/base/keccak.ts";
import { deployHarness } from "../../testkit/harness.ts";

const connection = await network.create();
const { ethers } = connection;
const NO_BLOCK = { number: 0n, timestamp: 0n, coinbase: ZeroAddress };

const hashes = (count: number): Hex[] => Array.from({ length: count }, () => toHex(randomBytes(32)));
const below = (limit: number): number => Math.floor(Math.random() * limit);
const uint = (bits: number): bigint => BigInt(hexlify(randomBytes(bits / 8)));
const address = (): string => getAddress(hexlify(randomBytes(20)));

function randomHeader(): BatchHeader {
  const fields = BATCH_HEADER_TYPES["BatchHeader"]!.map(({ name, type }) => [
    name,
    type === "address" ? address() : type === "bytes32" ? hashes(1)[0] : uint(Number(type.slice("uint".length))),
  ]);
  return Object.fromEntries(fields) as BatchHeader;
}

describe("Formats on L1 and off it", function () {
  let harness: Contract;
  const call = async (name: string, ...args: unknown[]): Promise<unknown> => await harness.getFunction(name)(...args);

  before(async () => {
    harness = await deployHarness(connection, "test/batches/BatchHarness.sol");
  });

  it("a header has one hash: the EIP-712 struct hash that certificates sign", async () => {
    for (let round = 0; round < 20; round++) {
      const header = randomHeader();
      const struct = ethers.TypedDataEncoder.hashStruct("BatchHeader", BATCH_HEADER_TYPES, { ...header });
      expect(hashHeader(header)).to.equal(struct);
      expect(await call("hashHeader", header)).to.deep.equal([struct, struct]);
    }
  });

  it("[7] the MTTBR commits to a transaction and its block in the same way", async () => {
    for (let round = 0; round < 20; round++) {
      const context = { number: uint(64), timestamp: uint(64), coinbase: address() };
      const raw = randomBytes(1 + below(200));
      const value = mttbrLeafValue({ context, raw });
      expect(await call("transactionValue", context, keccakHex(raw))).to.equal(value);
    }
  });

  it("[7] [11.9] trees of 1 to 300 leaves grow on L1, in two pieces, to the root that the L2 computes", async () => {
    for (let count = 1; count <= 300; count += 1 + below(4)) {
      const leaves = hashes(count);
      const tree = batchTree(leaves);
      const cut = below(count + 1);
      const [, peaks] = (await call("grow", 0, [], leaves.slice(0, cut))) as [Hex, Hex[]];
      expect([...peaks], `${cut} of ${count}`).to.deep.equal(tree.frontier(cut));
      const [root, grown] = (await call("grow", cut, [...peaks], leaves.slice(cut))) as [Hex, Hex[]];
      expect(root, `${count} leaves, cut at ${cut}`).to.equal(tree.root);
      expect([...grown]).to.deep.equal(tree.frontier(count));
      const frontier = new Frontier(cut, [...peaks]);
      for (const leaf of leaves.slice(cut)) frontier.append(leaf);
      expect(frontier.root()).to.equal(root);
    }
  });

  it("[11.9] range proofs of 1 to 300 leaves lead to the root on L1", async () => {
    for (let count = 1; count <= 300; count += 1 + below(4)) {
      const leaves = hashes(count);
      const tree = batchTree(leaves);
      const from = below(count);
      const to = from + 1 + below(count - from);
      const range = leaves.slice(from, to);
      const proof = tree.rangeProof(from, to);
      const where = `[${from}, ${to}) of ${count}`;
      expect(await call("rangeRoot", range, from, count, proof), where).to.equal(tree.root);
      range[below(range.length)] = keccakText("another");
      expect(await call("rangeRoot", range, from, count, proof), where).to.not.equal(tree.root);
    }
  });

  it("[Q7] L1 finds a leaf at its place in the tree and nowhere else", async () => {
    for (const count of [1, 2, 3, 7, 64, 65]) {
      const leaves = hashes(count);
      const tree = batchTree(leaves);
      const index = below(count);
      expect(await call("contains", tree.root, index, leaves[index], tree.proof(index))).to.equal(true);
      expect(await call("contains", tree.root, index + 1, leaves[index], tree.proof(index))).to.equal(false);
      expect(await call("contains", tree.root, index, keccakText("another"), tree.proof(index))).to.equal(false);
    }
  });

  it("[11.9] a range proof fails with a hash too many or too few", async () => {
    const tree = batchTree(hashes(13));
    const range = hashes(3);
    const proof = tree.rangeProof(4, 7);
    await expect(call("rangeRoot", range, 4, 13, [...proof, ZERO_HASH]))
      .to.be.revertedWithCustomError(harness, "BatchTreeWrongProof")
      .withArgs(proof.length + 1, proof.length);
    await expect(call("rangeRoot", range, 4, 13, proof.slice(1))).to.be.revertedWithPanic(0x32);
  });

  it("[11.9] a range after the last row is refused, since the root does not commit to it", async () => {
    for (const count of [1, 2, 3, 4, 8, 13, 16]) {
      const leaves = hashes(count);
      const beyond = [...leaves, keccakText("a leaf that is not in the tree")];
      await expect(
        call(
          "rangeRoot",
          beyond,
          0,
          count,
          Array.from({ length: 5 }, () => ZERO_HASH),
        ),
      )
        .to.be.revertedWithCustomError(harness, "BatchTreeOutOfRange")
        .withArgs(count + 1, count);
    }
  });

  describe("records", () => {
    function randomTransactions(count: number) {
      let context: BlockContext = { number: uint(32), timestamp: uint(32), coinbase: address() };
      return Array.from({ length: count }, () => {
        if (below(3) === 0) {
          const { number, timestamp } = context;
          const later = BigInt(below(20));
          context = { number: number + 1n + BigInt(below(3)), timestamp: timestamp + later, coinbase: address() };
        }
        return { context, raw: randomBytes(below(300)) };
      });
    }
    const plain = (transactions: readonly { context: BlockContext; raw: Uint8Array }[]) =>
      transactions.map(({ context: { number, timestamp, coinbase }, raw }) => [
        [number, timestamp, coinbase],
        toHex(raw),
      ]);
    const read = async (records: Uint8Array | string, last: BlockContext = NO_BLOCK): Promise<unknown[]> => {
      const result = (await call("readRecords", records, last)) as { toArray(deep: boolean): unknown[] };
      return result.toArray(true);
    };

    it("[11.8] L1 reads what the L2 encodes, also in pieces", async () => {
      for (let round = 0; round < 20; round++) {
        const transactions = randomTransactions(1 + below(40));
        const data = encodeRecords(transactions);
        expect(await read(data)).to.deep.equal(plain(transactions));
        let last: BlockContext = NO_BLOCK;
        const pieced: unknown[] = [];
        for (const piece of splitRecords(data, 700)) {
          pieced.push(...(await read(piece, last)));
          last = decodeRecords(piece, last).at(-1)!.context;
        }
        expect(pieced).to.deep.equal(plain(transactions));
      }
    });

    it("[11.8] bytes that end within a record revert, wherever they end", async () => {
      const data = encodeRecords([
        { context: { number: 1n, timestamp: 2n, coinbase: address() }, raw: randomBytes(9) },
      ]);
      expect(data.length).to.equal(1 + 36 + 3 + 9);
      await expect(call("readRecord", "0x", 0, NO_BLOCK))
        .to.be.revertedWithCustomError(harness, "RecordsTruncated")
        .withArgs(1, 0);
      for (let length = 1; length < data.length; length++) {
        const end = length < 37 ? 37 : length < 40 ? 40 : 49;
        await expect(call("readRecord", data.slice(0, length), 0, NO_BLOCK), `${length} bytes`)
          .to.be.revertedWithCustomError(harness, "RecordsTruncated")
          .withArgs(end, length);
        await expect(read(data.slice(0, length)), `${length} bytes`).to.be.revertedWithCustomError(
          harness,
          "RecordsTruncated",
        );
      }
      expect(await read(data)).to.have.length(1);
    });

    it("[11.8] a flag is 0 or 1", async () => {
      const data = encodeRecords(randomTransactions(1));
      for (const flag of [2, 128, 255]) {
        data[0] = flag;
        await expect(read(data)).to.be.revertedWithCustomError(harness, "RecordsUnknownFlag").withArgs(0, flag);
        expect(() => decodeRecords(data)).to.throw(`is ${flag}`);
      }
    });

    it("[11.8] the first record opens a block", async () => {
      await expect(read("0x0000000100")).to.be.revertedWithCustomError(harness, "RecordsWithoutBlock");
      const after = { number: 1n, timestamp: 1n, coinbase: address() };
      expect(await read("0x0000000100", after)).to.deep.equal([[[1n, 1n, after.coinbase], "0x00"]]);
    });

    it("[11.8] a new block has a higher number and a time that is not lower", async () => {
      const last = { number: 7n, timestamp: 9n, coinbase: address() };
      const opening = (number: bigint, timestamp: bigint): Uint8Array =>
        encodeRecords([{ context: { number, timestamp, coinbase: address() }, raw: randomBytes(3) }]);
      for (const [number, timestamp] of [
        [7n, 9n],
        [7n, 10n],
        [6n, 10n],
        [8n, 8n],
      ] as const) {
        await expect(read(opening(number, timestamp), last))
          .to.be.revertedWithCustomError(harness, "RecordsBlockOutOfOrder")
          .withArgs(number, timestamp, 7, 9);
      }
      expect(await read(opening(8n, 9n), last)).to.have.length(1);
      await expect(read(opening(0n, 5n))).to.be.revertedWithCustomError(harness, "RecordsBlockOutOfOrder");
    });
  });
});
