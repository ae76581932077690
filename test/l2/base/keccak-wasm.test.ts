import { expect } from "chai";

import { compilePermutation } from "../../../l2/base/keccak-wasm.ts";

describe("The permutation keccak-f in WebAssembly", () => {
  it("permutes the zero state as the reference of Keccak does", () => {
    const { memory, permute } = compilePermutation();
    permute();
    // The first lanes of the reference's intermediate values, in little-endian order.
    expect(Buffer.from(memory.slice(0, 16)).toString("hex")).to.equal("e7dde140798f25f18a47c033f9ccd584");
    permute();
    expect(Buffer.from(memory.slice(0, 8)).toString("hex")).to.equal("3ccb6ef94d955c2d");
  });
});
