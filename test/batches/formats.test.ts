/** Solidity and TypeScript agree on every format of docs/protocol.md. */
import { expect } from "chai";
import { type Contract, getAddress, hexlify, randomBytes } from "ethers";
import { network } from "hardhat";

import { decodeRecords, encodeRecords } from "../../l2/batch/encoding.ts";
import type { BlockContext, L2Transaction } from "../../l2/protocol/l2-transaction.ts";
import { BATCH_HEADER_TYPES, type BatchHeader, hashHeader } from "../../l2/batch/header.ts";
import { batchTree, mttbrLeafValue } from "../../l2/batch/tree.ts";
import { type Hex, ZERO_HASH, toHex } from "../../l2/base/hex.ts";
import { keccakHex, keccakText } from "../../l2/base/keccak.ts";
import { deployHarness } from "../../testkit/harness.ts";

const connection = await network.create();
const { ethers } = connection;

const hashes = (count: number): Hex[] => Array.from({ length: count }, () => toHex(randomBytes(32)));
const below = (limit: number): number => Math.floor(Math.random() * limit);
const uint = (bits: number): bigint => BigInt(hexlify(randomBytes(bits / 8)));
const address = (): string => getAddress(hexlify(randomBytes(20)));
const randomBlock = (): BlockContext => ({
  number: uint(64),
  timestamp: uint(64),
  coinbase: address(),
  randomness: toHex(randomBytes(32)),
});

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
      const context = randomBlock();
      const raw = randomBytes(1 + below(200));
      const value = mttbrLeafValue({ context, raw });
      expect(await call("transactionValue", context, keccakHex(raw))).to.equal(value);
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
      // The L2 pads trees as L1 expects it.
      expect(await call("rangeRoot", range, from, count, proof), where).to.deep.equal([tree.root, true]);
      range[below(range.length)] = keccakText("another");
      const [root] = (await call("rangeRoot", range, from, count, proof)) as [Hex, boolean];
      expect(root, where).to.not.equal(tree.root);
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
    for (const wrong of [[...proof, ZERO_HASH], proof.slice(1)]) {
      await expect(call("rangeRoot", range, 4, 13, wrong))
        .to.be.revertedWithCustomError(harness, "BatchTreeWrongProof")
        .withArgs(wrong.length, proof.length);
    }
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
    function randomTransactions(count: number): L2Transaction[] {
      let context: BlockContext = { ...randomBlock(), number: uint(32), timestamp: uint(32) };
      return Array.from({ length: count }, () => {
        if (below(3) === 0) {
          const { number, timestamp } = context;
          const later = timestamp + BigInt(below(20));
          context = { ...randomBlock(), number: number + 1n + BigInt(below(3)), timestamp: later };
        }
        return { context, raw: randomBytes(below(300)) };
      });
    }
    const plain = (transactions: readonly L2Transaction[]) =>
      transactions.map(({ context: { number, timestamp, coinbase, randomness }, raw }) => [
        [number, timestamp, coinbase, randomness],
        toHex(raw),
      ]);
    const read = async (records: Uint8Array | string): Promise<unknown[]> => {
      const result = (await call("readRecords", records)) as { toArray(deep: boolean): unknown[] };
      return result.toArray(true);
    };

    it("[11.8] L1 reads what the L2 encodes", async () => {
      for (let round = 0; round < 20; round++) {
        const transactions = randomTransactions(1 + below(40));
        expect(await read(encodeRecords(transactions))).to.deep.equal(plain(transactions));
      }
    });

    it("[11.8] [M10] L1 reads blocks that the L2 would refuse: what is wrong with them is for a check to say", async () => {
      const [transaction] = randomTransactions(1);
      const record = encodeRecords([transaction!]);
      const twice = new Uint8Array([...record, ...record]);
      expect(await read(twice)).to.deep.equal(plain([transaction!, transaction!]));
      expect(() => decodeRecords(twice)).to.throw();
    });

    it("[11.8] bytes that end within a record revert, wherever they end", async () => {
      const data = encodeRecords([{ context: randomBlock(), raw: randomBytes(9) }]);
      expect(data.length).to.equal(1 + 68 + 3 + 9);
      for (let length = 1; length < data.length; length++) {
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
    });
  });
});
