import { expect } from "chai";

import { keccakText } from "../../../l2/base/keccak.ts";
import { ChainStore } from "../../../l2/chain/store.ts";
import { ChainError } from "../../../l2/protocol/errors.ts";
import { openStore } from "../../../l2/base/store.ts";
import { temporaryDirectory } from "../../../testkit/directory.ts";
import { alice, bob, config, mine, openChain, transfer } from "../../../testkit/l2/fixtures.ts";

describe("The chain's records", () => {
  it("[Q3] of a block are its transactions' places and outcomes, and go with it", async () => {
    const directory = temporaryDirectory();
    const chain = await openChain({ directory });
    const { transactionHashes } = await mine(chain, [await transfer(alice, bob.address, 0)]);
    const hash = transactionHashes[0]!;
    await chain.close();
    const store = await ChainStore.open(config, directory);
    const block = store.head;
    expect([store.base.number, block.number]).to.deep.equal([0, 1]);
    expect(await store.place(hash)).to.deep.equal({ block: 1, index: 0 });
    const [outcome] = await store.outcomes(1);
    expect(outcome).to.deep.include({ from: alice.address, to: bob.address, created: undefined, type: 2 });
    expect(outcome).to.deep.include({ success: true, gasUsed: 21_000n, tip: 10n ** 9n, logs: [] });

    const dropped = [{ hash, block: 1, reason: "gone" }];
    await store.replace({ ancestor: store.base, removed: [block], added: [], dropped, states: [] });
    expect(await store.block(1)).to.equal(undefined);
    expect(await store.block(block.hash)).to.equal(undefined);
    expect(await store.outcomes(1)).to.deep.equal([]);
    expect(await store.place(hash)).to.deep.equal({ block: 1, reason: "gone" });
    expect(await store.place(keccakText("unknown"))).to.equal(undefined);
    await store.close();
    const reopened = await ChainStore.open(config, directory);
    expect(reopened.head.number).to.equal(0);
    await reopened.close();
  });

  it("are refused in another layout, for other constants, or with a gap", async () => {
    const directory = temporaryDirectory();
    await (await ChainStore.open(config, directory)).close();
    const refuses = async (change: object, code: string, message: RegExp): Promise<void> => {
      const error: unknown = await ChainStore.open({ ...config, ...change }, directory).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).to.be.instanceOf(ChainError).with.property("code", code);
      expect((error as Error).message).to.match(message);
    };
    await refuses({ baseFee: 7n }, "WRONG_CHAIN", /other constants or another genesis/);
    await refuses({ alloc: {} }, "WRONG_CHAIN", /other constants or another genesis/);
    const records = await openStore(directory);
    const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
    await records.write([{ key: "head", value: text(5) }]);
    await records.close();
    await refuses({}, "UNKNOWN_BLOCK", /has lost block 5/);
    const again = await openStore(directory);
    await again.write([{ key: "meta", value: text({ version: 1, config: "0x", base: 0 }) }]);
    await again.close();
    await refuses({}, "WRONG_CHAIN", /has layout 1, expected 2/);
  });
});
