import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect } from "chai";

import { Agent } from "../../../agents/runtime/agent.ts";
import { FileCursor, MemoryCursor } from "../../../agents/runtime/cursor.ts";
import { AgentError } from "../../../agents/runtime/errors.ts";
import { serveHealth } from "../../../agents/runtime/health.ts";
import { retry } from "../../../agents/runtime/retry.ts";
import { systemClock } from "../../../agents/runtime/clock.ts";
import { basics, ManualClock } from "../../../testkit/agents/kit.ts";
import { temporaryDirectory } from "../../../testkit/directory.ts";

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

  it("shows health and metrics over HTTP", async () => {
    const { metrics } = basics();
    let healthy = true;
    const server = await serveHealth(
      { host: "127.0.0.1", port: 0 },
      { metrics, health: () => ({ healthy, detail: "as told" }) },
    );
    try {
      metrics.l1Reorgs.inc();
      expect((await fetch(`${server.listeningOrigin}/healthz`)).status).to.equal(200);
      healthy = false;
      const response = await fetch(`${server.listeningOrigin}/healthz`);
      expect(response.status).to.equal(503);
      expect(await response.json()).to.deep.equal({ healthy: false, detail: "as told" });
      expect(await (await fetch(`${server.listeningOrigin}/metrics`)).text()).to.contain("metis_l1_reorgs_total 1");
    } finally {
      await server.close();
    }
  });
});

describe("Retry", () => {
  it("tries again with doubled pauses, and throws the last failure", async () => {
    const clock = new ManualClock();
    let attempts = 0;
    const failure = await retry(
      () => Promise.reject(new Error(`attempt ${++attempts}`)),
      { attempts: 5, delay: 100, maxDelay: 400 },
      { clock },
    ).catch((error: unknown) => error);
    expect((failure as Error).message).to.equal("attempt 5");
    expect(clock.slept).to.deep.equal([100, 200, 400, 400]);
  });

  it("throws at once what cannot pass by itself", async () => {
    const clock = new ManualClock();
    const failure = await retry(
      () => Promise.reject(new AgentError("CONFIG", "wrong")),
      { attempts: 5, delay: 100, maxDelay: 400 },
      { clock, retryable: (error) => !(error instanceof AgentError) },
    ).catch((error: unknown) => error);
    expect((failure as AgentError).code).to.equal("CONFIG");
    expect(clock.slept).to.deep.equal([]);
  });

  it("gives the first success", async () => {
    let attempts = 0;
    const action = (): Promise<number> => (++attempts < 3 ? Promise.reject(new Error("not yet")) : Promise.resolve(7));
    expect(await retry(action, { attempts: 5, delay: 1, maxDelay: 1 }, { clock: new ManualClock() })).to.equal(7);
  });
});

describe("Cursor", () => {
  it("keeps bigints, on disk as in memory", async () => {
    const file = join(temporaryDirectory(), "deep", "cursor.json");
    const value = { at: 12n ** 30n, list: [{ n: 0n }], text: "5" };
    for (const cursor of [new FileCursor<typeof value>(file), new MemoryCursor<typeof value>()]) {
      expect(await cursor.load()).to.equal(undefined);
      await cursor.save(value);
      expect(await cursor.load()).to.deep.equal(value);
    }
    expect(await new FileCursor(file).load()).to.deep.equal(value);
  });

  it("leaves the old one or the new one, never a half", async () => {
    const directory = temporaryDirectory();
    const file = join(directory, "cursor.json");
    const cursor = new FileCursor<{ text: string }>(file);
    await cursor.save({ text: "old" });
    // What a process leaves that died while it wrote.
    await writeFile(`${file}.1.tmp`, '{"te');
    expect(await cursor.load()).to.deep.equal({ text: "old" });
    await cursor.save({ text: "new" });
    expect(JSON.parse(await readFile(file, "utf8"))).to.deep.equal({ text: "new" });
    expect((await readdir(directory)).filter((name) => name.endsWith(`${process.pid}.tmp`))).to.deep.equal([]);
  });

  it("says which file is damaged", async () => {
    const file = join(temporaryDirectory(), "cursor.json");
    await writeFile(file, "{");
    const failure = await new FileCursor(file).load().catch((error: unknown) => error);
    expect((failure as AgentError).message).to.contain(file);
  });
});
