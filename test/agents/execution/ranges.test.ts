import { expect } from "chai";

import { encodeLeniently, Transitions } from "../../../agents/execution/ranges.ts";
import { ZERO_HASH, fromHex, toHex } from "../../../l2/base/hex.ts";
import { keccakText } from "../../../l2/base/keccak.ts";
import { decodeRecords, encodeRecords } from "../../../l2/batch/encoding.ts";
import { mttbrLeafValue, placementValue, rangeRoot } from "../../../l2/batch/tree.ts";
import { BatchMaker, lying, type TestBatch } from "../../../testkit/batches.ts";

describe("Ranges of transitions", () => {
  const sequencer = "0x00000000000000000000000000000000000000A1";
  let batch: TestBatch;
  let transitions: Transitions;

  before(async () => {
    const world = await BatchMaker.open();
    batch = await world.batch(world.genesis, sequencer, { transfers: 7 });
    transitions = new Transitions(batch.header, batch.transactions, batch.stateRoots);
  });

  it("[11.4] [11.8] lead to the header's roots, together with the transition before them", () => {
    const count = batch.transactions.length;
    for (let from = 0; from < count; from++) {
      for (let to = from + 1; to <= count; to++) {
        const range = transitions.range(from, to);
        const leaves = decodeRecords(fromHex(range.records)).map(mttbrLeafValue);
        expect(leaves.length).to.equal(to - from);
        const first = Math.max(from - 1, 0);
        const before = from === 0 ? [] : [placementValue(range.before, range.hashBefore)];
        expect(rangeRoot(count, first, [...before, ...leaves], range.recordProof)).to.equal(batch.header.mttbr);
        expect(range.stateRoots.length).to.equal(to - first);
        expect(rangeRoot(count, first, range.stateRoots, range.rootProof)).to.equal(batch.header.mtsr);
      }
    }
  });

  it("know the state that the header claims before each", () => {
    expect(transitions.rootBefore(0)).to.equal(batch.header.preStateRoot);
    expect(transitions.rootBefore(3)).to.equal(batch.stateRoots[2]);
  });

  it("are none where transactions or state roots are not the header's", () => {
    const { header, transactions, stateRoots } = batch;
    const wrong = [
      () => new Transitions(header, transactions.slice(1), stateRoots),
      () => new Transitions(header, transactions, stateRoots.toReversed()),
      () => new Transitions({ ...header, txCount: 8n }, transactions, stateRoots),
    ];
    for (const make of wrong) expect(make).to.throw(RangeError, "These transactions and state roots are not those");
  });

  it("are encoded as a batch is where their blocks are in order, and all the same where they are not", () => {
    expect(toHex(encodeLeniently(batch.transactions))).to.equal(toHex(encodeRecords(batch.transactions)));
    const [first, , , second] = batch.transactions as [never, never, never, (typeof batch.transactions)[number]];
    const back = [second, first, { ...second, context: { ...second.context, randomness: keccakText("dice") } }];
    expect(() => encodeRecords(back)).to.throw("Transaction 1 opens block");
    const disordered = lying(batch, {
      transactions: back,
      data: encodeLeniently(back),
      stateRoots: [ZERO_HASH, ZERO_HASH, ZERO_HASH],
    });
    const range = new Transitions(disordered.header, back, disordered.stateRoots).range(0, 3);
    const size = (fromHex(range.records).length - encodeLeniently([second]).length) / 2;
    expect(size).to.equal(encodeLeniently([first]).length);
  });
});
