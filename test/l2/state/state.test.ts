import { createAccount, createAddressFromString } from "@ethereumjs/util";
import { expect } from "chai";
import { ZeroAddress, toBeHex } from "ethers";

import { RANDOMNESS } from "../../../l2/protocol/l2-transaction.ts";
import { keccakHex, keccakText } from "../../../l2/base/keccak.ts";
import { chainCommon } from "../../../l2/evm/fork.ts";
import { type TransactionError } from "../../../l2/protocol/errors.ts";
import { Executor } from "../../../l2/execution/executor.ts";
import { type Hex, fromHex, toHex } from "../../../l2/base/hex.ts";
import { Overlay, StateStore, openTrie } from "../../../l2/state/state.ts";
import { TouchedState } from "../../../l2/execution/touched.ts";
import { alice, bob, config, producer, transfer } from "../../../testkit/l2/fixtures.ts";

const CODE = "0x600035600055";

/** A store with a state where `bob` has code and a storage slot. */
async function stateWithCode(): Promise<{ states: StateStore; root: Hex }> {
  const states = await StateStore.open();
  const overlay = new Overlay(states);
  const common = chainCommon(config);
  const manager = new TouchedState(common, await openTrie(common, overlay, await states.genesis(config)));
  const address = createAddressFromString(bob.address);
  await manager.putAccount(address, createAccount({ balance: 10n ** 20n, nonce: 1n }));
  await manager.putCode(address, fromHex(CODE));
  await manager.putStorage(address, fromHex(toBeHex(3, 32)), fromHex("0x1234"));
  const root = toHex(await manager.getStateRoot());
  await states.keep(overlay.changes([root]));
  return { states, root };
}

describe("State", () => {
  it("reads accounts, code and storage of any state in the store", async () => {
    const { states, root } = await stateWithCode();
    const state = await states.at(root);
    expect(await state.account(ZeroAddress)).to.equal(undefined);
    expect((await state.account(alice.address))?.balance).to.equal(config.alloc[alice.address]);
    expect((await state.account(bob.address))?.codeHash).to.equal(keccakHex(CODE));
    expect(await state.code(bob.address)).to.equal(CODE);
    expect(await state.code(alice.address)).to.equal("0x");
    expect(await state.storage(bob.address, 3n)).to.equal(toBeHex(0x1234, 32));
    expect(await state.storage(bob.address, 4n)).to.equal(toBeHex(0, 32));
    const proof = await state.proof(bob.address, [3n]);
    expect(proof.storageProof[0]?.value).to.equal("0x1234");
    const genesis = await states.at(await states.genesis(config));
    expect(await genesis.code(bob.address), "the state before is still there").to.equal("0x");
  });

  it("[1] has predeploys from genesis on, with code, a first nonce and perhaps a balance", async () => {
    const [code, other] = ["0x600160005260206000f3", "0x00"] as const;
    const predeploys = { [alice.address.toLowerCase()]: code, [toBeHex(0xb1, 20)]: code, [toBeHex(0xb2, 20)]: other };
    const states = await StateStore.open();
    const state = await states.at(await states.genesis({ ...config, predeploys }));
    const balance = config.alloc[alice.address];
    expect(await state.account(alice.address)).to.include({ balance, nonce: 1n, codeHash: keccakHex(code) });
    expect(await state.account(toBeHex(0xb1, 20))).to.include({ balance: 0n, nonce: 1n, codeHash: keccakHex(code) });
    expect(await state.code(toBeHex(0xb1, 20))).to.equal(code);
    expect(await state.code(toBeHex(0xb2, 20))).to.equal(other);
    const executor = await Executor.at({ ...config, predeploys }, new Overlay(states), state.root);
    const context = { number: 1n, timestamp: 1n, coinbase: producer.address, randomness: RANDOMNESS };
    const call = {
      from: bob.address,
      to: toBeHex(0xb1, 20),
      value: 0n,
      data: "0x",
      gas: 100_000n,
      accessList: [],
    } as const;
    expect((await executor.call(context, call)).data).to.equal(toBeHex(1, 32));
    expect(await (await StateStore.open()).genesis({ ...config, predeploys: {} })).to.equal(
      await (await StateStore.open()).genesis(config),
    );
  });

  it("[1] calls an account with code, and lets none send", async () => {
    const { states, root } = await stateWithCode();
    const executor = await Executor.at(config, new Overlay(states), root);
    const context = { number: 1n, timestamp: 1n, coinbase: producer.address, randomness: RANDOMNESS };
    const code = async (raw: string) =>
      await executor.execute(context, executor.decode(fromHex(raw))).then(
        () => "executed",
        (error: unknown) => (error as TransactionError).code,
      );
    expect(await code(await transfer(bob, alice.address, 1))).to.equal("SENDER_HAS_CODE");
    expect(executor.stateRoot, "nothing changed").to.equal(root);
    const call = await transfer(alice, bob.address, 0, { data: toBeHex(7, 32), gasLimit: 60_000 });
    expect(await code(call)).to.equal("executed");
    await states.keep(executor.changes());
    const after = await states.at(executor.stateRoot);
    expect(await after.storage(bob.address, 0n)).to.equal(toBeHex(7, 32));
  });

  it("keeps the nodes of every state between transactions, and no others", async () => {
    const states = await StateStore.open();
    const root = await states.genesis(config);
    const overlay = new Overlay(states);
    const executor = await Executor.at(config, overlay, root);
    const context = { number: 1n, timestamp: 1n, coinbase: producer.address, randomness: RANDOMNESS };
    const roots: Hex[] = [];
    for (let nonce = 0; nonce < 3; nonce++) {
      const raw = fromHex(await transfer(alice, toBeHex(BigInt(keccakText(`recipient ${nonce}`)) >> 96n, 20), nonce));
      roots.push((await executor.execute(context, executor.decode(raw))).stateRoot);
    }
    await states.keep(executor.changes());
    for (const [index, found] of roots.entries()) {
      expect((await (await states.at(found)).account(alice.address))?.nonce).to.equal(BigInt(index + 1));
    }
    const kept = new Set(executor.changes().map(({ key }) => key));
    expect(overlay.changes([roots[0]!]).length).to.be.below(kept.size);
    expect(overlay.changes([root])).to.deep.equal([]);
    for (const found of roots) expect(kept).to.include(`s${found.slice(2)}`);
  });
});
