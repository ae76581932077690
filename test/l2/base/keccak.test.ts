import { expect } from "chai";
import { keccak256 as reference } from "ethers";

import { toHex } from "../../../l2/base/hex.ts";
import { keccak256, keccakHex } from "../../../l2/base/keccak.ts";
import { randomSource } from "../../../testkit/execution/random.ts";

describe("keccak-256", () => {
  it("[7] hashes as ethers does, at every length around the block's", () => {
    const random = randomSource("keccak");
    for (let length = 0; length <= 420; length++) {
      const data = Uint8Array.from({ length }, () => random(256));
      expect(keccakHex(data), `${length} bytes`).to.equal(reference(data));
    }
    const long = new Uint8Array(100_000).fill(7);
    expect(keccakHex(long)).to.equal(reference(long));
    expect(keccakHex(new Uint8Array())).to.equal("0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
  });

  it("gives each caller bytes of its own, and leaves the input as it was", () => {
    const data = Buffer.from("some bytes inside of a larger buffer");
    const part = data.subarray(5, 10);
    const first = keccak256(part);
    const copy = toHex(first);
    keccak256(data);
    expect(toHex(first)).to.equal(copy);
    expect(copy).to.equal(reference(part));
    expect(data.toString()).to.equal("some bytes inside of a larger buffer");
  });
});
