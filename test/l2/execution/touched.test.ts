import { createAccount, createAddressFromString } from "@ethereumjs/util";
import { expect } from "chai";

import { chainCommon } from "../../../l2/evm/fork.ts";
import { createChainEvm } from "../../../l2/evm/evm.ts";
import { toHex } from "../../../l2/base/hex.ts";
import { TouchedState } from "../../../l2/execution/touched.ts";
import { Overlay, StateStore, openTrie } from "../../../l2/state/state.ts";
import { assemble } from "../../../conformance/fuzz/assembly.ts";
import { alice, bob, config } from "../../../testkit/l2/fixtures.ts";

async function genesis(): Promise<TouchedState> {
  const states = await StateStore.open();
  const common = chainCommon(config);
  return new TouchedState(common, await openTrie(common, new Overlay(states), await states.genesis(config)));
}

const address = createAddressFromString(bob.address);
const slot = new Uint8Array(32).fill(7);

describe("A state that remembers what was touched", () => {
  it("[11.5] names accounts, slots and code, read or written", async () => {
    const state = await genesis();
    await state.getAccount(createAddressFromString(alice.address));
    await state.putAccount(address, createAccount({ balance: 1n }));
    await state.putStorage(address, slot, Uint8Array.of(1));
    await state.getStorage(address, new Uint8Array(32));
    expect([...state.touched.keys()]).to.deep.equal([alice.address.toLowerCase(), bob.address.toLowerCase()]);
    const touch = state.touched.get(bob.address.toLowerCase());
    expect([...(touch?.slots ?? [])]).to.deep.equal([toHex(slot), toHex(new Uint8Array(32))]);
    expect(touch?.code).to.equal(false);
    await state.getCode(address);
    expect(touch?.code).to.equal(true);
  });

  it("[11.5] remembers what a revert forgets", async () => {
    const state = await genesis();
    await state.checkpoint();
    await state.deleteAccount(address);
    await state.revert();
    expect(state.touched.has(bob.address.toLowerCase())).to.equal(true);
  });

  it("[11.5] remembers what code tried to access without gas for it", async () => {
    const state = await genesis();
    const evm = await createChainEvm(chainCommon(config), state);
    state.watch(evm);
    state.touched.clear();
    const target = `0x${"11".repeat(20)}`;
    await evm.runCode({ code: assemble(`PUSH20 ${target} BALANCE`), gasLimit: 100n });
    expect([...state.touched.keys()]).to.include(target);
  });
});
