import { expect } from "chai";
import { AbiCoder, type TransactionRequest, Wallet, concat, dataLength, dataSlice, getBytes, toBeHex } from "ethers";

import { asHash, type Hex, ZERO_HASH } from "../../../l2/base/hex.ts";
import { keccakHex, keccakText } from "../../../l2/base/keccak.ts";
import { L1Revert } from "../../../agents/l1/reverts.ts";
import {
  type Execution,
  ExecutionDriver,
  type ExecutionRequest,
  type ExecutionStep,
} from "../../../agents/execution/driver.ts";
import { codeItem } from "../../../agents/execution/preimages.ts";
import { GAS_BITS, workOf } from "../../../agents/execution/machine.ts";
import { Executor__factory } from "../../../types/ethers-contracts/factories/execution/Executor__factory.ts";

const CODER = AbiCoder.defaultAbiCoder();
const ABI = Executor__factory.createInterface();
const EXECUTOR = "0x000000000000000000000000000000000000E0E0";
const KEY = keccakText("transition");
const GAS = 1_000_000n;
const ROOT = keccakText("state");
const OUTCOME = { valid: true, gasUsed: 21_000n, stateRoot: keccakText("state after") };

/** An operation of a program: what it takes of L2 and of L1, and what of the witness. */
interface Operation {
  readonly l2: bigint;
  readonly l1: bigint;
  readonly needs?: Uint8Array;
}

/** An executor that runs a list of operations; a machine is the place in the list. */
class FakeL1 {
  readonly #program: readonly Operation[];
  readonly #limit: bigint;
  readonly #seen = new Set<Hex>();
  remembered = false;

  constructor(program: readonly Operation[], limit: bigint) {
    this.#program = program;
    this.#limit = limit;
  }

