import { expect } from "chai";

import { MachinePages } from "../../../agents/execution/pages.ts";
import { toHex, ZERO_HASH } from "../../../l2/base/hex.ts";
import { keccakHex, keccakText } from "../../../l2/base/keccak.ts";
import { codeItem } from "../../../agents/execution/preimages.ts";
import { forkOf, itemsOf, leafOf } from "../../../testkit/agents/pages.ts";

describe("Pages of a machine", () => {
  const [four, five, nine] = [leafOf(4n, 1), leafOf(5n, 2), leafOf(9n, 3)];
  const low = forkOf(1n, 4n, four, five);
  const root = forkOf(4n, 0n, low, nine);
  const pages = new MachinePages();
  pages.add(itemsOf(root));

  it("are found by their hashes, and told apart", () => {
    const code = new Uint8Array(100).fill(1);
    pages.add(codeItem(code));
    expect([root.hash, four.hash, four.page.hash, keccakHex(code)].map((hash) => pages.kindOf(hash))).to.deep.equal([
      "fork",
      "leaf",
      "page",
      "other",
    ]);
    expect(toHex(pages.get(keccakHex(code))!)).to.equal(toHex(codeItem(code)));
    expect(pages.get(keccakText("nothing"))).to.equal(undefined);
    expect(pages.readLeaf(five.hash)).to.deep.equal({ page: 5n, content: five.page.hash });
  });

  it("lie below a path from the root", () => {
    expect(pages.pathTo(root.hash, 5n)).to.deep.equal([root.hash, low.hash, five.hash, five.page.hash]);
    expect(pages.pathTo(root.hash, 9n)).to.deep.equal([root.hash, nine.hash, nine.page.hash]);
    expect(pages.pathTo(root.hash, 6n)).to.deep.equal([root.hash, low.hash]);
    expect(pages.pathTo(ZERO_HASH, 5n)).to.deep.equal([]);
  });

  it("are counted, and named from any node above them", () => {
    expect([pages.hasMore(root.hash, 2), pages.hasMore(root.hash, 3)]).to.deep.equal([true, false]);
    expect([root, low, nine].map(({ hash }) => pages.pageBelow(hash))).to.deep.equal([4n, 4n, 9n]);
    expect(pages.pageBelow(four.page.hash)).to.equal(undefined);
    expect(pages.forksBelow(root.hash, 10)).to.deep.equal([root.hash, low.hash]);
    expect(pages.forksBelow(root.hash, 1)).to.deep.equal([root.hash]);
  });

  it("come with those next to them first", () => {
    const around = [...new Set(pages.around(root.hash, 5n))].filter((hash) => pages.kindOf(hash) === "page");
    expect(around).to.deep.equal([five, four, nine].map(({ page }) => page.hash));
  });

  it("are refused where what a step returned is malformed", () => {
    expect(() => {
      pages.add(new Uint8Array([0x80]));
    }).to.throw("item with prefix 128");
    expect(() => pages.readLeaf(keccakText("nothing"))).to.throw("is not known");
  });
});
