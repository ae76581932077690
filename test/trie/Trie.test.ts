import { expect } from "chai";
import { hexlify, isHexString, toUtf8Bytes, zeroPadValue } from "ethers";

import { conformanceFile, conformanceTests, skipped } from "../../testkit/execution/conformance.ts";
import { randomSource } from "../../testkit/execution/random.ts";
import { encodeWitness } from "../../testkit/execution/reference.ts";
import { shuffled } from "../../testkit/execution/witness.ts";
import { EMPTY_ROOT, LONG as value, branch, extension, hash, leaf, witnessOf } from "./nodes.ts";
import { type Step, get, harness, nodesRead, rootsOf, take, trieOf, update, updateAll } from "./tries.ts";

/** Bytes in hex, from hex or from text, as the conformance tests mix them. */
function bytes(text: string): string {
  return isHexString(text) ? text : hexlify(toUtf8Bytes(text));
}

describe("Trie", () => {
  describe(`TrieTests${skipped}`, function () {
    before(function () {
      if (!conformanceTests) this.skip();
    });

    for (const [file, secure] of [
      ["trietest.json", false],
      ["trietest_secureTrie.json", true],
    ] as const) {
      it(`gives the roots of ${file}, deletions included`, async () => {
        const cases = await conformanceFile<Record<string, { in: [string, string | null][]; root: string }>>(
          "TrieTests",
          file,
        );
        for (const [name, { in: pairs, root }] of Object.entries(cases)) {
          const steps = pairs.map(([key, value]): Step => [bytes(key), value === null ? "0x" : bytes(value)]);
          expect((await update(EMPTY_ROOT, "0x", steps, secure)).at(-1), name).to.equal(root);
          expect(await updateAll(EMPTY_ROOT, "0x", steps, secure), name).to.equal(root);
        }
      });
    }

    for (const [file, secure] of [
      ["trieanyorder.json", false],
      ["trieanyorder_secureTrie.json", true],
      ["hex_encoded_securetrie_test.json", true],
    ] as const) {
      it(`gives the roots of ${file} in any order`, async () => {
        const random = randomSource(file);
        const cases = await conformanceFile<Record<string, { in: Record<string, string>; root: string }>>(
          "TrieTests",
          file,
        );
        for (const [name, { in: pairs, root }] of Object.entries(cases)) {
          const steps = Object.entries(pairs).map(([key, value]): Step => [bytes(key), bytes(value)]);
          for (let i = 0; i < 6; i++) {
            const order = shuffled(steps, random);
            expect((await update(EMPTY_ROOT, "0x", order, secure)).at(-1), name).to.equal(root);
          }
        }
      });
    }

    it("finds exactly the keys of trietestnextprev.json", async () => {
      const { basic } = await conformanceFile<{ basic: { in: string[]; tests: string[][] } }>(
        "TrieTests",
        "trietestnextprev.json",
      );
      const { root, nodes } = await trieOf(new Map(basic.in.map((key) => [bytes(key), bytes(key)])), false);
      const probes = basic.tests.map(([key]) => key!).filter((key) => key !== "");
      const values = await harness["get"]!(root, encodeWitness([...nodes.values()]), probes.map(bytes), false);
      expect([...values]).to.deep.equal(probes.map((key) => (basic.in.includes(key) ? bytes(key) : "0x")));
    });
  });

  describe("against @ethereumjs/mpt", () => {
    for (const { title, secure, key, value } of [
      {
        title: "short plain keys and values: branch values, inlined nodes",
        secure: false,
        // Keys of 1 to 3 bytes that share many prefixes.
        key: (random: (below: number) => number) =>
          hexlify(Uint8Array.from({ length: 1 + random(3) }, () => [0x00, 0x01, 0x10, 0x11][random(4)]!)),
        value: (random: (below: number) => number) => hexlify(new Uint8Array(1 + random(4)).fill(1 + random(255))),
      },
      {
        title: "plain keys of 32 bytes with long common prefixes",
        secure: false,
        key: (random: (below: number) => number) => {
          const bytes_ = new Uint8Array(32);
          bytes_[random(3) * 15] = 1 + random(2);
          bytes_[31] = random(4);
          return hexlify(bytes_);
        },
        value: (random: (below: number) => number) => hexlify(new Uint8Array(1 + random(60)).fill(random(256))),
      },
      {
        title: "hashed keys",
        secure: true,
        key: (random: (below: number) => number) => hexlify(Uint8Array.of(random(40))),
        value: (random: (below: number) => number) => hexlify(new Uint8Array(1 + random(120)).fill(random(256))),
      },
      {
        title: "hashed keys with long values",
        secure: true,
        key: (random: (below: number) => number) => hexlify(Uint8Array.of(random(40))),
        value: (random: (below: number) => number) => hexlify(new Uint8Array(50 + random(250)).fill(random(256))),
      },
    ]) {
      it(`agrees on random puts and deletions: ${title}`, async function () {
        this.timeout(120_000);
        const random = randomSource(title);
        for (let round = 0; round < 25; round++) {
          const draw = (): Step => [key(random), random(3) === 0 ? "0x" : value(random)];
          const pairs = take(new Map(), Array.from({ length: random(40) }, draw));
          const trie = await trieOf(pairs, secure);
          const steps = Array.from({ length: 20 }, draw);
          const roots = await rootsOf(pairs, steps, secure);
          const witness = encodeWitness(
            shuffled(secure ? await nodesRead(trie, steps, secure) : [...trie.nodes.values()], random),
          );
          expect(await update(trie.root, witness, steps, secure)).to.deep.equal(roots);
          expect(await updateAll(trie.root, witness, steps, secure)).to.equal(roots.at(-1));
        }
      });
    }

    it("agrees on a trie of 64 levels, key by key up and down", async () => {
      // Each key diverges from the key of zeroes at another nibble.
      const keys = ["0x", ...Array.from({ length: 64 }, (_, i) => (1n << BigInt(4 * i)).toString(16))].map((text) =>
        zeroPadValue(text === "0x" ? "0x00" : `0x${text.length % 2 === 1 ? "0" : ""}${text}`, 32),
      );
      const steps: Step[] = [
        ...keys.map((key): Step => [key, "0x1234"]),
        ...keys.toReversed().map((key): Step => [key, "0x"]),
      ];
      const roots = await rootsOf(new Map(), steps, false);
      expect(await update(EMPTY_ROOT, "0x", steps, false)).to.deep.equal(roots);
      expect(await updateAll(EMPTY_ROOT, "0x", steps.slice(0, 65), false)).to.equal(roots[64]);
      expect(roots.at(-1)).to.equal(EMPTY_ROOT);
    });
  });

  describe("over a witness", () => {
    it("needs the sibling of a leaf whose deletion collapses the branch", async () => {
      const [a, b] = [leaf("a", value), leaf("b", value)];
      const root = branch({ 1: a, 2: b });
      await expect(update(hash(root), witnessOf(root, a), [["0x1a", "0x"]], false))
        .to.be.revertedWithCustomError(harness, "MissingWitness")
        .withArgs(hash(b));
      expect(await update(hash(root), witnessOf(b, root, a), [["0x1a", "0x"]], false)).to.deep.equal([
        hash(leaf("2b", value)),
      ]);
    });

    it("needs no sibling if the branch remains", async () => {
      const [a, b, c] = [leaf("a", value), leaf("b", value), leaf("c", value)];
      const wide = branch({ 1: a, 2: b, 3: c });
      expect(await update(hash(wide), witnessOf(wide, a), [["0x1a", "0x"]], false)).to.deep.equal([
        hash(branch({ 2: b, 3: c })),
      ]);
    });

    it("counts a key as absent only at an empty child, another leaf or another extension", async () => {
      const a = leaf("abc", value);
      const below = branch({ 1: leaf("a", value), 2: leaf("b", value) });
      const e = extension("345", below);
      const root = branch({ 1: a, 2: e });
      const witness = witnessOf(root, a, e);
      const absent = ["0x3abc", "0x1a", "0x1abcde", "0x1acd", "0x23", "0x2344", "0x234400", "0x"];
      expect(await get(hash(root), witness, absent)).to.deep.equal(absent.map(() => "0x"));
      // The whole extension matches, so its child is needed.
      await expect(harness["get"]!(hash(root), witness, ["0x234500"], false))
        .to.be.revertedWithCustomError(harness, "MissingWitness")
        .withArgs(hash(below));
      await expect(harness["get"]!(hash(root), witnessOf(root, e), ["0x1acd"], false))
        .to.be.revertedWithCustomError(harness, "MissingWitness")
        .withArgs(hash(a));
    });

    it("refuses a branch with one child", async () => {
      const lone = branch({ 1: leaf("a", value) });
      await expect(
        update(hash(lone), witnessOf(lone, leaf("a", value)), [["0x1a", "0x"]], false),
      ).to.be.revertedWithCustomError(harness, "MalformedNode");
    });
  });
});
