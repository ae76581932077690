import { expect } from "chai";
import {
  type BytesLike,
  type RlpStructuredDataish,
  concat,
  dataSlice,
  decodeRlp,
  encodeRlp,
  getBytes,
  hexlify,
  isHexString,
  keccak256,
  toUtf8Bytes,
  zeroPadValue,
} from "ethers";
import { network } from "hardhat";

import { conformanceFile, conformanceTests, skipped } from "../../testkit/execution/conformance.ts";
import { deployHarness } from "../../testkit/harness.ts";
import { randomSource } from "../../testkit/execution/random.ts";
import { RecordingStore, encodeWitness, trieOver } from "../../testkit/execution/reference.ts";

/** A key with its new value; empty to delete the key. */
type Step = [key: string, value: string];

const EMPTY_ROOT = keccak256("0x80");

const { ethers } = await network.create();
const harness = await deployHarness({ ethers }, "test/trie/harness/TrieHarness.sol");

/** Bytes in hex, from hex or from text, as the conformance tests mix them. */
function bytes(text: string): string {
  return isHexString(text) ? text : hexlify(toUtf8Bytes(text));
}

async function update(root: string, witness: BytesLike, steps: Step[], secure: boolean): Promise<string[]> {
  const [keys, values] = [steps.map(([key]) => key), steps.map(([, value]) => value)];
  return [...((await harness["update"]!(root, witness, keys, values, secure)) as string[])];
}

async function updateAll(root: string, witness: BytesLike, steps: Step[], secure: boolean): Promise<string> {
  const [keys, values] = [steps.map(([key]) => key), steps.map(([, value]) => value)];
  return (await harness["updateAll"]!(root, witness, keys, values, secure)) as string;
}

/** The trie of a set of pairs, with `@ethereumjs/mpt`. */
async function trieOf(
  pairs: ReadonlyMap<string, string>,
  secure: boolean,
): Promise<{ root: string; nodes: Map<string, Uint8Array> }> {
  const store = new RecordingStore(new Map());
  const trie = await trieOver(store, { secure });
  for (const [key, value] of pairs) await trie.put(getBytes(key), getBytes(value));
  return { root: hexlify(trie.root()), nodes: store.nodes() };
}

/** Takes steps on a set of pairs. */
function take(pairs: Map<string, string>, steps: readonly Step[]): Map<string, string> {
  for (const [key, value] of steps) {
    if (value === "0x") pairs.delete(key);
    else pairs.set(key, value);
  }
  return pairs;
}

/**
 * The roots after each step. Each trie is built anew: deletion in `@ethereumjs/mpt` 10.1.3 leaves branches behind that
 * should have collapsed where keys end inside of the trie.
 */
async function rootsOf(pairs: ReadonlyMap<string, string>, steps: readonly Step[], secure: boolean): Promise<string[]> {
  const current = new Map(pairs);
  const roots: string[] = [];
  for (const step of steps) roots.push((await trieOf(take(current, [step]), secure)).root);
  return roots;
}

/** The nodes that `@ethereumjs/mpt` reads for the steps. */
async function nodesRead(
  { root, nodes }: { root: string; nodes: ReadonlyMap<string, Uint8Array> },
  steps: readonly Step[],
  secure: boolean,
): Promise<Uint8Array[]> {
  const store = new RecordingStore(nodes);
  const trie = await trieOver(store, { secure, ...(root === EMPTY_ROOT ? {} : { root: getBytes(root) }) });
  for (const [key, value] of steps) {
    if (value === "0x") await trie.del(getBytes(key));
    else await trie.put(getBytes(key), getBytes(value));
  }
  return [...store.read.values()];
}

// Nodes by hand: what a child is in its parent depends on its size.

type Encoded = string;

function hash(node: Encoded): string {
  return keccak256(node);
}

function witnessOf(...nodes: Encoded[]): string {
  return concat(nodes);
}

/** A node as an item of its parent, before encoding. */
function item(node: Encoded): RlpStructuredDataish {
  return getBytes(node).length < 32 ? decodeRlp(node) : hash(node);
}

function hexPrefix(nibbles: string, flag: number): string {
  return nibbles.length % 2 === 1 ? `0x${flag + 1}${nibbles}` : `0x${flag}0${nibbles}`;
}

