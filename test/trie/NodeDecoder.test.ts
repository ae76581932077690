import { expect } from "chai";
import { dataSlice, encodeRlp, keccak256 } from "ethers";

import { LONG as value, branch, extension, hash, leaf, witnessOf } from "./nodes.ts";
import { get, harness } from "./tries.ts";

describe("Node decoder", () => {
  it("tells a path of 32 bytes from a hash", async () => {
    const path = "ab".repeat(31);
    const big = leaf("c", value);
    for (const [node, key, expected] of [
      ...["0x01", "0x81", `0x${"cd".repeat(32)}`, `0x${"cd".repeat(38)}`, value, `0x${"ef".repeat(300)}`].map(
        (held) => [leaf(path, held), `0x${path}`, held] as const,
      ),
      [extension(path, branch({ 1: leaf("c", "0x12") })), `0x${path}1c`, "0x12"],
      [branch({ 0: big, 1: big }), "0x1c", value],
      [branch({ 0: big, 1: leaf("c", "0x12") }), "0x1c", "0x12"],
      [branch({ 0: big, 2: leaf("c", "0x12") }), "0x2c", "0x12"],
    ] as const) {
      expect(await get(hash(node), witnessOf(node, big), [key]), node).to.deep.equal([expected]);
    }
    const below = branch({ 1: big, 2: big });
    const long = extension(path, below);
    expect(await get(hash(long), witnessOf(long, below, big), [`0x${path}2c`])).to.deep.equal([value]);
  });

  const hex33 = `0x${"11".repeat(33)}`;
  for (const [name, node] of Object.entries<string>({
    "an empty list": "0xc0",
    "one item": encodeRlp([value]),
    "three items": encodeRlp(["0x20", value, value]),
    "an extension with a third item": encodeRlp(["0x1a", keccak256("0x"), value]),
    "an extension with a third item after an inlined child": encodeRlp(["0x1a", ["0x20", "0x01"], value]),
    "three items, the first of 32 bytes": encodeRlp([`0x20${"aa".repeat(31)}`, value, value]),
    "18 items": encodeRlp(Array.from({ length: 18 }, () => "0x")),
    "a child of 31 bytes": encodeRlp(["0x", dataSlice(hex33, 0, 31), ...Array.from({ length: 15 }, () => "0x")]),
    "a child of 33 bytes": encodeRlp(["0x", hex33, ...Array.from({ length: 15 }, () => "0x")]),
    "a child of one byte": encodeRlp(["0x", "0x01", ...Array.from({ length: 15 }, () => "0x")]),
    "an inlined child of 32 bytes": encodeRlp([
      "0x",
      ["0x20", `0x${"22".repeat(29)}`],
      ...Array.from({ length: 15 }, () => "0x"),
    ]),
    "an empty list as a child": encodeRlp(["0x", [], ...Array.from({ length: 15 }, () => "0x")]),
    "a list as the value of a branch": encodeRlp([...Array.from({ length: 16 }, () => "0x"), ["0x01"]]),
    "a path with an unknown flag": encodeRlp(["0x7a", value]),
    "a longer path with an unknown flag": encodeRlp(["0x601a", value]),
    "a path whose prefix is not canonical": "0xc3813a01",
    "an even path with a nibble in its flag": encodeRlp(["0x2a", value]),
    "an empty path": encodeRlp(["0x", value]),
    "a list as path": encodeRlp([["0x20"], value]),
    "a path of 65 nibbles": encodeRlp([`0x3a${"aa".repeat(32)}`, value]),
    "a path of 66 nibbles": encodeRlp([`0x20${"aa".repeat(33)}`, value]),
    "a leaf without value": encodeRlp(["0x3a", "0x"]),
    "a list as the value of a leaf": encodeRlp(["0x3a", ["0x01"]]),
    "a long list as the value of a leaf": encodeRlp(["0x3a", [`0x${"ab".repeat(60)}`]]),
    "an item after a long value": encodeRlp(["0x3a", `0x${"ab".repeat(60)}`, "0x01"]),
    "an extension without path": encodeRlp(["0x00", keccak256("0x")]),
    "an extension without child": encodeRlp(["0x1a", "0x"]),
    "an extension to 31 bytes": encodeRlp(["0x1a", dataSlice(hex33, 0, 31)]),
    "a prefix that is not canonical": "0xf804823aaa01",
    "a value that is not canonical": "0xc33a8101",
    "a value whose long prefix is not canonical": "0xc83ab8051122334455",
    "items that run over the end": "0xc33a8411",
  })) {
    it(`refuses bytes that are no node, although a root commits to them: ${name}`, async () => {
      await expect(harness["get"]!(hash(node), node, ["0xaa"], false)).to.be.revertedWithCustomError(
        harness,
        "MalformedNode",
      );
    });
  }

  it("refuses an empty string in the place of a node, whatever follows it", async () => {
    for (const rest of ["", "c0", "0102", "00".repeat(40)]) {
      await expect(harness["get"]!(hash("0x"), `0x80${rest}`, ["0xaa"], false), rest).to.be.revertedWithCustomError(
        harness,
        "MalformedNode",
      );
    }
  });
});
