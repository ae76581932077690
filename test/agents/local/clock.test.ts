import { expect } from "chai";

import { LocalClock } from "../../../agents/local/clock.ts";

describe("Clock of a local system", () => {
  it("stands still: who sleeps waits for somebody to move it", async () => {
    const clock = new LocalClock(undefined);
    clock.seconds = 5;
    await clock.sleep(3_600_000);
    expect(clock.now()).to.equal(5_000);
  });

  it("goes on with an L1 that has a pace of its own", async () => {
    const paused: number[] = [];
    const clock = new LocalClock((milliseconds) => {
      paused.push(milliseconds);
      return Promise.resolve();
    });
    await clock.sleep(2_500);
    expect([paused, clock.now()]).to.deep.equal([[2_500], 2_000]);
  });
});
