import { expect } from "chai";

import { LONG as value, branch, hash, leaf, witnessOf } from "./nodes.ts";
import { type Step, harness, update } from "./tries.ts";

describe("Node", () => {
  it("takes a value of any other length, without harm to its neighbour in memory", async () => {
    const path = "cd".repeat(31);
    const [one, other] = [`0x1${path}1`, `0x2${path}2`];
    const trie = (first: string, second: string) => {
      const leaves_ = [leaf(`${path}1`, first), leaf(`${path}2`, second)];
      return [branch({ 1: leaves_[0]!, 2: leaves_[1]! }), ...leaves_];
    };
    const lengths = [1, 55, 56, 57, 120, 121, 122, 123, 160, 219, 220, 221, 222, 255, 256, 300];
    for (const from of lengths) {
      const before = trie(`0x${"11".repeat(from)}`, `0x${"22".repeat(from)}`);
      const same = `0x${"33".repeat(from)}`;
      for (const to of lengths) {
        const next = `0x${"44".repeat(to)}`;
        const steps: Step[] = [
          [one, same],
          [other, same],
          [one, next],
          [other, next],
        ];
        expect(await update(hash(before[0]!), witnessOf(...before), steps, false), `${from} to ${to}`).to.deep.equal([
          hash(trie(same, `0x${"22".repeat(from)}`)[0]!),
          hash(trie(same, same)[0]!),
          hash(trie(next, same)[0]!),
          hash(trie(next, next)[0]!),
        ]);
      }
    }
  });

  it("never has a path of more than 64 nibbles", async () => {
    const long = leaf("3".repeat(64), value);
    const root = branch({ 1: long, 2: leaf("a", value) });
    await expect(
      update(hash(root), witnessOf(root, long, leaf("a", value)), [["0x2a", "0x"]], false),
    ).to.be.revertedWithCustomError(harness, "MalformedNode");
  });
});
