import { expect } from "chai";

import { calldataFloor, isInstalled, zeroDiscount } from "../../bench/lab.ts";

describe("bench lab", () => {
  it("computes what zero bytes of hashes save", () => {
    expect(zeroDiscount()).to.equal(0);
    expect(zeroDiscount(`0x${"11".repeat(31)}00`, `0x${"00".repeat(2)}${"11".repeat(30)}`)).to.equal(36);
  });

  it("computes the least that calldata costs", () => {
    expect(calldataFloor("0x0011")).to.equal(21_000 + 10 * 1 + 40 * 1);
  });

  it("knows which packages are installed", () => {
    expect(isInstalled("@openzeppelin/contracts")).to.equal(true);
    expect(isInstalled("@openzeppelin/none")).to.equal(false);
  });
});
