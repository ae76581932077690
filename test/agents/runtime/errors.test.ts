import { expect } from "chai";

import { AgentError, messageOf } from "../../../agents/runtime/errors.ts";

describe("Errors", () => {
  it("carry a code, a message and a cause", () => {
    const cause = new Error("inside");
    const error = new AgentError("CONFIG", "found 1; expected 2", { cause });
    expect([error.code, error.message, error.cause]).to.deep.equal(["CONFIG", "found 1; expected 2", cause]);
  });

  it("read as one line, in their short form where they have one", () => {
    expect(messageOf(new Error("first\nsecond"))).to.equal("first");
    expect(messageOf(Object.assign(new Error("long (code=1)"), { shortMessage: "short" }))).to.equal("short");
    expect(messageOf("thrown text")).to.equal("thrown text");
    expect(messageOf(undefined)).to.equal("undefined");
  });

  it("read as what is inside where they only wrap it", () => {
    const refused = Object.assign(new AggregateError([], ""), { code: "ECONNREFUSED" });
    expect(messageOf(new TypeError("fetch failed", { cause: refused }))).to.equal("ECONNREFUSED");
    const inner = { code: -32_005, message: "rate limit exceeded" };
    const wrapped = Object.assign(new Error("could not coalesce error (…)"), {
      shortMessage: "could not coalesce error",
      error: inner,
    });
    expect(messageOf(wrapped)).to.equal("rate limit exceeded");
    expect(messageOf(new TypeError("fetch failed"))).to.equal("fetch failed");
    expect(messageOf(new Error(""))).to.equal("no reason given");
  });
});
