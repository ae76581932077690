import { expect } from "chai";
import { concat, encodeRlp, getBytes, id, keccak256, toBeHex } from "ethers";
import { network } from "hardhat";

import { revertData } from "../../agents/l1/reverts.ts";
import { deployHarness } from "../../testkit/harness.ts";

const { ethers } = await network.create();
const harness = await deployHarness({ ethers }, "test/trie/harness/TrieReaderHarness.sol");

const MALFORMED = id("MalformedNode()").slice(0, 10);

const DIGITS = `7${id("malformed").slice(3)}`;
const KEY = `0x${DIGITS}`;
const OTHER_DIGITS = id("another").slice(2);
/** The place of the child that leads to the key, and those of two others. */
const INDEX = 7;
const NEXT = 8;
const THIRD = 9;

/** The value that the reader finds for the key, or the data that it reverts with. */
async function outcome(root: string, witness: string): Promise<string> {
  return (harness["read"]!(root, witness, [KEY]) as Promise<string[]>).then(
    ([found]) => `found ${found!}`,
    (error: unknown) => String(revertData(error)),
  );
}

const size = (data: string): number => getBytes(data).length;
const filled = (length: number): string => `0x${"11".repeat(length)}`;
/** A list with the right prefix, of items that are encoded. */
function list(...items: string[]): string {
  const length = size(concat(items));
  if (length < 56) return concat([toBeHex(0xc0 + length), ...items]);
  return concat([length < 256 ? "0xf8" : "0xf9", toBeHex(length), ...items]);
}
/** A path in hex-prefix encoding, of an even number of digits. */
const path = (flag: string, digits: string): string => encodeRlp(`0x${flag}${digits}`);
const WHOLE = path("20", DIGITS);
const HASH = `0xa0${id("child").slice(2)}`;
const branch = (children: Record<number, string>): string =>
  list(...Array.from({ length: 17 }, (_, place) => children[place] ?? "0x80"));
const full = (child: string): string =>
  branch(Object.fromEntries(Array.from({ length: 16 }, (_, place) => [place, place === INDEX ? child : HASH])));
/** Three digits and a value, as a node that is inlined in its parent. */
const INLINED = list("0x3a", "0x05");

/** Nodes as they are in the witness, or in a byte string of the witness, which has the hash of its content. */
interface Malformed {
  nodes: Record<string, string>;
  inStrings?: boolean;
}

/** Items that cannot be a child of a branch, on the path of the key and elsewhere. */
const NO_CHILDREN: Record<string, string> = {
  "one byte": "0x05",
  "one byte with a prefix": "0x81a0",
  "31 bytes": concat(["0x9f", filled(31)]),
  "33 bytes": concat(["0xa1", filled(33)]),
  "56 bytes": concat(["0xb838", filled(56)]),
  "an empty list": "0xc0",
  "a list of 31 bytes": concat(["0xdf", filled(31)]),
  "a list of 56 bytes": concat(["0xf838", filled(56)]),
};

