import { expect } from "chai";

import { Slot } from "../../../agents/local/slot.ts";

describe("Slot of an agent", () => {
  class Counter {
    rounds = 0;
    stopped = 0;

    tick(): Promise<void> {
      this.rounds++;
      return Promise.resolve();
    }

    stop(): Promise<void> {
      this.stopped++;
      return Promise.resolve();
    }
  }

  it("runs rounds until it is switched off, and starts anew when it is switched on", async () => {
    const slot = new Slot("counter", () => new Counter());
    const first = slot.agent;
    await slot.tick();
    await slot.stop();
    await slot.stop();
    await slot.tick();
    expect([first.rounds, first.stopped, slot.running]).to.deep.equal([1, 1, false]);
    await slot.restart();
    await slot.tick();
    expect(slot.agent).not.to.equal(first);
    expect([slot.agent.rounds, first.rounds, slot.running]).to.deep.equal([1, 1, true]);
    await slot.restart();
    expect(slot.agent.rounds).to.equal(0);
  });
});
