import { createMPT } from "@ethereumjs/mpt";
import { createAddressFromString } from "@ethereumjs/util";
import { expect } from "chai";
import { toBeArray } from "ethers";

import { chainCommon } from "../../../l2/evm/fork.ts";
import { toHex } from "../../../l2/base/hex.ts";
import { keccak256, keccakHex } from "../../../l2/base/keccak.ts";
import { Overlay, StateStore, openTrie } from "../../../l2/state/state.ts";
import { TouchedState } from "../../../l2/execution/touched.ts";
import { EMPTY_ROOT, buildTrie, children } from "../../../l2/state/trie.ts";
import { conformanceFile, conformanceTests, skipped } from "../../../testkit/execution/conformance.ts";
import { randomSource } from "../../../testkit/execution/random.ts";
import { alice, config } from "../../../testkit/l2/fixtures.ts";

describe("Trie", () => {
  it("[11.9] builds at once what insertions build one by one, with the same nodes", async () => {
    const random = randomSource("trie");
    for (const count of [0, 1, 2, 3, 17, 40, 300]) {
      const entries = Array.from({ length: count }, (_, index) => {
        // Keys that differ in their last byte alone lead to nodes that stand in their parents themselves.
        const key = count === 40 ? new Uint8Array(32).fill(index, 31) : keccak256(toBeArray(index + 1));
        return [key, Uint8Array.from([index >> 8, index, ...new Uint8Array(random(40)).fill(9)])] as const;
      });
      const nodes = new Map<string, Uint8Array>();
      const root = buildTrie(entries, (hash, node) => nodes.set(toHex(hash), node));
      const reference = await createMPT();
      for (const [key, value] of entries) await reference.put(key, value);
      expect(toHex(root), `${count} entries`).to.equal(toHex(reference.root()));
      for (const [hash, node] of nodes) expect(keccakHex(node)).to.equal(hash);

      const open = count === 0 ? [] : [toHex(root)];
      let values = 0;
      for (let hash = open.pop(); hash !== undefined; hash = open.pop()) {
        const found = children(nodes.get(hash) ?? new Uint8Array());
        open.push(...found.hashes.map(toHex));
        values += found.values.length;
        nodes.delete(hash);
      }
      expect(values, "every entry is reached").to.equal(count);
      expect(nodes.size, "no node is left over").to.equal(0);
    }
    expect(toHex(buildTrie([], () => undefined))).to.equal(EMPTY_ROOT);
  });

  it(`[11.9] has the roots of Ethereum's own secure tries${skipped}`, async function () {
    if (!conformanceTests) return this.skip();
    type Case = { in: Record<string, string | null>; root: string };
    const bytes = (text: string): Uint8Array =>
      Buffer.from(text.startsWith("0x") ? text.slice(2) : text, text.startsWith("0x") ? "hex" : "utf8");
    let checked = 0;
    for (const file of ["hex_encoded_securetrie_test.json", "trieanyorder_secureTrie.json"]) {
      for (const [name, test] of Object.entries(await conformanceFile<Record<string, Case>>("TrieTests", file))) {
        const entries = Object.entries(test.in).map(
          ([key, value]) => [keccak256(bytes(key)), bytes(value ?? "")] as const,
        );
        expect(toHex(buildTrie(entries, () => undefined)), name).to.equal(test.root);
        checked += 1;
      }
    }
    expect(checked).to.be.above(5);
  });

  it("never reads a node that is missing as an empty state", async () => {
    const states = await StateStore.open();
    const root = await states.genesis(config);
    const partial = new Overlay({
      node: async (key) => {
        if (`0x${key}` !== root) throw new Error(`no node ${key}`);
        return await states.node(key);
      },
    });
    const common = chainCommon(config);
    const manager = new TouchedState(common, await openTrie(common, partial, root));
    const error = await manager
      .getAccount(createAddressFromString(alice.address))
      .catch((thrown: unknown) => thrown as Error);
    expect(error)
      .to.be.instanceOf(Error)
      .with.property("message")
      .that.matches(/no node/);
  });
});
