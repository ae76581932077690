import { expect } from "chai";

import { systemClock } from "../../../agents/runtime/clock.ts";

describe("Clock of the machine", () => {
  it("sleeps as long as it is told", async () => {
    const before = systemClock.now();
    await systemClock.sleep(5);
    // A timer may fire up to a millisecond early.
    expect(systemClock.now() - before).to.be.greaterThanOrEqual(4);
  });

  it("wakes up at once when it is told to stop, also before it sleeps", async () => {
    const controller = new AbortController();
    const asleep = systemClock.sleep(3_600_000, controller.signal);
    controller.abort();
    await asleep;
    await systemClock.sleep(3_600_000, controller.signal);
  });
});
