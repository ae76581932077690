import { readFileSync } from "node:fs";

import { expect } from "chai";

import {
  SMALLEST,
  derive,
  heavy,
  requestFee,
  typicalGas,
  workTime,
  worstGas,
} from "../../scripts/economics/answers.ts";
import { ATTACKS, profit } from "../../scripts/economics/attacks.ts";
import { type Attacker, LEAST, cheapestDelay } from "../../scripts/economics/delays.ts";
import { BASE_FEES, DOCUMENT, amount, expected, fill, time } from "../../scripts/economics/report.ts";
import { BATCH, DAY, constantsIn, sceneAt } from "../../scripts/economics/scene.ts";

const FINDINGS = ["C1", "C2", "H1", "H2", "H3", "H4", "H5", "H6", "H7", "H8", "L"];

describe("Economics", () => {
  it("are computed as docs/economics.md has them", async () => {
    const document = readFileSync(DOCUMENT, "utf8");
    expect(await expected(document)).to.equal(document);
  });

  it("speak of every finding: C1, C2, H1 to H8, M1 to M10, L", () => {
    const ids = ATTACKS.flatMap(({ id }) => id.split(", "));
    const wanted = [...FINDINGS, ...Array.from({ length: 10 }, (_, i) => `M${i + 1}`)];
    expect(wanted.filter((id) => !ids.includes(id))).to.deep.equal([]);
  });

  for (const fee of BASE_FEES) {
    it(`let no attack pay at ${fee} gwei (H4, H6, H8, M9)`, () => {
      const scene = sceneAt(fee);
      const paying = ATTACKS.filter(({ compute }) => profit(compute(scene)) > 0).map(({ id }) => id);
      expect(paying).to.deep.equal([]);
    });

    it(`make a delay of 30 days cost what is stated at ${fee} gwei (H1, H2)`, () => {
      const scene = sceneAt(fee);
      for (const [attacker, least] of Object.entries(LEAST))
        expect(cheapestDelay(scene, attacker as Attacker).cost, attacker).to.be.at.least(least);
    });
  }

  it("find a delay that is too cheap, where the floor of the fee is", () => {
    const scene = sceneAt(0.1);
    const cheap = { ...scene, parameters: { ...scene.parameters, RequestFeeFloor: 1e8 } };
    expect(cheapestDelay(cheap, "outsider").cost).to.be.below(LEAST.outsider);
  });

  it("find a delay that is too cheap, where the others wait an hour before they answer (H3)", () => {
    expect(cheapestDelay({ ...sceneAt(1), grace: 3_600 }, "seat").cost).to.be.below(LEAST.seat);
  });

  it("find a repayment that pays, where it is above the fee", () => {
    const scene = sceneAt(1);
    const generous = { ...scene, parameters: { ...scene.parameters, AnswerPay: 500e18 } };
    const repayment = ATTACKS.find(({ id }) => id === "Repayment")!;
    expect(profit(repayment.compute(generous))).to.be.above(0);
  });

  it("take the answer's constants from AnswerCost, which follow the bench by a seventh", () => {
    const scene = sceneAt(1);
    expect(Object.values(scene.answer).every((value) => value > 0)).to.equal(true);
    for (const [name, value] of Object.entries(derive(scene))) {
      const constant = scene.answer[name as keyof typeof scene.answer];
      expect(constant, name).to.be.within(value / 1.15, value * 1.15);
    }
  });

  it("let the worst full batch be answered within a window at a tenth of L1's gas (H5)", () => {
    const scene = sceneAt(1);
    expect(workTime(scene, heavy(BATCH.gas))).to.be.at.most(scene.parameters.RequestWindow);
    expect(worstGas(scene, heavy(BATCH.gas))).to.be.above(typicalGas(scene, heavy(BATCH.gas)));
  });

  it("charge at least the answer's gas at L1's base fee, at any", () => {
    for (const fee of BASE_FEES)
      expect(requestFee(sceneAt(fee), SMALLEST)).to.be.at.least(typicalGas(sceneAt(fee), SMALLEST) * fee * 1e-9);
  });

  it("read constants and write numbers as they are", () => {
    expect(constantsIn("uint256 private constant A = 1_000;\nuint256 constant B = 2;")).to.deep.equal({ A: 1_000 });
    expect([undefined, 0.0012345, 12.3456, 1234.5].map(amount)).to.deep.equal(["0", "0.0012", "12", "1,235"]);
    expect([undefined, 61, 3 * 3600, 3 * DAY].map(time)).to.deep.equal(["none", "2 min", "3 h", "3 days"]);
    expect(() => fill("", { fees: "x" })).to.throw('no markers "fees"');
  });
});
