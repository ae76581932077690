import { expect } from "chai";

import { RANDOMNESS } from "../../../l2/protocol/l2-transaction.ts";
import { fromHex } from "../../../l2/base/hex.ts";
import { keccakText } from "../../../l2/base/keccak.ts";
import {
  BLOCK_TYPES,
  type Block,
  type SignedBlock,
  blockDomain,
  blockTransactions,
  parseBlock,
  parseSignedBlock,
  recoverProducer,
  stringifyBlock,
  toSignedBlock,
} from "../../../l2/protocol/block.ts";
import { BlockError } from "../../../l2/protocol/errors.ts";
import { alice, bob, config, mine, openChain, producer, transfer } from "../../../testkit/l2/fixtures.ts";

describe("Blocks", () => {
  let block: Block;

  before(async () => {
    const chain = await openChain();
    block = await mine(chain, [await transfer(alice, bob.address, 0)]);
    await chain.close();
  });

  const refuses = (run: () => unknown, code: string, message: string | RegExp): void => {
    expect(run).to.throw(BlockError, message).with.property("code", code);
  };

  it("[3] are signed by the key that is recovered, for one chain and one hash", async () => {
    const hash = keccakText("block");
    const signature = await alice.signTypedData(blockDomain(config), BLOCK_TYPES, { hash });
    expect(recoverProducer(config, hash, `0x${signature.slice(2)}`)).to.equal(alice.address);
    expect(recoverProducer({ chainId: 1n }, hash, `0x${signature.slice(2)}`)).to.not.equal(alice.address);
    expect(recoverProducer(config, keccakText("other"), `0x${signature.slice(2)}`)).to.not.equal(alice.address);
    refuses(() => recoverProducer(config, hash, `0x${"00".repeat(65)}`), "BAD_SIGNATURE", /no valid signature/);
  });

  it("[3] come from peers as JSON, and are read back", () => {
    const sent = toSignedBlock(block);
    expect(sent).to.not.have.property("receiptsRoot");
    const coinbase = sent.coinbase.toLowerCase();
    expect(parseSignedBlock(JSON.parse(JSON.stringify({ ...sent, coinbase, more: 1 })))).to.deep.equal(sent);
    expect(sent.coinbase).to.equal(producer.address);
  });

  it("[3] of another form are refused by the name of the field", () => {
    const sent = toSignedBlock(block);
    refuses(() => parseSignedBlock(null), "MALFORMED", "not an object");
    const wrong: Partial<Record<keyof SignedBlock, unknown[]>> = {
      number: [-1, 1.5, "1"],
      hash: ["0x12", keccakText("a").toUpperCase(), undefined],
      parentHash: [7],
      timestamp: [2 ** 60],
      coinbase: ["0x12"],
      stateRoot: [[]],
      transactions: [[], "0x12", ["0x1"]],
      signature: [`0x${"00".repeat(64)}`],
    };
    for (const [field, values] of Object.entries(wrong)) {
      for (const value of values) {
        refuses(() => parseSignedBlock({ ...sent, [field]: value }), "MALFORMED", `field ${field} is malformed`);
      }
    }
  });

  it("are stored as text, with and without a signature", () => {
    expect(parseBlock(stringifyBlock(block))).to.deep.equal(block);
    const { signature: _, ...adopted } = block;
    expect(parseBlock(stringifyBlock(adopted))).to.deep.equal(adopted);
    refuses(() => toSignedBlock(adopted), "BAD_SIGNATURE", "Block 1 was adopted from L1, not signed.");
  });

  it("give their transactions with the block that they run in", () => {
    const context = {
      number: 1n,
      timestamp: BigInt(block.timestamp),
      coinbase: producer.address,
      randomness: RANDOMNESS,
    };
    expect(blockTransactions(block)).to.deep.equal([{ context, raw: fromHex(block.transactions[0]!) }]);
  });
});
