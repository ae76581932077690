import { expect } from "chai";
import { getBytes } from "ethers";

import { LONG as value, branch, extension, hash, leaf, witnessOf } from "./nodes.ts";
import { get, harness, update } from "./tries.ts";

describe("Children of a node", () => {
  it("move with an extension that is split, even if they are not in the witness", async () => {
    const [a, b] = [leaf("a", value), leaf("b", value)];
    const below = branch({ 1: a, 2: b });
    const top = extension("1234", below);
    for (const [key, expected] of [
      ["0x12444a", extension("12", branch({ 3: extension("4", below), 4: leaf("44a", value) }))],
      ["0x12354a", extension("123", branch({ 4: below, 5: leaf("4a", value) }))],
      ["0x22344a", branch({ 1: extension("234", below), 2: leaf("2344a", value) })],
      ["0x12", extension("12", branch({ 3: extension("4", below) }, value))],
    ] as const) {
      expect(await update(hash(top), witnessOf(top), [[key, value]], false), key).to.deep.equal([hash(expected)]);
      expect(await update(hash(top), witnessOf(top), [[key, "0x"]], false), key).to.deep.equal([hash(top)]);
    }
  });

  it("are read and changed even if they are inlined in inlined nodes", async () => {
    const inner = branch({ 1: leaf("a", "0x01"), 2: leaf("b", "0x02") });
    const root = branch({ 3: extension("4", inner), 5: leaf("6", value) });
    expect(getBytes(inner).length).to.be.lessThan(32);
    const witness = witnessOf(root);
    await expect(harness["get"]!(hash(root), witness, ["0x56"], false)).to.be.revertedWithCustomError(
      harness,
      "MissingWitness",
    );
    expect(await get(hash(root), witness, ["0x341a", "0x342b", "0x342c"])).to.deep.equal(["0x01", "0x02", "0x"]);
    const changed = branch({ 1: leaf("a", "0x01"), 2: leaf("b", value) });
    expect(
      await update(
        hash(root),
        witness,
        [
          ["0x342b", value],
          ["0x342b", "0x02"],
        ],
        false,
      ),
    ).to.deep.equal([hash(branch({ 3: extension("4", changed), 5: leaf("6", value) })), hash(root)]);
  });

  it("are changed in one of two equal subtrees and not in the other", async () => {
    const twin = branch({ 1: leaf("ab", value), 2: leaf("cd", value) });
    const root = branch({ 1: twin, 2: twin });
    const changed = branch({ 1: leaf("ab", "0x1234"), 2: leaf("cd", value) });
    const witness = witnessOf(root, twin, leaf("ab", value));
    expect(
      await update(
        hash(root),
        witness,
        [
          ["0x21ab", value],
          ["0x11ab", "0x1234"],
        ],
        false,
      ),
    ).to.deep.equal([hash(root), hash(branch({ 1: changed, 2: twin }))]);
  });

  it("of an extension must be branches", async () => {
    const bad = extension("a", leaf("b", value));
    await expect(
      harness["get"]!(hash(bad), witnessOf(bad, leaf("b", value)), ["0xab"], false),
    ).to.be.revertedWithCustomError(harness, "MalformedNode");
  });
});
