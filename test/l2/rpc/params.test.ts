import { expect } from "chai";

import { Params, readAddress, readBlockNumber, readBytes, readQuantity, readSlot } from "../../../l2/rpc/params.ts";
import { alice } from "../../../testkit/l2/fixtures.ts";

const refused = (read: () => unknown, message: string): void => {
  expect(read).to.throw(message).with.property("code", -32602);
};

describe("Parameters of a call", () => {
  it("reads an address in any case", () => {
    const digits = alice.address.slice(2);
    const flipped = digits.replace(/[a-f]/, (digit) => digit.toUpperCase());
    for (const text of [digits, digits.toLowerCase(), digits.toUpperCase(), flipped]) {
      expect(readAddress("to", `0x${text}`)).to.equal(alice.address);
    }
    for (const wrong of [digits, `0x${digits}0`, `0x${digits.slice(1)}`, `0x${digits.slice(1)}g`, "", null, 5]) {
      refused(() => readAddress("to", wrong), `to is ${JSON.stringify(wrong)}, expected an address`);
    }
  });

  it("reads quantities without zeros in front, and slots with or without", () => {
    expect([readQuantity("gas", "0x0"), readQuantity("gas", "0xaB")]).to.deep.equal([0n, 171n]);
    for (const wrong of ["0x", "0x00", "0x01", "1", 1, "-0x1", `0x${"f".repeat(65)}`, null]) {
      refused(() => readQuantity("gas", wrong), "gas is");
    }
    expect([readSlot("slot", "0x00"), readSlot("slot", `0x${"f".repeat(64)}`)]).to.deep.equal([0n, 2n ** 256n - 1n]);
    for (const wrong of ["0x", `0x${"f".repeat(65)}`, 0]) refused(() => readSlot("slot", wrong), "slot is");
  });

  it("reads numbers of blocks up to where other clients do", () => {
    expect(readBlockNumber("0x7fffffffffffffff")).to.equal(2 ** 63);
    refused(() => readBlockNumber("0x8000000000000000"), "expected a smaller number");
    refused(() => readBlockNumber("5"), "expected a number, a hash, latest");
  });

  it("reads bytes in whole digits", () => {
    expect(readBytes("data", "0xAB")).to.equal("0xab");
    refused(() => readBytes("data", "0x1"), "expected 0x and bytes in hexadecimal");
    refused(() => readBytes("topic", "0x12", 32), "expected 32 bytes in hexadecimal");
  });

  it("takes no list for an empty one, and no more values than a method has", () => {
    for (const none of [undefined, null, []]) expect(new Params(none, 0).has(0)).to.equal(false);
    expect(new Params([null, true], 2).flag(1)).to.equal(true);
    expect(new Params([null, true], 2).has(0)).to.equal(false);
    refused(() => new Params([1], 0), "params is 1, expected at most 0");
    refused(() => new Params({}, 1), "params is {}, expected an array");
    refused(() => new Params(["yes"], 1).flag(0), 'params[0] is "yes", expected true or false');
  });

  it("shows what was found, cut short", () => {
    refused(() => readQuantity("gas", "x".repeat(100)), `gas is "${"x".repeat(79)}…, expected a quantity`);
    refused(() => readQuantity("gas", undefined), "gas is missing, expected");
  });
});
