import { expect } from "chai";
import { type RlpStructuredDataish, concat, encodeRlp, getBytes, hexlify, id, keccak256 } from "ethers";
import { network } from "hardhat";

import { revertData } from "../../agents/l1/reverts.ts";
import { deployHarness } from "../../testkit/harness.ts";
import { type Random, randomSource } from "../../testkit/execution/random.ts";
import { RecordingStore, trieOver } from "../../testkit/execution/reference.ts";
import { shuffled } from "../../testkit/execution/witness.ts";
import { EMPTY_ROOT, hexPrefix, leaf } from "./nodes.ts";

const { ethers } = await network.create();
const harness = await deployHarness({ ethers }, "test/trie/harness/TrieReaderHarness.sol");

/** Both readers revert with this error. */
const MALFORMED = id("MalformedNode()").slice(0, 10);

/** The values of keys, by both readers, which must agree. */
async function read(root: string, nodes: readonly string[], keys: readonly string[]): Promise<string[]> {
  const [values, copied] = await Promise.all(
    ["read", "readCopied"].map(async (name) => [...((await harness[name]!(root, concat(nodes), keys)) as string[])]),
  );
  expect(values).to.deep.equal(copied);
  return values!;
}

/** The value that one reader finds for a key, or the data that it reverts with. */
async function outcome(reader: string, root: string, witness: string, key: string): Promise<string> {
  return (harness[reader]!(root, witness, [key]) as Promise<string[]>).then(
    ([found]) => `found ${found!}`,
    (error: unknown) => String(revertData(error)),
  );
}

/** A trie of plain keys, with `@ethereumjs/mpt`. */
async function trieOf(pairs: ReadonlyMap<string, string>): Promise<{ root: string; nodes: string[] }> {
  const store = new RecordingStore(new Map());
  const trie = await trieOver(store, { secure: false });
  for (const [key, value] of pairs) await trie.put(getBytes(key), getBytes(value));
  return { root: hexlify(trie.root()), nodes: [...store.nodes().values()].map((node) => hexlify(node)) };
}

/** The nodes on the path of a key, with `@ethereumjs/mpt`. */
async function wayTo(trie: { root: string; nodes: readonly string[] }, key: string): Promise<string[]> {
  const nodes = new Map(trie.nodes.map((node) => [keccak256(node).slice(2), getBytes(node)]));
  const store = new RecordingStore(nodes);
  const options = trie.root === EMPTY_ROOT ? {} : { root: getBytes(trie.root) };
  await (await trieOver(store, { secure: false, ...options })).get(getBytes(key));
  return [...store.read.values()].map((node) => hexlify(node));
}

/** A key that shares its first nibbles with another. */
function cousin(key: string, shared: number, random: Random): string {
  const digits = Array.from(key.slice(2));
  digits[shared] = ((parseInt(digits[shared]!, 16) + 1 + random(15)) % 16).toString(16);
  for (let index = shared + 1; index < 64; index++) if (random(2) === 0) digits[index] = random(16).toString(16);
  return `0x${digits.join("")}`;
}

/** Keys of which many share long prefixes, so that there are extensions and nodes inlined in others. */
function family(size: number, random: Random): string[] {
  const keys = [id(`family ${random(2 ** 30)}`)];
  while (keys.length < size) {
    const shared = [random(4), random(64), 63 - random(6)][random(3)]!;
    keys.push(cousin(keys[random(keys.length)]!, shared, random));
  }
  return keys;
}

/** Values as storage has them: short ones, which make nodes that are inlined, and long ones; or as long as an account. */
function value(random: Random): string {
  const size = [1, 1, 2, 5, 20, 32, 70, 110][random(8)]!;
  return `0x${id(String(random(2 ** 30)))
    .slice(2)
    .repeat(4)
    .slice(0, 2 * size)}`;
}

// Nodes by hand.

type Items = Record<number, RlpStructuredDataish>;

/** A node as an item of its parent. */
const child = (node: RlpStructuredDataish[]): RlpStructuredDataish =>
  getBytes(encodeRlp(node)).length < 32 ? node : keccak256(encodeRlp(node));
const extension = (nibbles: string, child: RlpStructuredDataish): string =>
  encodeRlp([hexPrefix(nibbles, false), child]);
const branch = (children: Items, content = "0x"): string =>
  encodeRlp([...Array.from({ length: 16 }, (_, index) => children[index] ?? "0x"), content]);

