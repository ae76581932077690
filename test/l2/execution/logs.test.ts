import { expect } from "chai";

import { keccakText } from "../../../l2/base/keccak.ts";
import { toHex } from "../../../l2/base/hex.ts";
import {
  EMPTY_BLOOM,
  type LogFilter,
  bloomOf,
  fromVmLog,
  matches,
  mayMatch,
  toVmLog,
} from "../../../l2/execution/logs.ts";
import { alice, bob } from "../../../testkit/l2/fixtures.ts";

const [TRANSFER, FROM, OTHER] = ["transfer", "from", "other"].map(keccakText) as [
  `0x${string}`,
  `0x${string}`,
  `0x${string}`,
];
const log = { address: alice.address, topics: [TRANSFER, FROM], data: "0x01" } as const;

describe("Logs", () => {
  it("are the EVM's, with addresses that carry their checksum", () => {
    expect(fromVmLog(toVmLog(log))).to.deep.equal(log);
  });

  const cases: [string, LogFilter, boolean][] = [
    ["all logs", { topics: [] }, true],
    ["its address in any spelling", { addresses: [bob.address, alice.address.toLowerCase()], topics: [] }, true],
    ["another address", { addresses: [bob.address], topics: [] }, false],
    ["a topic at its place", { topics: [[OTHER, TRANSFER]] }, true],
    ["any topic, then one", { topics: [undefined, [FROM]] }, true],
    ["a topic at another place", { topics: [[FROM]] }, false],
    ["more topics than it has", { topics: [undefined, undefined, undefined] }, false],
  ];
  for (const [title, filter, wanted] of cases) {
    it(`[4] ${wanted ? "match" : "do not match"} a filter for ${title}`, () => {
      expect(matches(log, filter)).to.equal(wanted);
      if (wanted) expect(mayMatch(toHex(bloomOf([log])), filter), "the bloom filter leaves room").to.equal(true);
    });
  }

  it("[4] are ruled out by the bloom filter of other logs", () => {
    expect(toHex(bloomOf([]))).to.equal(EMPTY_BLOOM);
    expect(mayMatch(EMPTY_BLOOM, { addresses: [alice.address], topics: [] })).to.equal(false);
    const bloom = toHex(bloomOf([log]));
    expect(mayMatch(bloom, { topics: [[OTHER]] })).to.equal(false);
    expect(mayMatch(bloom, { addresses: [bob.address], topics: [[TRANSFER]] })).to.equal(false);
  });
});