  call({ data, gasLimit }: TransactionRequest): Promise<string> {
    const parsed = ABI.parseTransaction({ data: data! })!;
    if (parsed.name === "transitionKey") return Promise.resolve(KEY);
    if (parsed.name === "isReached") {
      return Promise.resolve(CODER.encode(["bool"], [this.#seen.has(asHash(parsed.args["machineHash"]))]));
    }
    const budget = BigInt(gasLimit!);
    if (parsed.name === "execute") {
      const known = CODER.encode(["tuple(bool,uint64,bytes32)[]"], [[Object.values(OUTCOME)]]);
      if (this.remembered && parsed.args["witness"] === "0x") return Promise.resolve(known);
      this.#run(0, 0n, String(parsed.args["witness"]), budget);
      return Promise.resolve(known);
    }
    const { until, witness } = parsed.args as unknown as { until: bigint; witness: string };
    const machine = parsed.name === "begin" ? "0x" : String(parsed.args["machine"]);
    if (machine !== "0x" && !this.#seen.has(keccakHex(machine))) throw new Error("this machine was not seen on L1");
    const from = machine === "0x" ? 0 : Number(dataSlice(machine, 96, 128));
    const place = this.#run(from, until >> GAS_BITS === 0n ? 0n : (until >> GAS_BITS) - 1n, witness, budget);
    const next = place === this.#program.length ? "0x" : this.#machine(place);
    return Promise.resolve(CODER.encode(["bytes", "bytes"], [next, "0x"]));
  }

  /** What sending a step leads to. */
  async send({ data, gas }: ExecutionStep): Promise<void> {
    const [next] = CODER.decode(["bytes"], await this.call({ data, gasLimit: gas })) as unknown as [string];
    this.#seen.add(keccakHex(next));
    if (next === "0x") this.remembered = true;
  }

  /** What is left: the limit of gas without what the operations before a place took. */
  #left(place: number): bigint {
    return this.#program.slice(0, place).reduce((left, { l2 }) => left - l2, this.#limit);
  }

  /** As `Snapshot.sol` has it: zero, the work that is left, no pages, and the state. */
  #machine(place: number): string {
    return concat([0n, workOf(this.#left(place)), 0n, BigInt(place)].map((word) => toBeHex(word, 32)));
  }

  #run(from: number, until: bigint, witness: string, budget: bigint): number {
    let left = this.#left(from);
    let cost = 0n;
    for (const [index, { l1, l2, needs }] of this.#program.entries()) {
      if (index < from) continue;
      if (left < until) return index;
      if (needs !== undefined && !witness.includes(Buffer.from(needs).toString("hex"))) {
        throw reverted(ABI.encodeErrorResult("MissingWitness", [keccakHex(needs)]));
      }
      cost += l1;
      left -= l2;
      if (cost > budget) throw reverted("0x");
    }
    return this.#program.length;
  }
}

function reverted(data: string): Error {
  return Object.assign(new Error("execution reverted"), { code: "CALL_EXCEPTION", data });
}

describe("Execution driver", () => {
  const wallet = new Wallet(keccakText("heavy"));

  async function request(gasLimit: bigint, known: readonly Uint8Array[] = []): Promise<ExecutionRequest> {
    const raw = await wallet.signTransaction({ type: 0, chainId: 1, to: wallet.address, gasPrice: 1, gasLimit });
    return {
      transaction: {
        context: { number: 1n, timestamp: 2n, coinbase: wallet.address, randomness: ZERO_HASH },
        raw: getBytes(raw),
      },
      preStateRoot: ROOT,
      witness: new Uint8Array(),
      preimages: (hash) => known.find((item) => keccakHex(item) === hash),
    };
  }

  async function run(
    l1: FakeL1,
    given: ExecutionRequest,
    limits: { bytes?: number; mostBytes?: number } = {},
  ): Promise<{ execution: Execution; steps: readonly ExecutionStep[] }> {
    const driver = new ExecutionDriver({ gas: GAS, ...limits }, { provider: l1, executor: EXECUTOR });
    const steps: ExecutionStep[] = [];
    const execution = await driver.run(given, async (step) => {
      steps.push(step);
      await l1.send(step);
    });
    return { execution, steps };
  }

  it("takes one call where it is enough, with what L1 misses added to the witness", async () => {
    const items = [getBytes(keccakText("node")), codeItem(getBytes("0x6001600155"))];
    const l1 = new FakeL1(
      items.map((needs) => ({ l1: 1_000n, l2: 10n, needs })),
      100_000n,
    );
    const { execution, steps } = await run(l1, await request(100_000n, items));
    expect(steps).to.have.length(0);
    expect(execution.outcome).to.deep.equal(OUTCOME);
    expect(execution.witness).to.equal(`0x${items.map((item) => Buffer.from(item).toString("hex")).join("")}`);
  });

  it("takes steps that fit, not many more than needed, where one call is not enough", async () => {
    const needs = getBytes(keccakText("late"));
    const program = Array.from({ length: 2_000 }, (_, index) => ({
      l1: 5_000n,
      // Now and then an operation burns much at once.
      l2: index % 400 === 399 ? 10n ** 12n : 3n,
      ...(index === 1_500 ? { needs } : {}),
    }));
    const l1 = new FakeL1(program, 10n ** 13n);
    const { execution, steps } = await run(l1, await request(10n ** 13n, [needs]));
    expect(steps.length).to.be.within(10, 20);
    expect(execution.outcome).to.deep.equal(OUTCOME);
    expect(execution.witness).to.equal("0x");
    for (const { to, gas } of steps) expect([to, gas]).to.deep.equal([EXECUTOR, GAS]);
  });

  it("leaves out the steps that L1 has seen", async () => {
    const program = Array.from({ length: 1_000 }, () => ({ l1: 5_000n, l2: 3n }));
    const l1 = new FakeL1(program, 3_000n);
    const first = await run(l1, await request(3_000n));
    l1.remembered = false;
    const second = await run(l1, await request(3_000n));
    expect(first.steps.length).to.be.greaterThan(4);
    // The last one leads to no machine, but to an outcome.
    expect(second.steps).to.deep.equal(first.steps.slice(-1));
  });

  it("says what L1 misses where nobody has it, and where it was given already", async () => {
    const needs = getBytes(keccakText("lost"));
    const program = [{ l1: 1n, l2: 1n, needs }];
    const lost = await failure(run(new FakeL1(program, 100n), await request(100n)));
    expect(lost.error?.args[0]).to.equal(keccakHex(needs));
    const given = await request(100n);
    const wrong = { ...given, preimages: () => new Uint8Array([0xc0]) };
    expect((await failure(run(new FakeL1(program, 100n), wrong))).is("MissingWitness")).to.equal(true);
  });

  /** Items of a witness of 2,000 bytes each. */
  const large = (count: number): Uint8Array[] =>
    Array.from({ length: count }, (_, index) => codeItem(new Uint8Array(2_000).fill(index + 1)));

  it("takes the smallest step, without what it does not need, where none that clients pass on fits", async () => {
    const items = large(3);
    const program = [...items.map((needs) => ({ l1: 10n, l2: 3n, needs })), { l1: 10n, l2: 3n }];
    const given = { ...(await request(100n, items)), witness: Buffer.concat(items) };
    const { execution, steps } = await run(new FakeL1(program, 100n), given, { bytes: 1_000, mostBytes: 4_000 });
    expect(execution.outcome).to.deep.equal(OUTCOME);
    expect(steps.length).to.be.greaterThan(2);
    for (const { data } of steps) expect(dataLength(data)).to.be.at.most(4_000);
    // Of two items none could be left out.
    const both = [{ l1: 10n, l2: 3n, needs: Buffer.concat(items.slice(0, 2)) }];
    const refused = run(new FakeL1(both, 100n), await request(100n, [both[0]!.needs]), {
      bytes: 100,
      mostBytes: 4_000,
    });
    expect(String(await refused.catch((error: unknown) => error))).to.include("bytes, expected 4000");
  });

  it("ends where an execution that clients do not pass on is complete at once", async () => {
    const garbage = new Uint8Array(5_000).fill(0xff);
    const given = await request(100n);
    for (const transaction of [given.transaction, { ...given.transaction, raw: garbage }]) {
      const { execution, steps } = await run(new FakeL1([], 100n), { ...given, transaction }, { bytes: 100 });
      expect(steps).to.have.length(1);
      expect(execution.outcome).to.deep.equal(OUTCOME);
    }
  });

  it("gives up where a single operation does not fit", async () => {
    const l1 = new FakeL1([{ l1: GAS + 1n, l2: 1n }], 100n);
    const revert = await failure(run(l1, await request(100n)));
    expect(revert.message).to.match(/^begin reverts/);
  });
});

async function failure(action: Promise<unknown>): Promise<L1Revert> {
  const error: unknown = await action.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).to.be.instanceOf(L1Revert);
  return error as L1Revert;
}
