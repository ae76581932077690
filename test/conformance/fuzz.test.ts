import { expect } from "chai";
import hre from "hardhat";

import { toHex } from "../../l2/base/hex.ts";
import { type Result, caseOf, runShare } from "../../conformance/fuzz/campaign.ts";
import { CHAIN, stringify } from "../../conformance/fuzz/case.ts";
import { compare } from "../../conformance/fuzz/differ.ts";
import { ThirdOpinion } from "../../conformance/fuzz/hardhat.ts";
import { FuzzL1 } from "../../conformance/fuzz/l1.ts";
import { OpcodeCounts, runReference } from "../../conformance/fuzz/reference.ts";
import { regressions } from "../../conformance/fuzz/regressions.ts";
import { shrink } from "../../conformance/fuzz/shrink.ts";
import { OPCODES } from "../../l2/evm/opcodes.ts";
import { CALL_GAS, deployExecutor, execute, expectSameOrRevert } from "../../testkit/execution/executor.ts";

/** How many programs each suite runs, and what one of them may take, in milliseconds. */
const PROGRAMS = [
  [1_000, ""],
  [10_000, " @full"],
  [100_000, " @long"],
] as const;
const PATIENCE = 300;
/** For how many of them Hardhat is asked as well, which sets up a state of its own for each. */
const OPINIONS = 50;
const SEED = "random programs";
/** Programs that run on Hardhat's own L1, where coverage counts what they execute. */
const COUNTED = 120;

describe("Random programs", function () {
  this.timeout(600_000);
  let l1: FuzzL1;

  before(async function () {
    // Coverage counts calls of Hardhat's own L1.
    if (hre.globalOptions.coverage) this.skip();
    l1 = await FuzzL1.open();
  });

  after(async () => {
    if (!hre.globalOptions.coverage) await l1.close();
  });

  for (const [name, one] of regressions()) {
    it(`[11.9] gives what @ethereumjs/vm gives on what once failed: ${name}`, async () => {
      expect(await compare(l1, one)).to.equal(undefined);
    });
  }

  for (const [programs, suite] of PROGRAMS) {
    it(`[11.9] gives the roots and the gas of @ethereumjs/vm on ${programs} random programs${suite}`, async function () {
      this.timeout(programs * PATIENCE);
      const counts = new OpcodeCounts();
      const endings = new Set<string>();
      let done = 0;
      const share = { seed: SEED, first: 0, programs, index: 0, of: 1 };
      for await (const { number, failure, endings: own } of runShare(l1, share, counts)) {
        if (failure !== undefined) expect.fail(describeFailure(number, failure));
        for (const ending of own) endings.add(ending);
        done++;
      }
      expect(done).to.equal(programs);
      // A comparison of programs that do nothing would pass as well.
      // INVALID shows in how they end.
      const executed = new Set([...counts.counts.keys(), "INVALID"]);
      expect([...OPCODES.keys()].filter((name) => !executed.has(name))).to.deep.equal([]);
      expect(endings).to.include.members(["ok", "invalid", "revert", "out of gas", "stack underflow"]);
      expect(endings).to.include.members(["stack overflow", "invalid JUMP", "invalid opcode"]);
      expect(endings).to.include("initcode exceeds max initcode size");
    });
  }

  it(`has a reference with which Hardhat's own EVM agrees on ${OPINIONS} of them`, async () => {
    const hardhat = await ThirdOpinion.open();
    let fit = 0;
    for (let number = 0; fit < OPINIONS; number++) {
      const differences = await hardhat.compare(caseOf(SEED, number));
      if (differences === "unfit") continue;
      expect(differences, `program ${number} of seed ${SEED}`).to.deep.equal([]);
      fit++;
    }
    await hardhat.close();
  });

  it("makes the same case of the same seed, and another one of another", () => {
    expect(stringify(caseOf(SEED, 7))).to.equal(stringify(caseOf(SEED, 7)));
    expect(stringify(caseOf(SEED, 7))).to.not.equal(stringify(caseOf(SEED, 8)));
  });

  it("cuts a case down to what it takes to fail", async () => {
    let one = caseOf(SEED, 0);
    for (let number = 0; !writes(one); number++) one = caseOf(SEED, number);
    const shrunk = await shrink(one, (smaller) => Promise.resolve(writes(smaller)));
    const text = stringify(shrunk);
    expect(text.match(/SSTORE/g)).to.have.length(1);
    expect(shrunk.transactions).to.deep.equal([]);
    expect(Object.values(shrunk.accounts).map(({ code }) => code)).to.deep.equal([["SSTORE"]]);
  });
});

if (hre.globalOptions.coverage) {
  describe("Random programs whose instructions are counted", () => {
    it(`[11.9] give the roots and the gas of @ethereumjs/vm, where instrumented code comes to their end`, async function () {
      this.timeout(1_800_000);
      const { ethers } = await hre.network.create();
      const executor = await deployExecutor(ethers, CHAIN);
      let same = 0;
      for (let number = 0; number < COUNTED; number++) {
        const { inputs, preStateRoot, witness, expected } = await runReference(caseOf(SEED, number));
        const call = execute(executor, inputs, preStateRoot, toHex(witness), CALL_GAS);
        if (await expectSameOrRevert(call, expected)) same++;
      }
      expect(same).to.be.greaterThan(COUNTED / 2);
    });
  });
}

/** Whether some account's code has an SSTORE. */
function writes({ accounts }: ReturnType<typeof caseOf>): boolean {
  return Object.values(accounts).some(({ code }) => code.join(" ").includes("SSTORE"));
}

function describeFailure(number: number, { difference, shrunk }: NonNullable<Result["failure"]>): string {
  const { expected, actual } = difference;
  return `program ${number} of seed ${SEED}: ${actual}, expected ${expected}\n${stringify(shrunk)}`;
}
