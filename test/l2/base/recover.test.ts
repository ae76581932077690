import { SECP256K1_ORDER, bigIntToBytes } from "@ethereumjs/util";
import { expect } from "chai";
import { SigningKey, randomBytes, toBeHex } from "ethers";

import { fromHex, toHex } from "../../../l2/base/hex.ts";
import { keccak256, keccakText } from "../../../l2/base/keccak.ts";
import { type Recover, recover, recoverNative, recoverPortable } from "../../../l2/base/recover.ts";

const key = new SigningKey(keccakText("signer"));
const hash = keccak256(Buffer.from("signed"));
const { r, s, yParity } = key.sign(hash);
const own = { hash, v: BigInt(yParity), r: fromHex(r), s: fromHex(s) };
const number = (value: bigint): Uint8Array => bigIntToBytes(value);
const publicKey = fromHex(key.publicKey).subarray(1);

/** The key as text, or that there is none. */
function outcome(by: Recover, { hash, v, r, s, chainId }: typeof own & { chainId?: bigint }): string {
  try {
    return toHex(by(hash, v, r, s, chainId));
  } catch {
    return "none";
  }
}

describe("Signature recovery", () => {
  it("gives the key that signed, for each way to write the recovery bit", () => {
    for (const by of [recover, recoverPortable]) {
      expect(by(own.hash, own.v, own.r, own.s)).to.deep.equal(publicKey);
      expect(by(own.hash, 27n + own.v, own.r, own.s)).to.deep.equal(publicKey);
      expect(by(own.hash, 35n + 2n * 1088n + own.v, own.r, own.s, 1088n)).to.deep.equal(publicKey);
    }
  });

  it("says what does not fit", () => {
    expect(() => recover(hash.subarray(1), 0n, own.r, own.s)).to.throw(RangeError, "has 31 bytes, expected 32");
    expect(() => recover(hash, 0n, new Uint8Array(33), own.s)).to.throw(
      RangeError,
      "r has 33 bytes, expected at most 32",
    );
  });

  describe("in C and in JavaScript is the same", () => {
    before(function () {
      if (recoverNative === undefined) this.skip();
    });
    const same = (signature: typeof own & { chainId?: bigint }): string => {
      const native = outcome(recoverNative!, signature);
      expect(
        native,
        JSON.stringify(signature, (_, value: unknown) => String(value)),
      ).to.equal(outcome(recoverPortable, signature));
      return native;
    };

    it("for parts at the ends of their ranges", () => {
      const n = SECP256K1_ORDER;
      for (const part of [0n, 1n, n - 1n, n, n + 1n, 2n ** 256n - 1n]) {
        for (const v of [0n, 1n]) {
          same({ ...own, v, r: number(part) });
          same({ ...own, v, s: number(part) });
        }
      }
      for (const part of [0n, 1n, n - 1n, n, n + 1n, 2n ** 256n - 1n]) {
        same({ ...own, hash: fromHex(toBeHex(part, 32)) });
      }
      expect(same({ ...own, r: number(0n) })).to.equal("none");
      expect(same({ ...own, s: number(n) })).to.equal("none");
    });

    it("for the upper half of s, which the other recovery bit takes back", () => {
      const high = { ...own, v: 1n - own.v, s: number(SECP256K1_ORDER - BigInt(s)) };
      expect(same(high)).to.equal(toHex(publicKey));
      expect(same({ ...high, v: own.v })).to.not.equal(toHex(publicKey));
    });

    it("for other recovery bits than 0 and 1, and for chains", () => {
      for (const v of [2n, 3n, 26n, 29n, 30n, 34n, 255n]) expect(same({ ...own, v })).to.equal("none");
      for (const v of [34n, 35n, 36n, 37n]) same({ ...own, v: v + 2n * 1088n, chainId: 1088n });
    });

    it("for parts and hashes of other lengths", () => {
      for (const size of [0, 1, 31, 33, 64]) {
        same({ ...own, r: new Uint8Array(size).fill(1) });
        same({ ...own, s: new Uint8Array(size).fill(1) });
        expect(same({ ...own, hash: new Uint8Array(size).fill(1) })).to.equal("none");
      }
    });

    it("for an r that is on no point of the curve", () => {
      const found = Array.from({ length: 20 }, (_, index) => same({ ...own, r: number(BigInt(index + 1)) }));
      expect(found).to.include("none");
      expect(found.some((key) => key !== "none")).to.equal(true);
    });

    it("for signatures at random", () => {
      for (let round = 0; round < 40; round++) {
        const signature = { hash: randomBytes(32), v: BigInt(round % 2), r: randomBytes(32), s: randomBytes(32) };
        same(signature);
        const signed = key.sign(signature.hash);
        const parts = { v: BigInt(signed.yParity), r: fromHex(signed.r), s: fromHex(signed.s) };
        expect(same({ ...signature, ...parts })).to.equal(toHex(publicKey));
      }
    });
  });
});
