import { expect } from "chai";

import { kzg } from "../../../l2/evm/kzg.ts";

const ZERO = `0x${"00".repeat(32)}`;
const INFINITY = `0xc0${"00".repeat(47)}`;

// test/l2/execution/contracts.test.ts compares the precompile with L1's own on a proof that is not trivial.
describe("KZG", () => {
  it("proves that the zero polynomial is zero, and nothing else", () => {
    expect(kzg.verifyProof(INFINITY, ZERO, ZERO, INFINITY)).to.equal(true);
    expect(kzg.verifyProof(INFINITY, ZERO, `0x${"07".padStart(64, "0")}`, INFINITY)).to.equal(false);
  });
});
