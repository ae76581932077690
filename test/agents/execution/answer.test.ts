import { expect } from "chai";
import { Interface } from "ethers";
import { pino } from "pino";

import { Answering, type Progress } from "../../../agents/execution/answer.ts";
import type { Checker, Place } from "../../../agents/execution/checker.ts";
import type { Transitions } from "../../../agents/execution/ranges.ts";
import { L1Revert } from "../../../agents/l1/reverts.ts";
import type { L1Call, Sender } from "../../../agents/l1/transactions.ts";
import { failureOf } from "../../../testkit/agents/failure.ts";

const COUNT = 1_000;
const PLACE = {} as Place;

/** L1 as far as an answer sees it: calls are ranges, and take 100,000 gas for each transition. */
class FakeL1 {
  readonly checked: { from: number; count: number }[] = [];
  readonly sent: L1Call[] = [];
  open = true;
  perTransition = 100_000n;
  /** A transition that no single call can check. */
  heavy = -1;
  atOnce = 0;
  most = 0;
  onSend: (from: number, to: number) => void = () => undefined;

  readonly look = (): Promise<Progress | undefined> =>
    Promise.resolve(this.open ? { place: PLACE, checked: [...this.checked] } : undefined);

  readonly checker = {
    build: (_: unknown, __: unknown, from: number, to: number) => Promise.resolve(call(from, to)),
    single: (_: unknown, __: unknown, from: number) => Promise.resolve({ ...call(from, from + 1), label: "single" }),
    estimate: (about: L1Call) => Promise.resolve(this.#gas(about)),
    fits: (about: L1Call, gas: bigint) => Promise.resolve((this.#gas(about) ?? gas + 1n) <= gas),
  } as unknown as Checker;

  readonly sender = {
    send: async (about: L1Call) => {
      this.most = Math.max(this.most, ++this.atOnce);
      await new Promise((resolve) => setTimeout(resolve, 5));
      this.atOnce--;
      const [from, to] = rangeOf(about);
      this.onSend(from, to);
      this.sent.push(about);
      this.checked.push({ from, count: to - from });
      return { gasUsed: this.#gas(about) ?? 0n };
    },
  } as unknown as Sender;

  #gas(about: L1Call): bigint | undefined {
    const [from, to] = rangeOf(about);
    const heavy = from <= this.heavy && this.heavy < to && about.label !== "single";
    return heavy ? undefined : BigInt(to - from) * this.perTransition;
  }

  answering(atOnce = 4): Answering {
    const dependencies = { checker: this.checker, transactions: this.sender, log: pino({ level: "silent" }) };
    return new Answering({ callGas: 15_000_000n, atOnce }, dependencies);
  }
}

const call = (from: number, to: number): L1Call => ({ to: "0x", data: `0x${"00".repeat(64)}`, label: `${from}-${to}` });
const rangeOf = ({ label, data }: L1Call): [number, number] => {
  const [from, to] = label.split("-").map(Number) as [number, number];
  return label === "single"
    ? (JSON.parse(Buffer.from(data.slice(2), "hex").toString()) as [number, number])
    : [from, to];
};

const transitions = {
  count: COUNT,
  header: { index: 1n },
  transactions: Array.from({ length: COUNT }, () => ({ raw: new Uint8Array(110) })),
} as unknown as Transitions;
const gas = Array.from({ length: COUNT }, () => 21_000n);

describe("Answer to a request", () => {
  const isWhole = ({ checked }: FakeL1): boolean => {
    const seen = new Set(checked.flatMap(({ from, count }) => Array.from({ length: count }, (_, at) => from + at)));
    return seen.size === COUNT;
  };

  it("[11.8] [H5] checks everything in ranges that fill calls, several under way", async () => {
    const l1 = new FakeL1();
    await l1.answering().answer(transitions, gas, l1.look);
    expect(isWhole(l1)).to.equal(true);
    // A hundred million gas, at most fifteen in each call.
    expect(l1.sent.length).to.be.within(7, 10);
    for (const { gas: limit } of l1.sent) expect(limit).to.equal(15_000_000n);
    expect(l1.most).to.be.within(2, 4);
  });

  it("[M7] leaves out what L1 has, and what others are faster with", async () => {
    const l1 = new FakeL1();
    l1.checked.push({ from: 0, count: 400 });
    let rivals = 0;
    l1.onSend = () => {
      if (rivals++ === 0) l1.checked.push({ from: 700, count: 300 });
    };
    await l1.answering(1).answer(transitions, gas, l1.look);
    expect(isWhole(l1)).to.equal(true);
    const ours = l1.sent.map(rangeOf);
    expect(Math.min(...ours.map(([from]) => from))).to.equal(400);
    expect(Math.max(...ours.map(([, to]) => to))).to.be.at.most(700);
  });

  it("[11.9] halves what does not fit, and takes several calls for a lone transition that does not", async () => {
    const l1 = new FakeL1();
    l1.heavy = 500;
    l1.checker.single = () =>
      Promise.resolve({ to: "0x", data: `0x${Buffer.from("[500,501]").toString("hex")}`, label: "single" });
    await l1.answering().answer(transitions, gas, l1.look);
    expect(isWhole(l1)).to.equal(true);
    expect(l1.sent.filter(({ label }) => label === "single").length).to.equal(1);
  });

  it("ends where the request does", async () => {
    const l1 = new FakeL1();
    l1.onSend = () => {
      l1.open = false;
    };
    await l1.answering(1).answer(transitions, gas, l1.look);
    expect(l1.sent.length).to.equal(1);
  });

  const reverting = (name: string): Error => {
    const errors = new Interface([`error ${name}()`]);
    return new L1Revert("check", errors.parseError(errors.getError(name)!.selector) ?? undefined, new Error(name));
  };

  it("[M7] goes on where another one was faster with a range", async () => {
    const l1 = new FakeL1();
    let first = true;
    l1.onSend = (from, to) => {
      if (!first) return;
      first = false;
      l1.checked.push({ from, count: to - from });
      throw reverting("FraudNotFound");
    };
    await l1.answering().answer(transitions, gas, l1.look);
    expect(isWhole(l1)).to.equal(true);
  });

  it("fails where L1 refuses for another reason, after what is under way", async () => {
    const l1 = new FakeL1();
    l1.onSend = (from) => {
      if (from > 0 && from < 300) throw reverting("RangeWrongLeaves");
    };
    const failure = await failureOf(l1.answering().answer(transitions, gas, l1.look));
    expect(failure.message).to.equal("check reverts: RangeWrongLeaves()");
    expect(l1.atOnce).to.equal(0);
  });
});