const malformed: Record<string, Malformed> = {
  "a prefix that is too long": {
    nodes: {
      "of two bytes": concat([toBeHex(0xf800 + size(WHOLE) + 1), WHOLE, "0x05"]),
      "of two bytes for 55": concat(["0xf837", WHOLE, "0x94", filled(20)]),
      "of three bytes": concat(["0xf90038", WHOLE, "0x95", filled(21)]),
      "of three bytes for 255": concat(["0xf900ff", WHOLE, "0xb8db", filled(219)]),
      "of four bytes": concat(["0xfa000101", WHOLE, "0xb8dd", filled(221)]),
    },
  },
  "a prefix that tells another length": {
    nodes: {
      "one less": concat([toBeHex(0xc0 + size(WHOLE)), WHOLE, "0x05"]),
      "one more": concat([toBeHex(0xc2 + size(WHOLE)), WHOLE, "0x05"]),
      "another one, with two bytes": concat(["0xf839", WHOLE, "0x95", filled(21)]),
      "another one, with three bytes": concat(["0xf90102", WHOLE, "0xb8dd", filled(221)]),
      "56, with one byte": concat(["0xf8", WHOLE, "0x95", filled(21)]),
      "256, with two bytes": concat(["0xf900", WHOLE, "0xb8dc", filled(220)]),
      "that of a string": concat([toBeHex(0x80 + size(WHOLE) + 1), WHOLE, "0x05"]),
    },
    inStrings: true,
  },
  "a node of another number of items": {
    nodes: {
      none: "0xc0",
      "a path alone": list(WHOLE),
      "a leaf of three": list(WHOLE, "0x05", "0x05"),
      "an extension of three": list(path("00", DIGITS.slice(0, 4)), HASH, "0x80"),
      "a branch of 16": list(...Array.from({ length: 16 }, () => "0x80")),
      "a branch of 18": list(...Array.from({ length: 18 }, () => "0x80")),
      "a branch of 18, one of them a list": list(
        ...Array.from({ length: 18 }, (_, place) => (place === NEXT ? INLINED : "0x80")),
      ),
    },
  },
  "a path": {
    nodes: {
      "without a flag": list("0x80", "0x05"),
      "of 34 bytes": list(path("20", `${DIGITS}11`), "0x05"),
      "of 65 digits": list(path("3", `${DIGITS}1`), "0x05"),
      "of one byte with a prefix": list("0x8120", "0x05"),
      "with a long prefix": list(concat(["0xb821", `0x20${DIGITS}`]), "0x05"),
      "with a third flag": list(path("60", DIGITS), "0x05"),
      "with a fourth flag": list(path("a0", DIGITS), "0x05"),
      "of a leaf with a digit for padding": list(path("21", DIGITS), "0x05"),
      "of an extension with a digit for padding": list(path("01", DIGITS.slice(0, 4)), HASH),
      "of an extension without digits": list("0x00", HASH),
    },
  },
  "a leaf": {
    nodes: {
      "without a value": list(WHOLE, "0x80"),
      "without a value, elsewhere": list(path("20", OTHER_DIGITS), "0x80"),
      "with a list": list(WHOLE, "0xc105"),
      "with a long list": list(WHOLE, concat(["0xf838", filled(56)])),
      "with a byte that has a prefix": list(WHOLE, "0x8105"),
      "with a long prefix": list(WHOLE, concat(["0xb803", filled(3)])),
      "with a long prefix of 55 bytes": list(WHOLE, concat(["0xb837", filled(55)])),
      "with a zero in a prefix": list(WHOLE, concat(["0xb90038", filled(56)])),
      "with a value that ends before it": list(WHOLE, "0x8205050505"),
      "with a value that ends after it": list(WHOLE, "0x840505"),
    },
    inStrings: true,
  },
  "an extension": {
    nodes: {
      "without a child": list(path("00", DIGITS.slice(0, 4)), "0x80"),
      "without a child, elsewhere": list(path("00", OTHER_DIGITS.slice(0, 4)), "0x80"),
      "to one byte": list(path("00", DIGITS.slice(0, 4)), "0x05"),
      "to 31 bytes": list(path("00", DIGITS.slice(0, 4)), concat(["0x9f", filled(31)])),
      "to an empty list": list(path("00", DIGITS.slice(0, 4)), "0xc0"),
      "to an empty list, elsewhere": list(path("00", OTHER_DIGITS.slice(0, 4)), "0xc0"),
      "to a list of 31 bytes, elsewhere": list(path("00", OTHER_DIGITS.slice(0, 4)), concat(["0xdf", filled(31)])),
      "to a hash of 31 bytes, elsewhere": list(path("00", OTHER_DIGITS.slice(0, 4)), concat(["0xa0", filled(31)])),
    },
    inStrings: true,
  },
  "a branch": {
    nodes: {
      "with a value": branch({ [NEXT]: HASH, 16: "0x05" }),
      "with a long value": branch({ [NEXT]: HASH, 16: concat(["0x94", filled(20)]) }),
      "with a value, beside a list": branch({ [NEXT]: INLINED, 16: "0x05" }),
      "after the whole key": list(path("00", DIGITS), branch({})),
      "without the child on the path of the key, between hashes": full(concat(["0x80", filled(32)])),
      ...Object.fromEntries(
        Object.entries(NO_CHILDREN).flatMap(([name, child]) => [
          [`with ${name} on the path of the key`, branch({ [INDEX]: child })],
          [`with ${name} elsewhere`, branch({ [NEXT]: child })],
          [`with ${name} beside a list`, branch({ [NEXT]: child, [THIRD]: INLINED })],
        ]),
      ),
      "in whose place a list of two is none": branch({ [INDEX]: list("0x20", "0x80") }),
    },
  },
};

