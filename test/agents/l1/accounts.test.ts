import { expect } from "chai";

import { Accounts } from "../../../agents/l1/accounts.ts";
import { MemoryCursor } from "../../../agents/runtime/cursor.ts";
import type { L1Call, TransactionState } from "../../../agents/l1/transactions.ts";
import { basics, l1Of, managerOf, walletOf } from "../../../testkit/agents/kit.ts";
import { systemFixture } from "../../../testkit/system.ts";

describe("Accounts that send as one", () => {
  const load = systemFixture({ sequencers: 0, verifiers: 0, rewards: 0n });

  async function setUp() {
    const system = await load();
    const l1 = await l1Of(system);
    const kit = basics();
    const { provider } = system.connection.ethers;
    const senders = system.others.slice(0, 2).map(({ address }) => address);
    const call = (value: bigint): L1Call => ({ to: system.others[3]!.address, data: "0x", value, label: "pay" });
    const cursors = senders.map(() => new MemoryCursor<TransactionState>());
    const make = () =>
      new Accounts(
        senders.map((sender, place) => managerOf(l1, walletOf(sender), kit, { underWay: 2 }, cursors[place])),
      );
    const nonces = async () => Promise.all(senders.map((sender) => provider.getTransactionCount(sender)));
    return { system, l1, kit, provider, call, make, nonces };
  }

  it("[H5] share what is under way", async () => {
    const { provider, kit, call, make, nonces } = await setUp();
    const before = await nonces();
    await provider.send("evm_setAutomine", [false]);
    kit.clock.onSleep = async () => {
      const { transactions } = (await provider.send("eth_getBlockByNumber", ["pending", false])) as {
        transactions: string[];
      };
      if (transactions.length === 4) await provider.send("evm_mine", []);
    };
    try {
      const accounts = make();
      const receipts = await Promise.all([1n, 2n, 3n, 4n].map((value) => accounts.send(call(value))));
      expect(new Set(receipts.map(({ blockNumber }) => blockNumber)).size).to.equal(1);
    } finally {
      await provider.send("evm_setAutomine", [true]);
    }
    expect(await nonces()).to.deep.equal(before.map((nonce) => nonce + 2));
  });

  it("send nothing from another account that one of them sent before a restart", async () => {
    const { provider, kit, call, make, nonces } = await setUp();
    const before = await nonces();
    await provider.send("evm_setAutomine", [false]);
    try {
      const died = new AbortController();
      kit.clock.onSleep = () => {
        died.abort();
      };
      const accounts = make();
      const sends = [1n, 2n].map((value) => accounts.send(call(value), died.signal));
      await Promise.allSettled(sends);
      kit.clock.onSleep = () => provider.send("evm_mine", []) as Promise<void>;
      const restarted = make();
      await Promise.all([2n, 1n].map((value) => restarted.send(call(value))));
      await restarted.recover();
    } finally {
      await provider.send("evm_setAutomine", [true]);
    }
    expect(await nonces()).to.deep.equal(before.map((nonce) => nonce + 1));
  });

  it("are at least one", () => {
    expect(() => new Accounts([])).to.throw(RangeError);
  });
});
