import { expect } from "chai";
import { id, parseEther, Transaction, Wallet } from "ethers";

import { MemoryCursor } from "../../../agents/runtime/cursor.ts";
import { AgentError } from "../../../agents/runtime/errors.ts";
import { L1Revert } from "../../../agents/l1/reverts.ts";
import type { L1Call, TransactionState } from "../../../agents/l1/transactions.ts";
import { failureOf } from "../../../testkit/agents/failure.ts";
import { systemFixture } from "../../../testkit/system.ts";
import { basics, l1Of, managerOf, ManualClock, walletOf } from "../../../testkit/agents/kit.ts";

describe("Transaction manager", () => {
  const load = systemFixture({ sequencers: 0, verifiers: 0, rewards: 0n });

  async function setUp() {
    const system = await load();
    const l1 = await l1Of(system);
    const wallet = walletOf(system.deployer.address);
    const clock = new ManualClock();
    const kit = basics(clock);
    const { provider } = system.connection.ethers;
    const receiver = system.others[0]!.address;
    const transfer = (amount: bigint): L1Call => ({
      to: l1.addresses.token,
      data: l1.token.interface.encodeFunctionData("transfer", [receiver, amount]),
      label: "transfer",
    });
    const pool = async (): Promise<string[]> => {
      const block = (await provider.send("eth_getBlockByNumber", ["pending", false])) as { transactions: string[] };
      return block.transactions;
    };
    return { system, l1, wallet, clock, kit, provider, receiver, transfer, pool };
  }

  it("sends one after the other and tells what they used", async () => {
    const { l1, wallet, kit, transfer, receiver } = await setUp();
    const manager = managerOf(l1, wallet, kit);
    const receipts = await Promise.all([1n, 2n, 3n].map((amount) => manager.send(transfer(amount))));
    expect(receipts.map(({ status }) => status)).to.deep.equal([1, 1, 1]);
    expect(await l1.token.balanceOf(receiver)).to.equal(6n);
    expect((await kit.metrics.gasUsed.get()).values[0]?.value).to.equal(
      receipts.reduce((sum, { gasUsed }) => sum + Number(gasUsed), 0),
    );
  });

  it("sends nothing that reverts, and names the contract's error", async () => {
    const { l1, wallet, kit, provider } = await setUp();
    const manager = managerOf(l1, wallet, kit);
    const nonce = await provider.getTransactionCount(wallet.address);
    const data = l1.inbox.interface.encodeFunctionData("hold", [id("commitment")]);
    const failure = await manager
      .send({ to: l1.addresses.inbox, data, label: "hold" })
      .catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(L1Revert);
    expect((failure as L1Revert).is("InboxUnauthorized")).to.equal(true);
    expect((failure as L1Revert).message).to.equal(`hold reverts: InboxUnauthorized("${wallet.address}")`);
    expect(await provider.getTransactionCount(wallet.address)).to.equal(nonce);
  });

  it("names the account that cannot pay, and what for", async () => {
    const { l1, kit, transfer, receiver } = await setUp();
    const poor = new Wallet(id("poor"));
    const cursor = new MemoryCursor<TransactionState>();
    for (const attempt of [{ ...transfer(0n), to: receiver, data: "0x", value: 1n }, transfer(0n)]) {
      const failure = await failureOf(managerOf(l1, poor, kit, {}, cursor).send(attempt));
      expect(failure).to.be.instanceOf(AgentError).with.property("code", "L1_FUNDS");
      expect(failure.message).to.match(new RegExp(`^${poor.address} has 0.0 ETH, too little for transfer: `));
      expect((await cursor.load())?.pending).to.equal(undefined);
    }
  });

  it("raises the fee of a stuck transaction by at least 12.5 %, at the same nonce", async () => {
    const { l1, wallet, kit, clock, provider, transfer, pool, receiver } = await setUp();
    await provider.send("evm_setAutomine", [false]);
    const seen: Transaction[] = [];
    let waited = 0;
    clock.onSleep = async () => {
      const [hash] = await pool();
      if (hash !== undefined && !seen.some((known) => known.hash === hash)) {
        const raw = (await provider.send("eth_getRawTransactionByHash", [hash]).catch(() => null)) as string | null;
        const info = raw === null ? await provider.getTransaction(hash) : null;
        seen.push(raw === null ? Transaction.from(info as never) : Transaction.from(raw));
      }
      if (++waited === 12) await provider.send("evm_mine", []);
    };
    try {
      const manager = managerOf(l1, wallet, kit, { resubmitAfter: 10_000, pollInterval: 2_000 });
      await manager.send(transfer(7n));
    } finally {
      await provider.send("evm_setAutomine", [true]);
    }
    expect(await l1.token.balanceOf(receiver)).to.equal(7n);
    expect(seen.length).to.be.greaterThan(1);
    for (const [place, later] of seen.entries()) {
      const earlier = seen[place - 1];
      if (earlier === undefined) continue;
      expect(later.nonce).to.equal(earlier.nonce);
      expect(later.maxFeePerGas! * 1000n >= earlier.maxFeePerGas! * 1125n).to.equal(true);
      expect(later.maxPriorityFeePerGas! * 1000n >= earlier.maxPriorityFeePerGas! * 1125n).to.equal(true);
    }
    expect((await kit.metrics.resubmissions.get()).values[0]?.value).to.equal(seen.length - 1);
  });

  it("never offers more than the ceiling", async () => {
    const { l1, wallet, kit, clock, provider, transfer, pool } = await setUp();
    await provider.send("evm_setAutomine", [false]);
    const { maxFeePerGas } = await provider.getFeeData();
    const hashes = new Set<string>();
    let waited = 0;
    clock.onSleep = async () => {
      for (const hash of await pool()) hashes.add(hash);
      if (++waited === 12) await provider.send("evm_mine", []);
    };
    try {
      const manager = managerOf(l1, wallet, kit, { resubmitAfter: 2_000, maxFeePerGas: maxFeePerGas! });
      await manager.send(transfer(1n));
    } finally {
      await provider.send("evm_setAutomine", [true]);
    }
    expect(hashes.size).to.equal(1);
  });

  it("waits until a transaction lies deep enough", async () => {
    const { l1, wallet, kit, clock, provider, transfer } = await setUp();
    clock.onSleep = () => provider.send("evm_mine", []) as Promise<void>;
    const receipt = await managerOf(l1, wallet, kit, { confirmations: 4 }).send(transfer(1n));
    expect(await provider.getBlockNumber()).to.equal(receipt.blockNumber + 3);
  });

  it("sends a transaction again that a reorganisation took away", async () => {
    const { system, l1, wallet, kit, clock, provider, transfer, receiver } = await setUp();
    const snapshot = await system.connection.networkHelpers.takeSnapshot();
    let waited = 0;
    clock.onSleep = async () => {
      if (++waited === 1) await snapshot.restore();
      else await provider.send("evm_mine", []);
    };
    const manager = managerOf(l1, wallet, kit, { confirmations: 3, resubmitAfter: 4_000 });
    const receipt = await manager.send(transfer(5n));
    expect(await l1.token.balanceOf(receiver)).to.equal(5n);
    expect((await provider.getTransactionReceipt(receipt.hash))?.blockNumber).to.equal(receipt.blockNumber);
  });

  it("knows after a restart what it had sent, and does not send it twice", async () => {
    const { l1, wallet, kit, clock, provider, transfer, receiver } = await setUp();
    const cursor = new MemoryCursor<TransactionState>();
    await provider.send("evm_setAutomine", [false]);
    try {
      const died = new AbortController();
      clock.onSleep = () => {
        died.abort();
      };
      const first = managerOf(l1, wallet, kit, {}, cursor).send(transfer(9n), died.signal);
      await first.then(
        () => expect.fail("not mined yet"),
        () => undefined,
      );
      clock.onSleep = () => provider.send("evm_mine", []) as Promise<void>;
      await managerOf(l1, wallet, kit, {}, cursor).send(transfer(9n));
    } finally {
      await provider.send("evm_setAutomine", [true]);
    }
    expect(await l1.token.balanceOf(receiver)).to.equal(9n);
    expect((await cursor.load())?.pending).to.equal(undefined);
  });

  it("settles what an earlier process left before it sends something else", async () => {
    const { l1, wallet, kit, clock, provider, transfer, receiver } = await setUp();
    const cursor = new MemoryCursor<TransactionState>();
    await provider.send("evm_setAutomine", [false]);
    try {
      const died = new AbortController();
      clock.onSleep = () => {
        died.abort();
      };
      await managerOf(l1, wallet, kit, {}, cursor)
        .send(transfer(1n), died.signal)
        .catch(() => undefined);
      clock.onSleep = () => provider.send("evm_mine", []) as Promise<void>;
      await managerOf(l1, wallet, kit, {}, cursor).send(transfer(2n));
    } finally {
      await provider.send("evm_setAutomine", [true]);
    }
    expect(await l1.token.balanceOf(receiver)).to.equal(3n);
  });

  it("says so when another transaction took its nonce", async () => {
    const { l1, wallet, kit, clock, provider, transfer, system } = await setUp();
    const cursor = new MemoryCursor<TransactionState>();
    await provider.send("evm_setAutomine", [false]);
    try {
      clock.onSleep = async () => {
        const pending = (await cursor.load())?.pending?.[0];
        if (pending === undefined) return;
        await provider.send("hardhat_dropTransaction", [pending.hashes[0]]).catch(() => undefined);
        const fees = { maxFeePerGas: parseEther("0.0000001"), maxPriorityFeePerGas: parseEther("0.00000001") };
        const other = { to: system.others[1]!.address, value: 1n, nonce: pending.nonce, gasLimit: 21_000n, ...fees };
        await wallet
          .connect(provider)
          .sendTransaction(other)
          .catch(() => undefined);
        await provider.send("evm_mine", []);
      };
      const failure = await managerOf(l1, wallet, kit, {}, cursor)
        .send(transfer(1n))
        .catch((error: unknown) => error);
      expect(failure).to.be.instanceOf(AgentError);
      expect((failure as AgentError).code).to.equal("L1_REPLACED");
    } finally {
      await provider.send("evm_setAutomine", [true]);
    }
  });

  describe("with several under way", () => {
    const several = { underWay: 4 };

    /** Lets nothing be mined until so many transactions wait, or nobody waits any more. */
    async function together(count: number, run: (stage: Awaited<ReturnType<typeof setUp>>) => Promise<void>) {
      const stage = await setUp();
      const { provider, clock, pool } = stage;
      await provider.send("evm_setAutomine", [false]);
      clock.onSleep = async () => {
        if ((await pool()).length >= count) await provider.send("evm_mine", []);
      };
      try {
        await run(stage);
      } finally {
        await provider.send("evm_setAutomine", [true]);
      }
    }

    it("[H5] has them in one block, in the order in which they came", async () => {
      await together(4, async ({ l1, wallet, kit, transfer, receiver }) => {
        const manager = managerOf(l1, wallet, kit, several);
        const receipts = await Promise.all([1n, 2n, 3n, 4n].map((amount) => manager.send(transfer(amount))));
        expect(new Set(receipts.map(({ blockNumber }) => blockNumber)).size).to.equal(1);
        expect(receipts.map(({ index }) => index)).to.deep.equal([0, 1, 2, 3]);
        expect(await l1.token.balanceOf(receiver)).to.equal(10n);
      });
    });

    it("has no more of them than it may", async () => {
      await together(2, async ({ l1, wallet, kit, transfer, pool, clock, provider }) => {
        let most = 0;
        clock.onSleep = async () => {
          // What decides and what is noted is one look: another transaction may come in between two.
          const { length } = await pool();
          most = Math.max(most, length);
          if (length >= 2) await provider.send("evm_mine", []);
        };
        const manager = managerOf(l1, wallet, kit, { underWay: 2 });
        await Promise.all([1n, 2n, 3n, 4n].map((amount) => manager.send(transfer(amount))));
        expect(most).to.equal(2);
      });
    });

    it("takes a gas limit that the caller has found, and estimates nothing then", async () => {
      const { l1, wallet, kit, transfer } = await setUp();
      const receipt = await managerOf(l1, wallet, kit, several).send({ ...transfer(1n), gas: 123_456n });
      expect((await l1.provider.getTransaction(receipt.hash))?.gasLimit).to.equal(123_456n);
    });

    it("knows all of them after a restart, and sends none twice, nor anything before they are settled", async () => {
      const { l1, wallet, kit, clock, provider, transfer, receiver } = await setUp();
      const cursor = new MemoryCursor<TransactionState>();
      await provider.send("evm_setAutomine", [false]);
      try {
        const died = new AbortController();
        const first = managerOf(l1, wallet, kit, several, cursor);
        clock.onSleep = async () => {
          if (((await cursor.load())?.pending ?? []).length === 3) died.abort();
        };
        const sends = [1n, 2n, 3n].map((amount) => first.send(transfer(amount), died.signal));
        await Promise.allSettled(sends);
        expect((await cursor.load())?.pending?.map(({ call }) => call)).to.deep.equal([1n, 2n, 3n].map(transfer));
        clock.onSleep = () => provider.send("evm_mine", []) as Promise<void>;
        const restarted = managerOf(l1, wallet, kit, several, cursor);
        expect(await restarted.knows(transfer(2n))).to.equal(true);
        expect(await restarted.knows(transfer(9n))).to.equal(false);
        const [again, other] = await Promise.all([restarted.send(transfer(2n)), restarted.send(transfer(10n))]);
        expect(other.blockNumber).to.be.greaterThan(again.blockNumber);
      } finally {
        await provider.send("evm_setAutomine", [true]);
      }
      expect(await l1.token.balanceOf(receiver)).to.equal(16n);
      expect((await cursor.load())?.pending).to.equal(undefined);
    });

    it("raises the fee of the first that is stuck, not of those that wait behind it", async () => {
      const { l1, wallet, kit, clock, provider, transfer } = await setUp();
      await provider.send("evm_setAutomine", [false]);
      let waited = 0;
      clock.onSleep = async () => {
        if (++waited === 16) await provider.send("evm_mine", []);
      };
      let sent: Transaction[];
      try {
        const manager = managerOf(l1, wallet, kit, { ...several, resubmitAfter: 10_000, pollInterval: 2_000 });
        const receipts = await Promise.all([1n, 2n].map((amount) => manager.send(transfer(amount))));
        const found = await Promise.all(receipts.map(({ hash }) => provider.getTransaction(hash)));
        sent = found.map((transaction) => Transaction.from(transaction as never));
      } finally {
        await provider.send("evm_setAutomine", [true]);
      }
      const [first, second] = sent.map(({ maxFeePerGas }) => maxFeePerGas!);
      expect(first! * 1000n >= second! * 1125n).to.equal(true);
    });

    it("sends again what nobody waits for any more, where something waits behind it", async () => {
      const { l1, wallet, kit, clock, provider, transfer, receiver } = await setUp();
      await provider.send("evm_setAutomine", [false]);
      const manager = managerOf(l1, wallet, kit, { ...several, resubmitAfter: 10_000, pollInterval: 2_000 });
      let dropped = false;
      const leave = new AbortController();
      clock.onSleep = async () => {
        const { transactions } = (await provider.send("eth_getBlockByNumber", ["pending", false])) as {
          transactions: string[];
        };
        if (!dropped && transactions.length === 2) {
          dropped = true;
          await provider.send("hardhat_dropTransaction", [transactions[0]]);
          leave.abort();
        } else if (dropped && transactions.length === 2) await provider.send("evm_mine", []);
      };
      try {
        const [first, second] = [manager.send(transfer(1n), leave.signal), manager.send(transfer(2n))];
        expect(await first.catch(() => "left")).to.equal("left");
        await second;
      } finally {
        await provider.send("evm_setAutomine", [true]);
      }
      expect(await l1.token.balanceOf(receiver)).to.equal(3n);
    });
  });
});