describe("Trie reader: nodes that no client writes", () => {
  for (const [kind, { nodes, inStrings }] of Object.entries(malformed)) {
    it(`reverts at ${kind}`, async () => {
      for (const [name, node] of Object.entries(nodes)) {
        const witness = inStrings === true ? encodeRlp(node) : node;
        expect(await outcome(keccak256(node), witness), name).to.equal(MALFORMED);
      }
    });
  }

  it("refuses an empty string in the place of a node, whatever follows it", async () => {
    for (const rest of ["", "c0", "0102", "00".repeat(40)]) {
      expect(await outcome(keccak256("0x"), `0x80${rest}`), rest).to.equal(MALFORMED);
    }
  });

  it("reads similar nodes that clients write", async () => {
    const hashed = (node: string): string => concat(["0xa0", keccak256(node)]);
    const low = list(path(`3${DIGITS[1]!}`, DIGITS.slice(2)), "0x05");
    const twig = branch({ [parseInt(DIGITS[62]!, 16)]: list(`0x3${DIGITS[63]!}`, "0x05") });
    const cases: [string, string, ...string[]][] = [
      ["0x05", list(WHOLE, "0x05")],
      ["0x80", list(WHOLE, "0x8180")],
      [filled(20), list(WHOLE, concat(["0x94", filled(20)]))],
      [filled(21), list(WHOLE, concat(["0x95", filled(21)]))],
      [filled(55), list(WHOLE, concat(["0xb7", filled(55)]))],
      [filled(56), list(WHOLE, concat(["0xb838", filled(56)]))],
      [filled(219), list(WHOLE, concat(["0xb8db", filled(219)]))],
      [filled(220), list(WHOLE, concat(["0xb8dc", filled(220)]))],
      [filled(256), list(WHOLE, concat(["0xb90100", filled(256)]))],
      ["0x05", full(hashed(low)), low],
      ["0x05", branch({ [INDEX]: hashed(low), [NEXT]: HASH }), low],
      ["0x05", branch({ [INDEX]: hashed(low), 0: HASH }), low],
      ["0x05", branch({ [INDEX]: hashed(low), 0: INLINED }), low],
      ["0x05", branch({ [INDEX]: hashed(low), 0: HASH, 1: INLINED, 15: HASH }), low],
      ["0x05", branch({ [INDEX]: hashed(low), [NEXT]: INLINED, [THIRD]: HASH }), low],
      ["0x", branch({ [NEXT]: INLINED, [THIRD]: HASH })],
      ["0x", branch({ [NEXT]: HASH, [THIRD]: HASH })],
      ["0x05", list(path("00", DIGITS.slice(0, 62)), hashed(twig)), twig],
      ["0x05", list(path("00", DIGITS.slice(0, 62)), twig)],
    ];
    for (const [value, root, ...others] of cases) {
      expect(await outcome(keccak256(root), concat([root, ...others]))).to.equal(`found ${value}`);
    }
  });
});
