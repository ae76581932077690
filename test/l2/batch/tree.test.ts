import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import { expect } from "chai";

import { keccakText } from "../../../l2/base/keccak.ts";
import { type Hex, ZERO_HASH } from "../../../l2/base/hex.ts";
import { measureRoots } from "../../../bench/roots.ts";
import { batchTree, rangeRoot, verifyLeaf } from "../../../l2/batch/tree.ts";

const values = (count: number): Hex[] => Array.from({ length: count }, (_, i) => keccakText(`value ${count} ${i}`));

function standard(leaves: readonly string[]) {
  const width = 2 ** Math.ceil(Math.log2(leaves.length));
  const rows = Array.from({ length: width }, (_, i): [number, string] => [i, leaves[i] ?? ZERO_HASH]);
  return StandardMerkleTree.of(rows, ["uint256", "bytes32"], { sortLeaves: false });
}

describe("Batch tree", () => {
  it("[7] has the roots and proofs of OpenZeppelin's StandardMerkleTree", () => {
    for (const count of [...Array.from({ length: 34 }, (_, i) => i + 1), 63, 64, 65, 100]) {
      const leaves = values(count);
      const tree = batchTree(leaves);
      const reference = standard(leaves);
      expect(tree.root, `${count} leaves`).to.equal(reference.root);
      for (const index of new Set([0, Math.floor(count / 2), count - 1])) {
        expect(tree.proof(index), `leaf ${index} of ${count}`).to.deep.equal(reference.getProof(index));
      }
    }
  });

  it("[7] computes both roots of a large batch as StandardMerkleTree does", () => {
    const { count, ours, standard } = measureRoots(1_500);
    expect(count).to.equal(1_500);
    expect(ours).to.be.above(0);
    expect(standard).to.be.above(0);
  });

  it("[Q7] proves a leaf at its place and nowhere else", () => {
    const leaves = values(13);
    const tree = batchTree(leaves);
    leaves.forEach((leaf, index) => {
      expect(verifyLeaf(tree.root, index, leaf, tree.proof(index))).to.equal(true);
      expect(verifyLeaf(tree.root, index ^ 1, leaf, tree.proof(index))).to.equal(false);
      expect(verifyLeaf(tree.root, index, keccakText("other"), tree.proof(index))).to.equal(false);
      expect(verifyLeaf(tree.root, index + 16, leaf, tree.proof(index))).to.equal(false);
    });
  });

  it("[11.9] proves every range of adjacent leaves", () => {
    for (const count of [1, 2, 3, 5, 8, 13]) {
      const leaves = values(count);
      const tree = batchTree(leaves);
      for (let from = 0; from < count; from++) {
        for (let to = from + 1; to <= count; to++) {
          const proof = tree.rangeProof(from, to);
          expect(rangeRoot(count, from, leaves.slice(from, to), proof), `[${from}, ${to}) of ${count}`).to.equal(
            tree.root,
          );
          const altered = leaves.slice(from, to);
          altered[altered.length - 1] = keccakText("altered");
          expect(rangeRoot(count, from, altered, proof)).to.not.equal(tree.root);
        }
      }
    }
  });

  it("refuses ranges and values that do not fit", () => {
    const tree = batchTree(values(3));
    expect(() => batchTree([])).to.throw(RangeError, "has no leaf, expected at least one");
    expect(() => tree.proof(3)).to.throw(RangeError, "Leaves [3, 4) of a tree of 3");
    expect(() => tree.rangeProof(2, 2)).to.throw(RangeError, "[2, 2)");
    expect(() => rangeRoot(3, 0, values(1), [])).to.throw(RangeError, "expected 2");
    expect(() => batchTree(["0x12"])).to.throw(TypeError, "32 bytes");
  });
});
