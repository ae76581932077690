import { expect } from "chai";
import { dataLength, getBytes, hexlify } from "ethers";
import hre from "hardhat";

import { keccakHex, keccakText } from "../../../l2/base/keccak.ts";
import { ZERO_HASH, asHex } from "../../../l2/base/hex.ts";
import { COMMIT, GAS_BITS, isBeforeInstruction, readMachine, workOf } from "../../../agents/execution/machine.ts";
import type { Executor } from "../../../types/ethers-contracts/execution/Executor.ts";
import { type Run, runReference } from "../../../conformance/fuzz/reference.ts";
import { type FastL1, openFastL1 } from "../../../conformance/scenes/fast-l1.ts";
import { execute } from "../../../testkit/execution/executor.ts";
import { randomSource } from "../../../testkit/execution/random.ts";
import type { Expected } from "../../../testkit/execution/reference.ts";
import {
  ENTRY,
  SCENES,
  calls,
  contract,
  endings,
  scene,
  sequence,
  transaction,
} from "../../../conformance/scenes/scenes.ts";
import { PLENTY, Session } from "../../../conformance/scenes/session.ts";

const NOTHING: Expected = { valid: false, gasUsed: 0n, stateRoot: ZERO_HASH };

/** Work that a unit of gas stands for. */
const GAS = 1n << GAS_BITS;

/** How many places each scene is paused at. */
const PAUSES = 20n;