describe("Trie reader", () => {
  it("finds the keys that @ethereumjs/mpt finds in random tries, and no others", async function () {
    this.timeout(120_000);
    for (let round = 0; round < 25; round++) {
      const random = randomSource(`trie ${round}`);
      const keys = family([1, 2, 3, 8, 40][round % 5]!, random);
      const pairs = new Map(keys.map((key) => [key, value(random)] as const));
      const { root, nodes } = await trieOf(pairs);
      const strangers = keys.flatMap((key) => [0, random(64), 62, 63].map((shared) => cousin(key, shared, random)));
      const asked = [...keys, ...strangers];
      const expected = asked.map((key) => pairs.get(key) ?? "0x");
      expect(await read(root, shuffled(nodes, random), asked)).to.deep.equal(expected);
    }
  });

  it("finds no key that diverges from a present one, at whatever depth", async function () {
    this.timeout(60_000);
    const random = randomSource("depths");
    for (const size of [1, 2, 12]) {
      const keys = family(size, random);
      const pairs = new Map(keys.map((key) => [key, "0x07"] as const));
      const { root, nodes } = await trieOf(pairs);
      const asked = keys
        .slice(0, 2)
        .flatMap((key) => Array.from({ length: 64 }, (_, depth) => cousin(key, depth, random)));
      expect(await read(root, nodes, asked)).to.deep.equal(asked.map((key) => pairs.get(key) ?? "0x"));
    }
  });

  it("needs each node on the path of a key, and no other", async function () {
    this.timeout(120_000);
    const random = randomSource("ways");
    const keys = family(60, random);
    const trie = await trieOf(new Map(keys.map((key) => [key, value(random)] as const)));
    for (const key of [...keys.slice(0, 12), ...keys.slice(0, 6).map((known) => cousin(known, random(64), random))]) {
      const way = await wayTo(trie, key);
      const found = await read(trie.root, way, [key]);
      expect(found).to.deep.equal(await read(trie.root, trie.nodes, [key]));
      for (const node of way) {
        const others = way.filter((other) => other !== node);
        for (const name of ["read", "readCopied"]) {
          await expect(harness[name]!(trie.root, concat(others), [key]))
            .to.be.revertedWithCustomError(harness, "MissingWitness")
            .withArgs(keccak256(node));
        }
      }
    }
  });

  it("reads paths of every length, odd and even, of leaves and of extensions", async () => {
    const key = id("path").slice(2);
    const away = key.slice(0, 63) + (parseInt(key[63]!, 16) ^ 8).toString(16);
    for (let length = 0; length < 64; length++) {
      const [head, index, tail] = [key.slice(0, length), parseInt(key[length]!, 16), key.slice(length + 1)];
      const last = [hexPrefix(tail, true), "0x05"];
      const children = { [index]: child(last), [(index + 1) % 16]: [hexPrefix("", true), "0x06"] };
      const fork = Array.from({ length: 17 }, (_, place) => children[place] ?? "0x");
      const top = length === 0 ? fork : [hexPrefix(head, false), child(fork)];
      const nodes = [top, fork, last].map((node) => encodeRlp(node));
      expect(await read(keccak256(nodes[0]!), nodes, [`0x${key}`, `0x${away}`])).to.deep.equal(["0x05", "0x"]);
    }
  });

  it("finds nothing if the key shares only a part of the path of an extension or a leaf", async () => {
    const key = id("partial").slice(2);
    const target = leaf(key.slice(41), "0x05");
    const fork = branch({ [parseInt(key[40]!, 16)]: keccak256(target), 1: keccak256("0x01"), 2: keccak256("0x02") });
    for (const size of [1, 2, 39, 40]) {
      const path = key.slice(0, size);
      for (let common = 0; common < size; common++) {
        const wrong = ((parseInt(path[common]!, 16) + 1) % 16).toString(16);
        const top = extension(path.slice(0, common) + wrong + path.slice(common + 1), keccak256(fork));
        // The child is not needed.
        expect(await read(keccak256(top), [top], [`0x${key}`])).to.deep.equal(["0x"]);
      }
    }
    for (const place of [0, 1, 31, 62, 63]) {
      const wrong = ((parseInt(key[place]!, 16) + 1) % 16).toString(16);
      const single = leaf(key.slice(0, place) + wrong + key.slice(place + 1), "0x05");
      expect(await read(keccak256(single), [single], [`0x${key}`])).to.deep.equal(["0x"]);
    }
  });

  it("finds nothing at a leaf whose path is too short or too long", async () => {
    const key = id("size").slice(2);
    for (const path of [key.slice(0, 63), key.slice(0, 62), "", key.slice(0, 1)]) {
      const single = leaf(path, "0x05");
      expect(await read(keccak256(single), [single], [`0x${key}`])).to.deep.equal(["0x"]);
    }
    const low = leaf(key.slice(1, 63), "0x05");
    const high = branch({ [parseInt(key[0]!, 16)]: keccak256(low) });
    expect(await read(keccak256(high), [low, high], [`0x${key}`])).to.deep.equal(["0x"]);
  });

  it("refuses malformed nodes", async () => {
    const key = id("malformed");
    const digits = key.slice(2);
    const index = parseInt(digits[0]!, 16);
    const malformed: Record<string, string> = {
      "an empty path": encodeRlp(["0x", "0x05"]),
      "a path of 34 bytes": encodeRlp([`0x20${"11".repeat(33)}`, "0x05"]),
      "a branch of 16": encodeRlp(Array.from({ length: 16 }, () => "0x")),
      "a list of one": encodeRlp(["0x20"]),
      "an empty list": "0xc0",
      "a child of 31 bytes": branch({ [index]: `0x${"11".repeat(31)}` }),
      "a child of one byte": branch({ [index]: "0x05" }),
      "a child of 33 bytes": branch({ [index]: `0x${"11".repeat(33)}` }),
      "an inlined empty list": branch({ [index]: [] }),
    };
    for (const [name, node] of Object.entries(malformed)) {
      for (const reader of ["read", "readCopied"]) {
        expect(await outcome(reader, keccak256(node), node, key), `${name}, ${reader}`).to.equal(MALFORMED);
      }
    }
  });

  it("reads no other value than `Trie` does, from nodes with a random byte", async function () {
    this.timeout(60_000);
    const random = randomSource("bytes");
    let refused = 0;
    for (let round = 0; round < 400; round++) {
      const keys = family([1, 2, 3, 8][round % 4]!, random);
      const { root, nodes } = await trieOf(new Map(keys.map((known) => [known, value(random)] as const)));
      const bytes = getBytes(nodes.find((node) => keccak256(node) === root)!);
      const changed = Uint8Array.from(bytes);
      changed[random(Math.min(changed.length, round % 2 === 0 ? 6 : 1000))] = random(256);
      // In a byte string, or as an item of its own.
      const item = round % 3 === 0 ? encodeRlp(changed) : hexlify(changed);
      const witness = concat([...nodes, item]);
      const [ours, copied] = await Promise.all(
        ["read", "readCopied"].map((name) => outcome(name, keccak256(changed), witness, keys[0]!)),
      );
      if (ours === MALFORMED) refused++;
      else expect(ours, hexlify(changed)).to.equal(copied);
    }
    expect(refused).to.be.within(50, 350);
  });

  it("takes a node only from the bytes that have its hash, whatever else is in the witness", async () => {
    const random = randomSource("forgeries");
    const keys = family(20, random);
    const { root, nodes } = await trieOf(new Map(keys.map((key) => [key, value(random)] as const)));
    // The same trie without a key, and one with other values: both are sound, but have another root.
    const without = await trieOf(new Map(keys.slice(1).map((key) => [key, value(random)] as const)));
    const expected = await read(root, nodes, keys);
    expect(await read(root, [...without.nodes, ...nodes], keys)).to.deep.equal(expected);
    await expect(harness["read"]!(root, concat(without.nodes), keys))
      .to.be.revertedWithCustomError(harness, "MissingWitness")
      .withArgs(root);
  });

  it("does not know the empty trie, unlike `Trie`", async () => {
    // The caller of the reader checks for this root itself.
    expect([...((await harness["readCopied"]!(EMPTY_ROOT, "0x", [id("any")])) as string[])]).to.deep.equal(["0x"]);
    await expect(harness["read"]!(EMPTY_ROOT, "0x", [id("any")]))
      .to.be.revertedWithCustomError(harness, "MissingWitness")
      .withArgs(EMPTY_ROOT);
  });
});
