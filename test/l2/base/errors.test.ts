import { expect } from "chai";

import { CodedError } from "../../../l2/base/errors.ts";
import { EncodingError, decodeRecords } from "../../../l2/batch/encoding.ts";
import { BlockError, ChainError, TransactionError } from "../../../l2/protocol/errors.ts";

describe("Coded errors", () => {
  it("have a name, a code, a message and a cause, whichever they are", () => {
    const cause = new Error("because");
    const errors = [
      new TransactionError("MALFORMED", "found this, expected that", { cause }),
      new BlockError("MALFORMED", "found this, expected that", { cause }),
      new ChainError("CLOSED", "found this, expected that", { cause }),
      new EncodingError("MALFORMED", "found this, expected that", { cause }),
    ];
    for (const error of errors) {
      expect(error).to.be.instanceOf(CodedError);
      expect(error).to.include({ message: "found this, expected that", cause });
      expect(String(error)).to.equal(`${error.constructor.name}: found this, expected that`);
    }
    expect(errors.map(({ code }) => code)).to.deep.equal(["MALFORMED", "MALFORMED", "CLOSED", "MALFORMED"]);
  });

  it("tell why bytes are no records", () => {
    const codeOf = (data: number[]): unknown => {
      try {
        return decodeRecords(Uint8Array.from(data));
      } catch (error) {
        return (error as EncodingError).code;
      }
    };
    expect(codeOf([2])).to.equal("MALFORMED");
    expect(codeOf([0])).to.equal("MALFORMED");
    expect(codeOf([1, 0])).to.equal("TRUNCATED");
  });
});
