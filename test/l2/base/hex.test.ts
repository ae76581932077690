import { expect } from "chai";

import { asAddress, asHash, asHex, concatHex, fromHex, isHex, toHex } from "../../../l2/base/hex.ts";

const HASH = `0x${"Ab".repeat(32)}`;
const ADDRESS = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

describe("Hexadecimal text", () => {
  it("turns bytes into text and back", () => {
    const bytes = Uint8Array.of(0, 1, 0xab, 0xff);
    expect(toHex(bytes)).to.equal("0x0001abff");
    expect(toHex(bytes.subarray(2)), "of a part of a buffer").to.equal("0xabff");
    expect(fromHex("0x0001ABff")).to.deep.equal(bytes);
    expect(fromHex("0x")).to.deep.equal(new Uint8Array());
  });

  it("takes whole bytes only", () => {
    for (const text of ["0x", "0x00", HASH]) expect(isHex(text), text).to.equal(true);
    for (const text of ["", "00", "0x0", "0xg0", "0x00 ", 7, undefined])
      expect(isHex(text), String(text)).to.equal(false);
    expect(isHex(HASH, 32)).to.equal(true);
    expect(isHex(HASH, 31)).to.equal(false);
    expect(() => fromHex("0x0")).to.throw(TypeError, 'The value is "0x0", expected bytes in hexadecimal');
  });

  it("reads what comes in, in one spelling, and says what does not fit", () => {
    expect(asHex("0xABcd")).to.equal("0xabcd");
    expect(asHash(HASH)).to.equal(HASH.toLowerCase());
    expect(asAddress(ADDRESS.toLowerCase())).to.equal(ADDRESS);
    expect(() => asHex(7, "The code")).to.throw(TypeError, "The code is 7, expected bytes in hexadecimal");
    expect(() => asHash("0x12", "The root")).to.throw(TypeError, 'The root is "0x12", expected 32 bytes');
    expect(() => asHash(`0x${"00".repeat(500)}`)).to.throw(TypeError, /"0x0+…, expected 32 bytes/);
    expect(() => asAddress(HASH)).to.throw(TypeError, "expected an address");
    expect(() => asAddress(ADDRESS.replace("aA", "Aa")), "a wrong checksum").to.throw(TypeError, "expected an address");
  });

  it("joins strings", () => {
    expect(concatHex(["0x01", "0x", "0x0203"])).to.equal("0x010203");
    expect(() => concatHex(["0x01", "02"])).to.throw(TypeError, '"02"');
  });
});
