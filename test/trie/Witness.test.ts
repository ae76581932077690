import { expect } from "chai";
import { concat, dataSlice, getBytes, hexlify, keccak256 } from "ethers";

import { randomSource } from "../../testkit/execution/random.ts";
import { encodeWitness } from "../../testkit/execution/reference.ts";
import { EMPTY_ROOT, LONG as value, branch, hash, leaf, witnessOf } from "./nodes.ts";
import { type Step, get, harness, nodesRead, take, trieOf, updateAll } from "./tries.ts";

describe("Witness", () => {
  it("reverts with the hash of any node that is missing", async () => {
    const random = randomSource("missing");
    const keys = Array.from({ length: 60 }, () => hexlify(Uint8Array.of(random(256), random(4))));
    const pairs = new Map(keys.map((key) => [key, value]));
    const trie = await trieOf(pairs, true);
    const steps = [...pairs.keys()].slice(0, 12).map((key, i): Step => [key, i % 2 === 0 ? "0x" : "0x1234"]);
    const read = await nodesRead(trie, steps, true);
    const expected = (await trieOf(take(pairs, steps), true)).root;
    expect(await updateAll(trie.root, encodeWitness(read), steps, true)).to.equal(expected);
    expect(read.length).to.be.greaterThan(12);
    for (const [i, node] of read.entries()) {
      await expect(updateAll(trie.root, encodeWitness(read.toSpliced(i, 1)), steps, true))
        .to.be.revertedWithCustomError(harness, "MissingWitness")
        .withArgs(keccak256(node));
    }
  });

  it("must contain the root node, unless the trie is empty", async () => {
    const unknown = keccak256("0x1234");
    await expect(updateAll(unknown, "0x", [["0x10", value]], false))
      .to.be.revertedWithCustomError(harness, "MissingWitness")
      .withArgs(unknown);
    expect(await updateAll(EMPTY_ROOT, "0x", [["0x10", "0x"]], false)).to.equal(EMPTY_ROOT);
  });

  it("may contain surplus and repeated nodes", async () => {
    const [a, b] = [leaf("a", value), leaf("b", value)];
    const root = branch({ 1: a, 2: b });
    const witness = witnessOf(b, a, leaf("77", value), root, "0xc0", root, a);
    expect(await get(hash(root), witness, ["0x1a"])).to.deep.equal([value]);
  });

  it("reverts with the place of an item that is cut short", async () => {
    const root = leaf("1a", value);
    const size = getBytes(root).length;
    for (const [bad, name] of [
      ["0x82ab", "a string cut short"],
      ["0xb8", "a string's prefix cut short"],
      ["0xbf" + "ff".repeat(8), "a string of 2^64 bytes"],
      [dataSlice(root, 0, size - 1), "a list cut short"],
      ["0xf8", "a prefix cut short"],
      ["0xff" + "ff".repeat(8), "a list of 2^64 bytes"],
    ] as const) {
      await expect(harness["get"]!(hash(root), concat([root, bad]), ["0x1a"], false), name)
        .to.be.revertedWithCustomError(harness, "MalformedWitness")
        .withArgs(size);
    }
    for (const surplus of ["0x80", "0x00", "0x82abcd", "0xc0"]) {
      await harness["get"]!(hash(root), concat([surplus, root, surplus]), ["0x1a"], false);
    }
  });
});