describe("Sessions", function () {
  this.timeout(300_000);

  let l1: FastL1;
  const runs = new Map<string, Run>();
  let executor: Executor;

  before(async function () {
    // Instrumented code is too large for Anvil, whose calls are not counted either.
    if (hre.globalOptions.coverage) this.skip();
    l1 = await openFastL1();
    for (const [name, make] of SCENES) runs.set(name, await runReference(make(1)));
  });
  after(() => l1?.close());
  beforeEach(async () => {
    executor = await l1.deploy();
  });

  /** A session of the first transaction of a run. */
  function begin({ inputs, preStateRoot, witness }: Run, on = executor): Session {
    return new Session(on, inputs[0]!, preStateRoot, witness);
  }

  /** The work that a machine has left. */
  const left = (machine: string): bigint => readMachine(asHex(machine)).left;

  async function expectUnknown(session: Session, machine: string): Promise<void> {
    await expect(session.peek(machine, 0n, PLENTY, session.witness))
      .to.be.revertedWithCustomError(executor, "ExecutionUnknownMachine")
      .withArgs(await session.key(), keccakHex(machine));
  }

  for (const name of SCENES.keys()) {
    it(`[11.5] leads to the same outcome wherever it pauses: ${name}`, async () => {
      const run = runs.get(name)!;
      const session = begin(run);
      const used = run.expected[0]!.gasUsed;
      const first = left(await session.peek("0x", 2n ** 64n));
      const seen = new Set<string>();
      for (let pause = 0n; pause < PAUSES; pause++) {
        const until = first - (((used * pause) / PAUSES) << GAS_BITS);
        const machine = await session.advance("0x", until);
        seen.add(machine);
        if (machine === "0x") break;
        expect(await session.advance(machine, 0n)).to.equal("0x");
        expect(await session.outcome()).to.deep.equal(run.expected[0]);
      }
      expect(seen.size).to.be.greaterThan(5);
    });

    it(`[11.5] comes to the end by many small steps: ${name}`, async () => {
      const run = runs.get(name)!;
      const session = begin(run);
      let machine = await session.advance("0x", workOf(2n ** 64n));
      let steps = 1;
      for (; machine !== "0x"; steps++) {
        const work = left(machine);
        const step = work > workOf(0n) ? (run.expected[0]!.gasUsed / 30n) << GAS_BITS : 1n;
        machine = await session.advance(machine, work > step ? work - step : 0n);
        if (machine !== "0x") expect(left(machine)).to.be.lessThan(work);
      }
      expect(steps).to.be.greaterThan(7);
      expect(await session.outcome()).to.deep.equal(run.expected[0]);
    });

    it(`[11.9] pauses between any two operations of the commit: ${name}`, async () => {
      const run = runs.get(name)!;
      const session = begin(run);
      const start = await session.advance("0x", COMMIT - 1n);
      const operations = left(start);
      expect(operations).to.be.greaterThan(1n);
      for (let rest = operations - 1n; rest > 0n; rest--) {
        const machine = await session.advance(start, rest);
        expect(left(machine)).to.equal(rest);
        expect(await session.advance(machine, rest)).to.equal(machine);
        expect(await session.advance(machine, 0n)).to.equal("0x");
        expect(await session.outcome()).to.deep.equal(run.expected[0]);
      }
    });
  }

  /** The most work that a machine can be left with after a step that comes on. */
  async function smallestStep(session: Session, machine: string): Promise<bigint> {
    const work = left(machine);
    const comesOn = async (until: bigint): Promise<boolean> => (await session.peek(machine, until)) !== machine;
    let [too, enough] = [0n, 1n];
    while (enough < work && !(await comesOn(work - enough)))
      [too, enough] = [enough, enough === 1n ? GAS : 2n * enough];
    if (enough > work) enough = work;
    while (enough - too > GAS) {
      const middle = (enough + too) / 2n;
      if (await comesOn(work - middle)) enough = middle;
      else too = middle;
    }
    return work - enough;
  }

  it("[11.5] pauses before every instruction, and while and after each frame ends", async () => {
    const run = await runReference(endings());
    const session = begin(run);
    const places = { running: 0, ending: 0 };
    for (let machine = await session.advance("0x", 2n ** 64n); machine !== "0x";) {
      const work = left(machine);
      if (work >= workOf(0n)) places[isBeforeInstruction(work) ? "running" : "ending"]++;
      machine = await session.advance(machine, await smallestStep(session, machine));
    }
    expect(await session.outcome()).to.deep.equal(run.expected[0]);
    expect(places.running).to.be.greaterThan(60);
    expect(places.ending).to.be.greaterThan(10);
  });

  it("[11.5] pauses and goes on where the stack is full", async () => {
    const gasLimit = 100_000n;
    const full = "PUSH0 ".repeat(1_024);
    const run = async (code: string): Promise<Run> =>
      await runReference(scene({ [ENTRY]: contract(code) }, [transaction({ gasLimit })], 0));
    const sound = await run(`${full} JUMPDEST STOP`);
    expect(sound.exceptions).to.deep.equal([undefined]);
    for (const spent of [0n, 2n * 1_023n, 2n * 1_024n]) {
      const session = begin(sound, await l1.deploy());
      const machine = await session.advance("0x", workOf(gasLimit - 21_000n - spent));
      expect(left(machine)).to.equal(workOf(gasLimit - 21_000n - spent));
      expect(await session.advance(machine, 0n)).to.equal("0x");
      expect(await session.outcome()).to.deep.equal(sound.expected[0]);
    }
    for (const more of ["PUSH0", "PUSH32", "DUP16", "GAS", "INVALID"]) {
      const failing = await run(`${full} JUMPDEST ${more} STOP`);
      expect(failing.exceptions, more).to.not.deep.equal([undefined]);
      const session = begin(failing, await l1.deploy());
      expect(await session.advance("0x", 0n)).to.equal("0x");
      expect(await session.outcome(), more).to.deep.equal(failing.expected[0]);
    }
  });

  it("[11.5] pauses before the first instruction whatever amount of work is asked for beyond all that there is", async () => {
    const run = runs.get("calls")!;
    const session = begin(run);
    const first = left(await session.peek("0x", workOf(2n ** 64n)));
    // Above the gas of a state stands the place of the next instruction.
    for (let bit = 48n; bit < 256n; bit += 8n) {
      for (const until of [2n ** bit + COMMIT, 2n ** 256n - 2n ** bit]) {
        const machine = await session.peek("0x", until);
        expect(left(machine), `until ${until}`).to.equal(first);
      }
    }
    for (const skipped of [-40n, -3n, 3n, 100n]) {
      const until = (((2n ** 256n - (skipped << 168n)) % 2n ** 256n) >> (40n - GAS_BITS)) + COMMIT;
      const machine = await session.advance("0x", until);
      expect(left(await session.advance(machine, until))).to.equal(first);
      expect(await session.advance(machine, 0n)).to.equal("0x");
      expect(await session.outcome()).to.deep.equal(run.expected[0]);
    }
  });

  it("[11.5] several parties that interleave, and go different ways, reach the same outcome @full", async () => {
    for (const [name, run] of runs) {
      const session = begin(run, await l1.deploy());
      const random = randomSource(`parties of ${name}`);
      const total = run.expected[0]!.gasUsed;
      const parties = Array.from({ length: 4 }, () => ({ machine: "0x", started: false }));
      const reached = ["0x"];
      let finished = 0;
      for (let turn = 0; finished < parties.length; turn++) {
        const party = parties[turn % 4]!;
        if (party.started && party.machine === "0x") continue;
        // Now and then one goes on from where another one was, or starts anew.
        if (random(5) === 0) party.machine = reached[random(reached.length)]!;
        const work = party.machine === "0x" ? workOf(transaction().gasLimit) : left(party.machine);
        const step = work > workOf(0n) ? BigInt(random(Number(total)) + 1) << GAS_BITS : BigInt(random(4)) + 1n;
        party.started = true;
        party.machine = await session.advance(party.machine, turn > 40 || work <= step ? 0n : work - step);
        if (party.machine === "0x") {
          finished++;
          expect(await session.outcome(), name).to.deep.equal(run.expected[0]);
        } else {
          reached.push(party.machine);
        }
      }
      for (const machine of reached) expect(await session.advance(machine, 0n)).to.equal("0x");
      expect(await session.outcome()).to.deep.equal(run.expected[0]);
    }
  });

  it("[11.5] refuses a machine in which any bit is forged", async () => {
    const session = begin(runs.get("calls")!);
    const random = randomSource("bits");
    const machines = [await session.advance("0x", workOf(1_700_000n)), await session.advance("0x", 5n)];
    for (const machine of machines) {
      const size = dataLength(machine);
      const places = [0, 31, 32, 63, 64, 100, 128, size - 1, ...Array.from({ length: 40 }, () => random(size))];
      for (const place of places) {
        const forged = getBytes(machine);
        forged[place]! ^= 1 << random(8);
        await expectUnknown(session, hexlify(forged));
      }
      await expectUnknown(session, machine.slice(0, -2));
      await expectUnknown(session, `${machine}00`);
      await expectUnknown(session, machine.slice(0, 66));
    }
    await expectUnknown(session, "0x00");
    await expectUnknown(session, hexlify(new Uint8Array(32)));
  });

  it("[11.5] refuses a machine of another transaction, block or state before", async () => {
    const run = await runReference({ ...calls(), transactions: [transaction()] });
    const session = begin(run);
    const { input, preStateRoot, witness } = session;
    const machine = await session.advance("0x", workOf(1_700_000n));
    expect(machine).to.not.equal("0x");
    const { context, raw } = input;
    const [other] = (await runReference({ ...calls(), transactions: [transaction({ value: 1n })] })).inputs;
    for (const stranger of [
      other!,
      { context: { ...context, number: context.number + 1n }, raw },
      { context: { ...context, timestamp: context.timestamp + 1n }, raw },
      { context: { ...context, coinbase: other!.context.coinbase.replace(/.$/, "0") }, raw },
      { context: { ...context, randomness: keccakText("other") }, raw },
      { context, raw: `${raw}00` },
    ]) {
      await expectUnknown(new Session(executor, stranger, preStateRoot, witness), machine);
    }
    for (const root of [keccakText("state"), ZERO_HASH, run.expected[0]!.stateRoot]) {
      await expectUnknown(new Session(executor, input, root, witness), machine);
    }
    await expectUnknown(new Session(await l1.deploy(), input, preStateRoot, witness), machine);
  });

  it("[11.5] replaying machines, also after the end, changes nothing", async () => {
    const run = runs.get("creations")!;
    const session = begin(run);
    const [expected] = run.expected;
    const machines: string[] = [];
    for (let machine = await session.advance("0x", 2n ** 64n); machine !== "0x";) {
      machines.push(machine);
      const work = left(machine);
      machine = await session.advance(machine, work > workOf(100_000n) ? work - (100_000n << GAS_BITS) : 0n);
    }
    expect(await session.outcome()).to.deep.equal(expected);
    for (const machine of machines) {
      // A step of another size: the session branches, and L1 knows both branches.
      const other = await session.advance(machine, left(machine) - 1n);
      expect(await session.outcome()).to.deep.equal(expected);
      expect(await session.advance(other, 0n)).to.equal("0x");
      expect(await session.advance(machine, 0n)).to.equal("0x");
      expect(await session.outcome()).to.deep.equal(expected);
    }
    expect(await session.advance("0x", 0n)).to.equal("0x");
    expect(await session.outcome()).to.deep.equal(expected);
  });

  it("[11.5] a step gives the same machine, or reverts, for any gas of L1", async () => {
    for (const name of ["calls", "precompiles"]) {
      const session = begin(runs.get(name)!, await l1.deploy());
      const middle = workOf(transaction().gasLimit - runs.get(name)!.expected[0]!.gasUsed / 2n);
      const start = name === "calls" ? "0x" : await session.advance("0x", 2n ** 64n);
      const until = name === "calls" ? middle : 0n;
      const { next: expected, witness } = await session.simulate(start, until);
      let enough = 0;
      let short = 0;
      for (let gas = 100_000n; gas < 8_000_000n; gas = (gas * 104n) / 100n) {
        const next = await session.peek(start, until, gas, witness).catch(() => undefined);
        if (next !== undefined) expect(next).to.equal(expected);
        if (next === undefined) short++;
        else enough++;
      }
      expect(short).to.be.greaterThan(20);
      expect(enough).to.be.greaterThan(20);
    }
  });

  it("[11.9] remembers the verdict on an invalid transaction, and on one that only moves value", async () => {
    const transactions = [transaction({ nonce: 5n })];
    const invalid = await runReference({ ...calls(), transactions });
    const session = begin(invalid);
    expect(invalid.expected).to.deep.equal([{ valid: false, gasUsed: 0n, stateRoot: invalid.preStateRoot }]);
    expect(await session.advance("0x", 7n)).to.equal("0x");
    expect(await session.outcome()).to.deep.equal(invalid.expected[0]);
    const recalled = await execute(executor, [...invalid.inputs, ...invalid.inputs], invalid.preStateRoot, "0x");
    expect(recalled).to.deep.equal(invalid.expected);

    const moves = transaction({ to: `0x${"77".repeat(20)}`, value: 4n });
    const transfer = await runReference({ ...calls(), transactions: [moves] });
    expect(await begin(transfer).advance("0x", 7n)).to.equal("0x");
    expect(await execute(executor, transfer.inputs, transfer.preStateRoot, "0x")).to.deep.equal(transfer.expected);
  });

  it("[11.9] takes remembered outcomes for exactly their transitions, where the witness is empty", async () => {
    const run = await runReference(sequence());
    const { inputs, preStateRoot, witness, expected } = run;
    expect(expected.map(({ valid }) => valid)).to.deep.equal([true, true, true, true]);
    const missing = (call: Promise<unknown>): Promise<void> =>
      expect(call).to.be.revertedWithCustomError(executor, "MissingWitness");
    await missing(execute(executor, inputs, preStateRoot, "0x"));
    let root = preStateRoot;
    for (const [index, input] of inputs.entries()) {
      const session = new Session(executor, input, root, witness);
      const machine = await session.advance("0x", workOf(1n));
      if (machine !== "0x") await session.advance(machine, 0n);
      expect(await session.outcome()).to.deep.equal(expected[index]);
      root = expected[index]!.stateRoot;
      const known = inputs.slice(0, index + 1);
      expect(await execute(executor, known, preStateRoot, "0x")).to.deep.equal(expected.slice(0, index + 1));
      // The one behind is not known yet.
      if (index + 1 < inputs.length) await missing(execute(executor, inputs.slice(0, index + 2), preStateRoot, "0x"));
    }
    expect(await execute(executor, inputs.slice(2), expected[1]!.stateRoot, "0x")).to.deep.equal(expected.slice(2));
    await missing(execute(executor, inputs.slice(2), expected[2]!.stateRoot, "0x"));
    const { context, raw } = inputs[0]!;
    const later = { context: { ...context, timestamp: context.timestamp + 1n }, raw };
    await missing(execute(executor, [later], preStateRoot, "0x"));
  });

  it("[11.9] goes on behind remembered transactions with those that need no witness", async () => {
    const run = await runReference(calls());
    const session = begin(run);
    await session.advance("0x", 0n);
    const nonsense = { context: run.inputs[0]!.context, raw: "0x02" };
    const outcomes = await execute(executor, [...run.inputs, nonsense], run.preStateRoot, "0x");
    const { stateRoot } = run.expected[0]!;
    expect(outcomes).to.deep.equal([...run.expected, { valid: false, gasUsed: 0n, stateRoot }]);
  });

  it("[11.5] reverts for what a step's witness lacks, and goes on with another one", async () => {
    const run = runs.get("calls")!;
    const whole = begin(run);
    const bare = new Session(executor, whole.input, whole.preStateRoot, "0x");
    await expect(bare.peek("0x", 0n, PLENTY, "0x")).to.be.revertedWithCustomError(executor, "MissingWitness");
    const machine = await whole.advance("0x", COMMIT - 1n);
    await expect(bare.peek(machine, 0n, PLENTY, "0x")).to.be.revertedWithCustomError(executor, "MissingWitness");
    const failed = await executor.advance(await bare.key(), machine, 0n, "0x", { gasLimit: PLENTY });
    const receipt = await failed.wait().catch(() => undefined);
    expect(receipt).to.equal(undefined);
    expect(await whole.outcome()).to.deep.equal(NOTHING);
    expect(await whole.advance(machine, 0n)).to.equal("0x");
    expect(await whole.outcome()).to.deep.equal(run.expected[0]);
  });
});
