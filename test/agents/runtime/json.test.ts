import { expect } from "chai";

import { fromJson, toJson } from "../../../agents/runtime/json.ts";

describe("JSON with bigints", () => {
  it("comes back as it went", () => {
    const value = { big: -(10n ** 40n), zero: 0n, list: [1n, 2, "3", null, true], nested: { n: 1n } };
    expect(fromJson(toJson(value))).to.deep.equal(value);
  });

  it("is plain where there is none", () => {
    expect(toJson({ a: [1, "2"] })).to.equal('{"a":[1,"2"]}');
    expect(toJson({ a: 5n })).to.equal('{"a":{"$bigint":"5"}}');
  });

  it("is refused where it is malformed", () => {
    expect(() => fromJson("{")).to.throw(SyntaxError);
    expect(() => fromJson('{"$bigint":"five"}')).to.throw(SyntaxError);
  });
});
