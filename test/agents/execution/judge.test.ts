import { expect } from "chai";

import { judge, judgeExecution, judgeOrder } from "../../../agents/execution/judge.ts";
import { keccakText } from "../../../l2/base/keccak.ts";
import type { BatchExecution } from "../../../l2/batch/build.ts";
import type { BatchHeader } from "../../../l2/batch/header.ts";
import { batchTree } from "../../../l2/batch/tree.ts";
import { TransactionError, type TransactionErrorCode } from "../../../l2/protocol/errors.ts";
import type { L2Transaction } from "../../../l2/protocol/l2-transaction.ts";
import { StateStore } from "../../../l2/state/state.ts";
import { BatchMaker, lying, rootsWith, type TestBatch } from "../../../testkit/batches.ts";

describe("Judgement of an execution", () => {
  const claimed = ["first", "second"].map(keccakText);
  const header = { txCount: 2n, mtsr: batchTree(claimed).root, postStateRoot: claimed[1], gasUsed: 7n } as BatchHeader;

  const refused = (code: TransactionErrorCode): BatchExecution => ({
    stateRoots: claimed.slice(0, 1),
    gas: [21_000n],
    gasUsed: 21_000n,
    mttbr: keccakText("transactions"),
    invalid: { index: 1, error: new TransactionError(code, `refused with ${code}`) },
  });

  it("[11.5] proves that a transaction is invalid", () => {
    const judgement = judgeExecution(header, refused("NONCE_TOO_LOW"), claimed, 0);
    expect(judgement).to.deep.equal({ verdict: "wrong", fault: "transition", index: 1 });
  });

  it("[11.6] asks for the data where a transaction is invalid for its size, which L1 may not be able to carry", () => {
    const judgement = judgeExecution(header, refused("TOO_LARGE"), claimed, 0);
    expect(judgement).to.deep.equal({ verdict: "unshown", reason: "refused with TOO_LARGE" });
  });

  it("[11.5] proves what is wrong before a transaction that is too large", () => {
    const own = { ...refused("TOO_LARGE"), stateRoots: [keccakText("other")] };
    expect(judgeExecution(header, own, claimed, 0)).to.deep.include({ fault: "transition", index: 0 });
  });

  it("[11.5] finds a post-state root that is not the last one", () => {
    const own = { stateRoots: claimed, gas: [3n, 4n], gasUsed: 7n, mttbr: keccakText("t"), mtsr: header.mtsr };
    expect(judgeExecution(header, own, claimed, 0)).to.deep.include({ verdict: "wrong sum" });
    const elsewhere = { ...header, postStateRoot: keccakText("elsewhere") };
    expect(judgeExecution(elsewhere, own, claimed, 0)).to.deep.include({ fault: "transition", index: 1 });
  });
});

describe("Judgement of a batch", () => {
  const sequencer = "0x00000000000000000000000000000000000000A1";
  let world: BatchMaker;
  let right: TestBatch;
  let states: StateStore;

  before(async () => {
    world = await BatchMaker.open();
    right = await world.batch(world.genesis, sequencer, { transfers: 6 });
    states = await StateStore.open();
    await states.genesis(world.config);
  });

  const judged = ({ header, transactions, data, stateRoots }: TestBatch, given = [...stateRoots]) =>
    judge(world.config, states, header, { transactions: [...transactions], data, stateRoots: given });
  const withBlock = (place: number, change: Partial<L2Transaction["context"]>) =>
    right.transactions.map((transaction, index) =>
      index === place ? { ...transaction, context: { ...transaction.context, ...change } } : transaction,
    );

  it("[11.3.1] is right where the header is, whoever gives the state roots", async () => {
    expect((await judged(right))?.judgement).to.deep.equal({ verdict: "right" });
    const { header, transactions, data } = right;
    const own = await judge(world.config, states, header, { transactions: [...transactions], data });
    expect(own?.judgement).to.deep.equal({ verdict: "right" });
    expect(own?.claimed).to.deep.equal([...right.stateRoots]);
    expect(own?.gas).to.deep.equal([...right.gas]);
  });

  it("[11.5] names the first transition that is wrong", async () => {
    const wrong = lying(right, { stateRoots: rootsWith(right, 4, keccakText("elsewhere")) });
    expect((await judged(wrong))?.judgement).to.deep.equal({ verdict: "wrong", fault: "transition", index: 4 });
    const without = await judged(wrong, [...right.stateRoots]);
    expect(without?.judgement.verdict).to.equal("unshown");
  });

  it("[11.5] finds gas and size that are not the sums", async () => {
    for (const lie of [{ gasUsed: 1n }, { dataSize: 1n }] as const) {
      const found = await judged(lying(right, { header: lie }));
      expect(found?.judgement.verdict).to.equal("wrong sum");
      expect(found?.claimed).to.deep.equal([...right.stateRoots]);
    }
  });

  it("[11.5] [11.14] finds blocks out of order and out of place, also without the state", () => {
    const last = right.transactions.length - 1;
    const { header } = right;
    const cases: [Partial<BatchHeader>, readonly L2Transaction[], string, number][] = [
      [{}, withBlock(4, { number: 1n, timestamp: 1n }), "order", 4],
      [{}, withBlock(4, { timestamp: 9_999_999_999n }), "order", 4],
      [{}, withBlock(4, { coinbase: sequencer }), "order", 4],
      [{}, withBlock(3, { randomness: keccakText("dice") }), "placement", 3],
      [{ firstBlock: header.firstBlock + 1n }, right.transactions, "placement", 0],
      [{ lastTimestamp: header.lastTimestamp + 1n }, right.transactions, "placement", last],
      [{ baseFee: 1n }, right.transactions, "placement", 0],
    ];
    for (const [lie, transactions, fault, index] of cases) {
      const found = judgeOrder({ ...header, ...lie }, transactions, world.config);
      expect(found).to.deep.equal({ verdict: "wrong", fault, index });
    }
  });

  it("says nothing of transitions where the state before is not known, but of their blocks", async () => {
    const empty = await StateStore.open();
    const { header, transactions, stateRoots, data } = right;
    const given = { transactions: [...transactions], data, stateRoots: [...stateRoots] };
    expect(await judge(world.config, empty, header, given)).to.equal(undefined);
    const early = lying(right, { header: { firstTimestamp: 1n } }).header;
    expect((await judge(world.config, empty, early, given))?.judgement).to.deep.include({ fault: "placement" });
    await empty.close();
  });
});
