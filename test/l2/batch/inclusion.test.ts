import { expect } from "chai";

import { RANDOMNESS } from "../../../l2/protocol/l2-transaction.ts";
import { keccakHex, keccakText } from "../../../l2/base/keccak.ts";
import { type InclusionProof, checkInclusion, proveInclusion } from "../../../l2/batch/inclusion.ts";
import { batchTree, mttbrLeafValue } from "../../../l2/batch/tree.ts";
import { producer } from "../../../testkit/l2/fixtures.ts";

const transactions = [1, 2, 3, 4, 5].map((number) => ({
  context: { number: BigInt(number), timestamp: 100n, coinbase: producer.address, randomness: RANDOMNESS },
  raw: Uint8Array.of(number),
}));
const stateRoots = transactions.map((_, index) => keccakText(`state ${index}`));
const header = {
  txCount: 5n,
  mttbr: batchTree(transactions.map(mttbrLeafValue)).root,
  mtsr: batchTree(stateRoots).root,
};

describe("Inclusion", () => {
  it("[Q7] of each transaction is proven against the header", () => {
    for (const [index, { context, raw }] of transactions.entries()) {
      const proof = proveInclusion(transactions, stateRoots, index);
      expect(proof).to.deep.include({ index, context, txHash: keccakHex(raw), stateRoot: stateRoots[index] });
      expect(checkInclusion(header, proof)).to.equal(undefined);
    }
    expect(() => proveInclusion(transactions, stateRoots, 5)).to.throw(RangeError, "Transaction 5 of a batch of 5");
  });

  it("[Q7] is not proven for anything else", () => {
    const proof = proveInclusion(transactions, stateRoots, 2);
    const wrong: [Partial<InclusionProof>, RegExp][] = [
      [{ txHash: keccakText("other") }, /is not at index 2 of the MTTBR/],
      [{ context: { ...proof.context, timestamp: 101n } }, /of the MTTBR/],
      [{ index: 3 }, /is not at index 3 of the MTTBR/],
      [{ index: 5 }, /index 5 is not below 5/],
      [{ stateRoot: keccakText("other") }, /is not at index 2 of the MTSR/],
      [{ stateProof: proof.stateProof.slice(1) }, /of the MTSR/],
    ];
    for (const [change, reason] of wrong) expect(checkInclusion(header, { ...proof, ...change })).to.match(reason);
  });
});
