import { expect } from "chai";

import { Agent } from "../../../agents/runtime/agent.ts";
import { systemClock } from "../../../agents/runtime/clock.ts";
import { basics } from "../../../testkit/agents/kit.ts";

class Counter extends Agent {
  rounds = 0;
  opened = 0;
  closed = 0;
  fail = false;
  during: () => Promise<void> | void = () => undefined;

  protected override open(): Promise<void> {
    this.opened++;
    return Promise.resolve();
  }

  protected override close(): Promise<void> {
    this.closed++;
    return Promise.resolve();
  }

  protected override async round(): Promise<void> {
    this.rounds++;
    await this.during();
    if (this.fail) throw new Error("out of order");
  }
}

describe("Agent", () => {
  it("runs in rounds until it is stopped, and ends the round that is under way", async () => {
    const kit = basics();
    const agent = new Counter({ interval: 1_000 }, kit);
    const reached = new Promise<void>((resolve) => {
      agent.during = () => {
        if (agent.rounds === 3) resolve();
      };
    });
    agent.start();
    await reached;
    await agent.stop();
    const { rounds } = agent;
    expect(rounds).to.be.greaterThanOrEqual(3);
    expect(agent).to.include({ opened: 1, closed: 1 });
    await new Promise(setImmediate);
    expect(agent.rounds).to.equal(rounds);
  });

  it("goes on after a failed round, with longer pauses, and says that it is not well", async () => {
    const kit = basics();
    const agent = new Counter({ interval: 1_000 }, kit);
    agent.fail = true;
    const reached = new Promise<void>((resolve) => {
      agent.during = () => {
        if (agent.rounds === 4) resolve();
      };
    });
    agent.start();
    await reached;
    await agent.stop();
    expect(kit.clock.slept.slice(0, 3)).to.deep.equal([1_000, 2_000, 4_000]);
    expect(agent.health()).to.deep.include({ healthy: false });
    expect(agent.health().detail).to.contain("out of order");
  });

  it("stops at once while it sleeps", async () => {
    const agent = new Counter({ interval: 3_600_000 }, { ...basics(), clock: systemClock });
    const first = new Promise<void>((resolve) => {
      agent.during = resolve;
    });
    agent.start();
    await first;
    await agent.stop();
    expect(agent.rounds).to.equal(1);
  });
});
