import { expect } from "chai";
import { AbiCoder, TypedDataEncoder, Wallet, keccak256 } from "ethers";

import { keccakText } from "../../../l2/base/keccak.ts";
import { ZERO_HASH } from "../../../l2/base/hex.ts";
import {
  BATCH_HEADER_TYPES,
  type BatchHeader,
  genesisHeader,
  hashHeader,
  lastBlockHash,
  toHeader,
} from "../../../l2/batch/header.ts";
import { config } from "../../../testkit/l2/fixtures.ts";

const header: BatchHeader = {
  index: 7n,
  parent: keccakText("parent"),
  epoch: 1n,
  term: 3n,
  sequencer: new Wallet(keccakText("sequencer")).address,
  txCount: 200n,
  dataSize: 30_000n,
  gasUsed: 4_200_000n,
  baseFee: 1_000n,
  firstBlock: 10n,
  lastBlock: 20n,
  firstTimestamp: 1000n,
  lastTimestamp: 1010n,
  blockBefore: keccakText("before"),
  deposits: 5n,
  depositsHash: keccakText("deposits"),
  preStateRoot: keccakText("pre"),
  postStateRoot: keccakText("post"),
  mtsr: keccakText("mtsr"),
  mttbr: keccakText("mttbr"),
  dataHash: keccakText("data"),
  attestations: keccakText("attestations"),
};

describe("Batch header", () => {
  it("hashes to its EIP-712 struct hash", () => {
    expect(hashHeader(header)).to.equal(TypedDataEncoder.hashStruct("BatchHeader", BATCH_HEADER_TYPES, header));
    expect(hashHeader({ ...header, gasUsed: 1n })).to.not.equal(hashHeader(header));
  });

  it("commits to its last block as L1 does", () => {
    const words = [header.lastBlock, header.lastTimestamp, header.postStateRoot, header.mttbr];
    const encoded = AbiCoder.defaultAbiCoder().encode(["uint64", "uint64", "bytes32", "bytes32"], words);
    expect(lastBlockHash(header)).to.equal(keccak256(encoded));
  });

  it("reads back what was sent as JSON, with numbers or strings", () => {
    const text = JSON.stringify(header, (_key, value: unknown) => (typeof value === "bigint" ? Number(value) : value));
    expect(toHeader(JSON.parse(text) as object)).to.deep.equal(header);
    const hexadecimal = { ...header, index: "0x7", txCount: "200", sequencer: header.sequencer.toLowerCase() };
    expect(toHeader(hexadecimal)).to.deep.equal(header);
    expect(toHeader({ ...header, mtsr: header.mtsr.toUpperCase().replace("0X", "0x") })).to.deep.equal(header);
  });

  it("names the field that is malformed", () => {
    const refuses = (change: object, message: RegExp) =>
      expect(() => toHeader({ ...header, ...change })).to.throw(TypeError, message);
    refuses({ index: -1n }, /index is -1, expected uint64/);
    refuses({ txCount: 2n ** 32n }, /txCount is 4294967296, expected uint32/);
    refuses({ gasUsed: "many" }, /gasUsed is many/);
    refuses({ gasUsed: "" }, /gasUsed/);
    refuses({ gasUsed: undefined }, /gasUsed is undefined/);
    refuses({ gasUsed: 1.5 }, /gasUsed is 1.5/);
    refuses({ sequencer: "0x12" }, /sequencer is 0x12, expected address/);
    refuses({ sequencer: 5n }, /sequencer is 5/);
    refuses({ mtsr: "0x12" }, /mtsr is 0x12, expected bytes32/);
  });

  it("starts the chain of batches at genesis", () => {
    const genesis = genesisHeader(config, keccakText("state"));
    expect(genesis.preStateRoot).to.equal(keccakText("state"));
    expect(genesis.postStateRoot).to.equal(keccakText("state"));
    expect(genesis.firstTimestamp).to.equal(BigInt(config.genesisTimestamp));
    expect(genesis.lastTimestamp).to.equal(genesis.firstTimestamp);
    expect(genesis.mtsr).to.equal(ZERO_HASH);
    expect(genesis.lastBlock).to.equal(0n);
  });
});
