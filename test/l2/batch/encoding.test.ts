import { expect } from "chai";
import { Wallet, concat, getBytes, toBeHex } from "ethers";

import {
  EncodingError,
  decodeObject,
  decodeRecords,
  encodeObject,
  encodeRecords,
  recordEnds,
} from "../../../l2/batch/encoding.ts";
import { recordSize, RANDOMNESS } from "../../../l2/protocol/l2-transaction.ts";
import type { L2Transaction } from "../../../l2/protocol/l2-transaction.ts";
import { toHex } from "../../../l2/base/hex.ts";
import { keccakHex, keccakText } from "../../../l2/base/keccak.ts";

const DICE = keccakText("randomness");
const coinbase = new Wallet(keccakText("coinbase")).address;
const context = (number: number, timestamp = 1000 + number) => {
  return { number: BigInt(number), timestamp: BigInt(timestamp), coinbase, randomness: RANDOMNESS };
};
const tx = (number: number, size: number): L2Transaction => ({
  context: context(number),
  raw: new Uint8Array(size).fill(number),
});
const list = [tx(1, 3), tx(1, 110), tx(4, 0), tx(9, 300), tx(9, 1)];

describe("Batch encoding", () => {
  it("encodes records as the protocol says, and decodes them", () => {
    const place = { ...context(1), randomness: DICE };
    const random = list.slice(0, 2).map(({ raw }) => ({ context: place, raw }));
    const data = encodeRecords(random);
    const expected = concat([
      "0x01",
      toBeHex(1, 8),
      toBeHex(1001, 8),
      coinbase,
      DICE,
      toBeHex(3, 3),
      "0x010101",
      "0x00",
      toBeHex(110, 3),
      `0x${"01".repeat(110)}`,
    ]);
    expect(toHex(data)).to.equal(expected);
    expect(data.length).to.equal(recordSize(3, true) + recordSize(110, false));
    expect(decodeRecords(data)).to.deep.equal(random);
    expect(decodeRecords(encodeRecords(list))).to.deep.equal(list);
    expect(decodeRecords(new Uint8Array())).to.deep.equal([]);
  });

  it("[11.8] tells where records end, and reads one by one", () => {
    const data = encodeRecords(list);
    const ends = recordEnds(data);
    expect(ends).to.have.length(list.length);
    expect(ends.at(-1)).to.equal(data.length);
    for (const [index, end] of ends.entries()) {
      const record = data.slice(ends[index - 1] ?? 0, end);
      expect(decodeRecords(record, list[index - 1]?.context)).to.deep.equal([list[index]]);
    }
    expect(recordEnds(new Uint8Array())).to.deep.equal([]);
  });

  it("[11.8] refuses bytes that are not the one encoding of a list", () => {
    const data = encodeRecords(list);
    const refuses = (bytes: Uint8Array, message: RegExp, after?: L2Transaction["context"]) =>
      expect(() => decodeRecords(bytes, after)).to.throw(EncodingError, message);
    refuses(data.slice(0, -1), /inside a transaction/);
    refuses(data.slice(0, 20), /inside a block/);
    refuses(data.slice(0, 70), /inside a length/);
    refuses(getBytes("0x00000001aa"), /first record opens no block/);
    refuses(getBytes("0x02"), /flag at byte 0 is 2, expected 0 or 1/);
    const first = data.slice(0, recordEnds(data)[0]);
    refuses(Buffer.concat([first, first]), /opens block 1, expected one above 1/);
    refuses(first, /expected one above 7/, context(7));
    const early = encodeRecords([{ context: context(8, 5), raw: new Uint8Array() }]);
    refuses(Buffer.concat([first, early]), /time 5, expected 1001 or later/);
    expect(decodeRecords(getBytes("0x00000001aa"), context(7))).to.have.length(1);
    expect(() => recordEnds(data.slice(0, -1))).to.throw(EncodingError, "Data ends inside");
  });

  it("refuses to encode blocks out of order", () => {
    const refuses = (transactions: L2Transaction[], message: RegExp) =>
      expect(() => encodeRecords(transactions)).to.throw(EncodingError, message);
    refuses([tx(2, 1), tx(1, 1)], /opens block 1, expected one above 2/);
    refuses([tx(2, 1), { ...tx(2, 1), context: context(2, 9) }], /block 2 another timestamp, coinbase/);
    const dice = { ...context(2), randomness: DICE };
    refuses([tx(2, 1), { ...tx(2, 1), context: dice }], /coinbase or randomness/);
    refuses([tx(2, 1), { ...tx(3, 1), context: context(3, 9) }], /time 9, expected 1002/);
    refuses([{ ...tx(1, 1), raw: new Uint8Array(0x1000000) }], /expected at most 16777215/);
    const lower = { ...context(2), coinbase: coinbase.toLowerCase() };
    expect(encodeRecords([tx(2, 1), { ...tx(2, 1), context: lower }])).to.have.length(recordSize(1, true) + 5);
  });

  it("decodes only the object that the header commits to", () => {
    const data = encodeRecords(list);
    const stateRoots = list.map((_, index) => keccakText(`root ${index}`));
    const object = encodeObject(data, stateRoots);
    const header = { dataHash: keccakHex(object), dataSize: BigInt(data.length), txCount: BigInt(list.length) };
    const decoded = decodeObject(header, object);
    expect(decoded).to.deep.equal({ data, stateRoots, transactions: list });
    const altered = Uint8Array.from(object);
    altered[50]! ^= 1;
    expect(() => decodeObject(header, altered)).to.throw(EncodingError, /hashes to .* expected/);
    const refuses = (change: object, message: RegExp) =>
      expect(() => decodeObject({ ...header, ...change }, object)).to.throw(EncodingError, message);
    refuses({ txCount: 4n }, /expected \d+/);
    refuses({ dataSize: header.dataSize + 32n, txCount: 4n }, /flag at byte/);
    const short = encodeObject(encodeRecords(list.slice(0, 4)), stateRoots);
    const lying = { ...header, dataHash: keccakHex(short), dataSize: BigInt(short.length - 160) };
    expect(() => decodeObject(lying, short)).to.throw(EncodingError, "holds 4 transactions, expected 5");
  });
});
