import { expect } from "chai";
import { type Wallet, parseUnits } from "ethers";

import { chainCommon } from "../../../l2/evm/fork.ts";
import { TransactionError } from "../../../l2/protocol/errors.ts";
import { fromHex } from "../../../l2/base/hex.ts";
import { Mempool, type MempoolLimits } from "../../../l2/chain/mempool.ts";
import { type SignedTransaction, decodeTransaction, effectiveTip } from "../../../l2/protocol/transaction.ts";
import { alice, bob, carol, config, transfer } from "../../../testkit/l2/fixtures.ts";

const common = chainCommon(config);
const gwei = (amount: number): bigint => parseUnits(String(amount), "gwei");
const LIMITS: MempoolLimits = { count: 4, bytes: 10_000, perSender: 3 };

const pool = (limits: Partial<MempoolLimits> = {}): Mempool =>
  new Mempool({ ...LIMITS, ...limits }, (found) => effectiveTip(config, found));

/** A transfer with a tip in gwei. */
async function tipped(from: Wallet, nonce: number, tip: number, cap = 100): Promise<SignedTransaction> {
  const fees = { maxFeePerGas: gwei(cap), maxPriorityFeePerGas: gwei(tip) };
  return decodeTransaction(config, common, fromHex(await transfer(from, carol.address, nonce, fees)));
}

function refuses(run: () => unknown, code: string, message: RegExp): void {
  expect(run).to.throw(TransactionError, message).with.property("code", code);
}

describe("Mempool", () => {
  it("gives the best tips first, each sender's in the order of their nonces", async () => {
    const waiting = pool({ count: 10, perSender: 10 });
    const [a0, a1, a2] = [await tipped(alice, 0, 1), await tipped(alice, 1, 9), await tipped(alice, 2, 3)];
    const [b5, b6] = [await tipped(bob, 5, 4), await tipped(bob, 6, 2)];
    for (const added of [b6, a2, a1, a0]) waiting.add(added, added.from === bob.address ? 5n : 0n);
    waiting.add(b5, 5n);
    expect([...waiting.best()]).to.deep.equal([b5, b6, a0, a1, a2]);
    expect(waiting.of(alice.address)).to.deep.equal([a0, a1, a2]);
    expect(waiting.senders()).to.have.members([alice.address, bob.address]);
    const best = waiting.best();
    expect(best.next().value).to.equal(b5);
    expect(best.next(false).value, "the rest of a sender is left out").to.equal(a0);
    waiting.setNonce(alice.address, 1n);
    expect([...waiting.best()]).to.deep.equal([a1, b5, a2, b6]);
    waiting.remove(a1.hash);
    expect([...waiting.best()]).to.deep.equal([b5, b6]);
  });

  it("keeps the order of arrival where tips are equal", async () => {
    const waiting = pool();
    const [first, second] = [await tipped(bob, 0, 2), await tipped(alice, 0, 2)];
    waiting.add(first, 0n);
    waiting.add(second, 0n);
    expect([...waiting.best()]).to.deep.equal([first, second]);
    const capped = await tipped(carol, 0, 2, 2);
    waiting.add(capped, 0n);
    expect(effectiveTip(config, capped)).to.equal(gwei(1));
    expect([...waiting.best()].at(-1)).to.equal(capped);
  });

  it("replaces a transaction by one that pays a tenth more, and no other", async () => {
    const waiting = pool();
    const old = await tipped(alice, 0, 10);
    waiting.add(old, 0n);
    refuses(() => waiting.add(old, 0n), "ALREADY_KNOWN", /already in the mempool/);
    const cheap = await tipped(alice, 0, 12);
    refuses(() => waiting.add(cheap, 0n), "UNDERPRICED", /expected at least 110000000000 and 11000000000/);
    const tipOnly = await tipped(alice, 0, 10, 110);
    refuses(() => waiting.add(tipOnly, 0n), "UNDERPRICED", /too low/);
    const better = await tipped(alice, 0, 11, 110);
    expect(waiting.add(better, 0n)).to.deep.equal([old]);
    expect(waiting.size).to.equal(1);
    expect(waiting.bytes).to.equal(better.raw.length);
    expect(waiting.get(old.hash)).to.equal(undefined);
    expect(waiting.get(better.hash)).to.equal(better);
  });

  it("is limited in count, bytes and transactions of one sender", async () => {
    const waiting = pool();
    for (const nonce of [0, 1, 2]) waiting.add(await tipped(alice, nonce, 5 - nonce), 0n);
    const far = await tipped(alice, 3, 50);
    refuses(() => waiting.add(far, 0n), "NONCE_TOO_HIGH", /nonce is 3, expected below 3/);
    waiting.add(await tipped(bob, 0, 4), 0n);
    const poor = await tipped(carol, 0, 3);
    refuses(() => waiting.add(poor, 0n), "POOL_FULL", /expected more than 3000000000/);
    const [gone] = waiting.add(await tipped(carol, 0, 8), 0n);
    expect(gone?.from, "the last of the sender with the lowest tip").to.equal(alice.address);
    expect(gone?.nonce).to.equal(2n);
    expect(waiting.size).to.equal(4);
    const own = await tipped(alice, 2, 99);
    waiting.setNonce(alice.address, 0n);
    expect(
      waiting.add(own, 0n).map(({ from }) => from),
      "a sender does not push out itself",
    ).to.deep.equal([bob.address]);

    const size = own.raw.length;
    const narrow = pool({ bytes: 2 * size + 10 });
    const [one, two] = [await tipped(alice, 0, 1), await tipped(bob, 0, 2)];
    narrow.add(one, 0n);
    narrow.add(two, 0n);
    expect(narrow.add(await tipped(carol, 0, 3), 0n)).to.deep.equal([one]);
    expect(narrow.bytes).to.be.at.most(2 * size + 10);
  });
});
