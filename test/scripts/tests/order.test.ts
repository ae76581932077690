import { expect } from "chai";

import { forecast, longestFirst } from "../../../scripts/tests/order.ts";

const TIMES = { long: 60, middle: 40, short: 20, tiny: 1 };

describe("Order of test files", () => {
  it("is by recorded time, the longest first, and by name where times are equal", () => {
    expect(longestFirst(["tiny", "short", "long", "middle"], TIMES)).to.deep.equal(["long", "middle", "short", "tiny"]);
    expect(longestFirst(["b", "tiny", "a"], TIMES)).to.deep.equal(["a", "b", "tiny"]);
  });

  it("leaves both processes busy until the end", () => {
    expect(forecast(["long", "middle", "short", "tiny"], TIMES, 2)).to.equal(61);
    expect(forecast(["long", "middle", "short", "tiny"], TIMES, 1)).to.equal(121);
    expect(forecast([], TIMES, 2)).to.equal(0);
  });

  it("takes a file without a time for a short one", () => {
    expect(longestFirst(["new", "long", "tiny"], TIMES)).to.deep.equal(["long", "new", "tiny"]);
  });
});
