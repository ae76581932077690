import { expect } from "chai";

import { type Encoded, LONG as value, branch, hash, leaf, witnessOf } from "./nodes.ts";
import { update } from "./tries.ts";

describe("Node sealer", () => {
  it("encodes branches of every size, with and without a value", async () => {
    const other = `0x${"cd".repeat(40)}`;
    for (const hashed of [1, 7, 15]) {
      for (let size = 2; size < 20; size++) {
        const inlined = leaf("a", `0x${"12".repeat(size)}`);
        for (const held of ["0x", "0x34", value]) {
          const node = (first: string): Encoded => {
            const big = Array.from({ length: hashed }, (_, i) => leaf("c", i === 0 ? first : value));
            return branch({ ...Object.fromEntries(big.entries()), 15: inlined }, held);
          };
          const before = node(value);
          const witness = witnessOf(before, leaf("c", value));
          expect(await update(hash(before), witness, [["0x0c", other]], false), before).to.deep.equal([
            hash(node(other)),
          ]);
        }
      }
    }
  });
});
