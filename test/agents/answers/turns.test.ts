import { expect } from "chai";

import { Turns } from "../../../agents/answers/turns.ts";
import type { L1 } from "../../../agents/l1/l1.ts";
import type { Hex } from "../../../l2/base/hex.ts";
import type { BatchHeader } from "../../../l2/batch/header.ts";

const WINDOW = 86_400;

describe("Turns of sequencers", () => {
  const owners = ["alice", "bob", "carol", "dave"];
  /** Seats 3, 5, 7 and 9; Dave's does not count in this term. */
  const seatOf = (owner: string): bigint => BigInt(3 + 2 * owners.indexOf(owner));
  const sequencers = {
    term: () => Promise.resolve({ number: 4n }),
    rosterOf: () => Promise.resolve({ active: (1n << 3n) | (1n << 5n) | (1n << 7n) }),
    sequencerOf: (owner: string) => Promise.resolve({ seat: owners.includes(owner) ? seatOf(owner) : 0n }),
    seatAt: (seat: bigint) => Promise.resolve({ key: `key of ${owners.find((owner) => seatOf(owner) === seat)}` }),
    ownerOf: (key: string) => Promise.resolve(key.replace("key of ", "")),
  };
  const parameters = { get: () => Promise.resolve(BigInt(WINDOW)) };
  /** @param delay By how many minutes earlier requests moved the deadline on. */
  const l1With = (delay: bigint): L1 =>
    ({ sequencers, parameters, disputes: { requestOf: () => Promise.resolve({ delay }) } }) as unknown as L1;
  const deadline = 1_000_000;
  const commitment: Hex = `0x${"11".repeat(32)}`;
  const request = (sequencer: string) => ({ header: { sequencer } as BatchHeader, commitment, deadline });
  const turn = (owner: string, sequencer: string, delay = 0n) => new Turns(owner, l1With(delay)).of(request(sequencer));

  it("[H3] are the header's sequencer's first, at once", async () => {
    expect(await turn("bob", "bob")).to.equal(0);
  });

  it("[H3] [H5] come a minute apart in the order of seats, from when L1 has them repaid, long before the deadline", async () => {
    const first = deadline - WINDOW + WINDOW / 480 + 1;
    expect(await turn("carol", "bob")).to.equal(first);
    expect(await turn("alice", "bob")).to.equal(first + 60);
    expect(await turn("bob", "alice")).to.equal(first);
    expect(await turn("carol", "alice")).to.equal(first + 60);
    for (const owner of owners) expect(await turn(owner, "alice")).to.be.at.most(deadline - WINDOW / 2);
  });

  it("[H3] [H5] count from the request, also where earlier ones moved its deadline on", async () => {
    expect(await turn("carol", "bob", 90n)).to.equal(deadline - WINDOW - 90 * 60 + WINDOW / 480 + 1);
  });

  it("[H3] come last for who has no seat, or one that does not count yet", async () => {
    const last = deadline - WINDOW + WINDOW / 480 + 1 + 2 * 60;
    expect(await turn("dave", "alice")).to.equal(last);
    expect(await turn("erin", "alice")).to.equal(last);
  });
});
