import { expect } from "chai";
import { concat } from "ethers";

import { MachinePages } from "../../../agents/execution/pages.ts";
import { GrowingWitness, WorkingSet } from "../../../agents/execution/step-witness.ts";
import { fromHex, toHex, type Hex } from "../../../l2/base/hex.ts";
import { keccakHex, keccakText } from "../../../l2/base/keccak.ts";
import { forkOf, itemsOf, leafOf, type PageNode } from "../../../testkit/agents/pages.ts";

describe("Growing witness", () => {
  const items = [10, 20, 30, 400].map((size, place) => new Uint8Array(size).fill(place + 1));
  const hashes = items.map(keccakHex);
  const source = (hash: Hex) => items[hashes.indexOf(hash)];
  const joined = (...places: number[]): Hex => concat(["0xff", ...places.map((place) => toHex(items[place]!))]) as Hex;

  it("gets what L1 misses, each item once", async () => {
    const witness = new GrowingWitness(fromHex("0xff"), source);
    expect(await witness.add(hashes[1]!)).to.equal(true);
    expect(await witness.add(hashes[1]!)).to.equal(false);
    expect(await witness.add(keccakText("nobody has it"))).to.equal(false);
    await witness.expect([hashes[0]!, hashes[1]!]);
    expect(witness.encoded).to.equal(joined(1, 0));
    expect(witness.missed).to.deep.equal([hashes[1]]);
  });

  it("guesses no more than a part of what is there", async () => {
    const witness = new GrowingWitness(fromHex("0xff"), source);
    await witness.guess(hashes);
    expect(witness.encoded).to.equal(joined());
    await witness.add(hashes[3]!);
    await witness.guess([hashes[0]!, hashes[1]!, hashes[2]!]);
    expect(witness.encoded).to.equal(joined(3, 0, 1, 2));
  });

  it("leaves out the half that was added last", async () => {
    const witness = new GrowingWitness(fromHex("0xff"), source);
    await witness.expect(hashes);
    witness.halve();
    expect(witness.encoded).to.equal(joined(0, 1));
  });
});

describe("Working set", () => {
  const leaves = Array.from({ length: 8 }, (_, page) => leafOf(BigInt(page), page + 1));
  const pair = (bits: bigint, nodes: PageNode[], width: bigint): PageNode[] =>
    Array.from({ length: nodes.length / 2 }, (_, place) =>
      forkOf(bits, BigInt(place) * width, nodes[2 * place]!, nodes[2 * place + 1]!),
    );
  const [root] = pair(3n, pair(2n, pair(1n, leaves, 2n), 4n), 8n) as [PageNode];
  const pages = new MachinePages();
  pages.add(itemsOf(root));
  const pagesOf = (hashes: Iterable<Hex>): number[] =>
    [...hashes].flatMap((hash) => leaves.findIndex(({ page }) => page.hash === hash)).filter((place) => place >= 0);

  it("expects what the step before missed, and forgets it after another", () => {
    const set = new WorkingSet(pages);
    const other = keccakText("code");
    set.note([leaves[3]!.hash, leaves[5]!.hash, other]);
    expect(pagesOf(set.expected(root.hash))).to.deep.equal([3, 5]);
    expect([...set.expected(root.hash)]).to.include(other);
    set.note([leaves[3]!.hash]);
    expect(pagesOf(set.expected(root.hash))).to.have.members([3, 5]);
    set.note([leaves[3]!.hash]);
    expect(pagesOf(set.expected(root.hash))).to.deep.equal([3]);
  });

  it("takes pages ahead that follow at a regular distance", () => {
    const set = new WorkingSet(pages);
    const ahead = [1, 3, 5].map((place) => pagesOf(set.ahead(root.hash, leaves[place]!.hash)));
    expect(ahead).to.deep.equal([[], [], [7]]);
    expect(pagesOf(set.ahead(root.hash, root.hash))).to.deep.equal([]);
  });

  it("takes everything around what was missed in a small machine", () => {
    const around = pagesOf(new Set(new WorkingSet(pages).around(root.hash, leaves[6]!.hash)));
    expect(around.slice(0, 2)).to.deep.equal([6, 7]);
    expect(around.toSorted()).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7]);
    expect([...new WorkingSet(pages).around(root.hash, keccakText("code"))]).to.deep.equal([]);
  });
});
