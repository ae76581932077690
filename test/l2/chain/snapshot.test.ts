import { expect } from "chai";

import { ZERO_HASH, fromHex, toHex } from "../../../l2/base/hex.ts";
import type { Chain } from "../../../l2/chain/chain.ts";
import { decodeSnapshot, encodeSnapshot } from "../../../l2/chain/snapshot.ts";
import { ChainError } from "../../../l2/protocol/errors.ts";
import { StateStore } from "../../../l2/state/state.ts";
import { assemble } from "../../../conformance/fuzz/assembly.ts";
import { alice, bob, mine, openChain, transfer } from "../../../testkit/l2/fixtures.ts";

describe("Snapshots", () => {
  let chain: Chain;
  let data: Uint8Array;

  before(async () => {
    chain = await openChain();
    // A contract with code and a slot, so that the state has all kinds of nodes.
    const code = toHex(assemble("PUSH1 0x07 PUSH0 SSTORE PUSH1 0x01 PUSH0 RETURN"));
    const fields = { to: null, value: 0n, data: code, gasLimit: 200_000 };
    await mine(chain, [await transfer(alice, "", 0, fields), await transfer(bob, alice.address, 0)]);
    data = await encodeSnapshot(chain.head, chain.states);
  });

  after(() => chain.close());

  const refuses = async (bytes: Uint8Array, root: `0x${string}`, message: RegExp): Promise<void> => {
    const error: unknown = await decodeSnapshot(bytes, root).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(ChainError).with.property("code", "BAD_SNAPSHOT");
    expect((error as Error).message).to.match(message);
  };

  it("[9.1] hold a block without its transactions, and its whole state", async () => {
    const { block, changes } = await decodeSnapshot(data, chain.head.stateRoot);
    expect(block).to.deep.equal({ ...chain.head, transactions: [], transactionHashes: [], stateRoots: [] });
    const states = await StateStore.open();
    await states.keep(changes);
    const state = await states.at(block.stateRoot);
    const created = (await chain.receipts(chain.head)).find(({ to }) => to === undefined)?.created ?? "";
    expect(await state.code(created)).to.equal("0x00");
    expect(BigInt(await state.storage(created, 0n))).to.equal(7n);
    expect((await state.account(alice.address))?.nonce).to.equal(1n);
    expect(Buffer.from(await encodeSnapshot(chain.head, states)).equals(data), "and copy alike").to.equal(true);
  });

  it("[9.1] are refused where a node is missing, or the root is another", async () => {
    const { stateRoot } = chain.head;
    await refuses(data, ZERO_HASH, /its state root is .*, expected 0x0000/);
    await refuses(new Uint8Array(), stateRoot, /it is empty/);
    await refuses(data.slice(0, -1), stateRoot, /ends inside the piece/);
    const altered = Uint8Array.from(data);
    altered[data.length - 1]! ^= 1;
    await refuses(altered, stateRoot, /node [0-9a-f]+ is missing/);
    await refuses(fromHex("0x0000000141"), stateRoot, /its block is malformed/);
  });
});
