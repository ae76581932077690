import { expect } from "chai";

import { OPCODES, opcode } from "../../../l2/evm/opcodes.ts";

describe("Opcodes", () => {
  it("gives the numbers of the yellow paper for the fork's names", () => {
    const known = {
      STOP: 0x00,
      KECCAK256: 0x20,
      PUSH0: 0x5f,
      PUSH32: 0x7f,
      DUP16: 0x8f,
      LOG4: 0xa4,
      SELFDESTRUCT: 0xff,
    };
    for (const [name, number] of Object.entries(known)) expect(opcode(name), name).to.equal(number);
    expect(opcode("MCOPY"), "since Cancun").to.equal(0x5e);
    expect(opcode("CLZ"), "since Osaka").to.equal(0x1e);
    expect(OPCODES.size).to.equal(150);
  });

  it("refuses what the fork does not have", () => {
    expect(() => opcode("DUPN")).to.throw(RangeError, '"DUPN" is no opcode of the fork');
  });
});