function leaf(nibbles: string, value: string): Encoded {
  return encodeRlp([hexPrefix(nibbles, 2), value]);
}

function extension(nibbles: string, child: Encoded): Encoded {
  return encodeRlp([hexPrefix(nibbles, 0), item(child)]);
}

function branch(children: Record<number, Encoded>, value = "0x"): Encoded {
  return encodeRlp([
    ...Array.from({ length: 16 }, (_, i) => (children[i] === undefined ? "0x" : item(children[i]))),
    value,
  ]);
}

function shuffled<T>(items: readonly T[], random: (below: number) => number): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = random(i + 1);
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
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
      it(`[11.9] gives the roots of ${file}, deletions included`, async () => {
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
      it(`[11.9] gives the roots of ${file} in any order`, async () => {
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

    it("[11.9] finds exactly the keys of trietestnextprev.json", async () => {
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
      it(`[11.9] agrees on random puts and deletions: ${title}`, async function () {
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

    it("[11.9] agrees on a trie of 64 levels, and on taking it down again", async () => {
      // Key i parts from the key of zeroes at nibble i.
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

  describe("witness", () => {
    const value = `0x${"ab".repeat(40)}`;

    function leaves(...keys: string[]): Map<string, string> {
      return new Map(keys.map((key) => [key, value]));
    }

    it("[11.5] reverts with the hash of the node that is missing, whichever it is", async () => {
      const random = randomSource("missing");
      const pairs = leaves(...Array.from({ length: 60 }, () => hexlify(Uint8Array.of(random(256), random(4)))));
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

    it("[11.5] reverts on any witness where the root is unknown, and needs none for the empty trie", async () => {
      const unknown = keccak256("0x1234");
      await expect(updateAll(unknown, "0x", [["0x10", value]], false))
        .to.be.revertedWithCustomError(harness, "MissingWitness")
        .withArgs(unknown);
      expect(await updateAll(EMPTY_ROOT, "0x", [["0x10", "0x"]], false)).to.equal(EMPTY_ROOT);
    });

    it("[11.5] needs the sibling of a leaf whose deletion collapses the branch", async () => {
      const [a, b] = [leaf("a", value), leaf("b", value)];
      const root = branch({ 1: a, 2: b });
      await expect(update(hash(root), witnessOf(root, a), [["0x1a", "0x"]], false))
        .to.be.revertedWithCustomError(harness, "MissingWitness")
        .withArgs(hash(b));
      expect(await update(hash(root), witnessOf(b, root, a), [["0x1a", "0x"]], false)).to.deep.equal([
        hash(leaf("2b", value)),
      ]);
    });

    it("[11.5] needs no sibling where the branch remains, and no child where an extension parts", async () => {
      const [a, b, c] = [leaf("a", value), leaf("b", value), leaf("c", value)];
      const wide = branch({ 1: a, 2: b, 3: c });
      expect(await update(hash(wide), witnessOf(wide, a), [["0x1a", "0x"]], false)).to.deep.equal([
        hash(branch({ 2: b, 3: c })),
      ]);
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

    it("[11.5] takes a key for absent only at an empty child, another leaf or another extension", async () => {
      const a = leaf("abc", value);
      const below = branch({ 1: leaf("a", value), 2: leaf("b", value) });
      const e = extension("345", below);
      const root = branch({ 1: a, 2: e });
      const witness = witnessOf(root, a, e);
      const absent = ["0x3abc", "0x1a", "0x1abcde", "0x1acd", "0x23", "0x2344", "0x234400", "0x"];
      expect([...(await harness["get"]!(hash(root), witness, absent, false))]).to.deep.equal(absent.map(() => "0x"));
      // The extension matches as a whole, so that its child decides.
      await expect(harness["get"]!(hash(root), witness, ["0x234500"], false))
        .to.be.revertedWithCustomError(harness, "MissingWitness")
        .withArgs(hash(below));
      await expect(harness["get"]!(hash(root), witnessOf(root, e), ["0x1acd"], false))
        .to.be.revertedWithCustomError(harness, "MissingWitness")
        .withArgs(hash(a));
    });

    it("[11.5] reads and changes inlined nodes in inlined nodes", async () => {
      const inner = branch({ 1: leaf("a", "0x01"), 2: leaf("b", "0x02") });
      const root = branch({ 3: extension("4", inner), 5: leaf("6", value) });
      expect(getBytes(inner).length).to.be.lessThan(32);
      const witness = witnessOf(root);
      await expect(harness["get"]!(hash(root), witness, ["0x56"], false)).to.be.revertedWithCustomError(
        harness,
        "MissingWitness",
      );
      expect([...(await harness["get"]!(hash(root), witness, ["0x341a", "0x342b", "0x342c"], false))]).to.deep.equal([
        "0x01",
        "0x02",
        "0x",
      ]);
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

    it("[11.5] tells paths of 32 bytes from hashes by what follows", async () => {
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
        expect([...(await harness["get"]!(hash(node), witnessOf(node, big), [key], false))], node).to.deep.equal([
          expected,
        ]);
      }
      const below = branch({ 1: big, 2: big });
      const long = extension(path, below);
      expect([
        ...(await harness["get"]!(hash(long), witnessOf(long, below, big), [`0x${path}2c`], false)),
      ]).to.deep.equal([value]);
    });

    it("[11.5] seals branches of every size, with and without a value", async () => {
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

    it("[11.5] gives a leaf a value of any other length, beside its neighbour in memory", async () => {
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

    it("[11.5] changes one of two equal subtrees and not the other", async () => {
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

    it("[11.5] ignores surplus and repeated nodes", async () => {
      const [a, b] = [leaf("a", value), leaf("b", value)];
      const root = branch({ 1: a, 2: b });
      const witness = witnessOf(b, a, leaf("77", value), root, "0xc0", root, a);
      expect([...(await harness["get"]!(hash(root), witness, ["0x1a"], false))]).to.deep.equal([value]);
    });

    it("[11.5] reverts where the witness is not a sequence of whole items, with the place", async () => {
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

    const hex33 = `0x${"11".repeat(33)}`;
    for (const [name, node] of Object.entries<string>({
      "an empty list": "0xc0",
      "one item": encodeRlp([value]),
      "three items": encodeRlp(["0x20", value, value]),
      "an extension with a third item": encodeRlp(["0x1a", keccak256("0x"), value]),
      "an extension with a third item behind an inlined child": encodeRlp(["0x1a", ["0x20", "0x01"], value]),
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
      "an item behind a long value": encodeRlp(["0x3a", `0x${"ab".repeat(60)}`, "0x01"]),
      "an extension without path": encodeRlp(["0x00", keccak256("0x")]),
      "an extension without child": encodeRlp(["0x1a", "0x"]),
      "an extension to 31 bytes": encodeRlp(["0x1a", dataSlice(hex33, 0, 31)]),
      "a prefix that is not canonical": "0xf804823aaa01",
      "a value that is not canonical": "0xc33a8101",
      "a value whose long prefix is not canonical": "0xc83ab8051122334455",
      "items that run over the end": "0xc33a8411",
    })) {
      it(`[11.5] reverts on a node that a root commits to, but that is none: ${name}`, async () => {
        await expect(harness["get"]!(hash(node), node, ["0xaa"], false)).to.be.revertedWithCustomError(
          harness,
          "MalformedNode",
        );
      });
    }

    it("[11.5] reverts where a path would have more than 64 nibbles", async () => {
      const long = leaf("3".repeat(64), value);
      const root = branch({ 1: long, 2: leaf("a", value) });
      await expect(
        update(hash(root), witnessOf(root, long, leaf("a", value)), [["0x2a", "0x"]], false),
      ).to.be.revertedWithCustomError(harness, "MalformedNode");
    });

    it("[11.5] reverts where an extension leads to a leaf, or a branch has one child", async () => {
      const bad = extension("a", leaf("b", value));
      await expect(
        harness["get"]!(hash(bad), witnessOf(bad, leaf("b", value)), ["0xab"], false),
      ).to.be.revertedWithCustomError(harness, "MalformedNode");
      const lone = branch({ 1: leaf("a", value) });
      await expect(
        update(hash(lone), witnessOf(lone, leaf("a", value)), [["0x1a", "0x"]], false),
      ).to.be.revertedWithCustomError(harness, "MalformedNode");
    });
  });
});
