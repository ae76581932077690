import { expect } from "chai";
import { pino } from "pino";

import { runDaemon, serviceOf } from "../../../agents/runtime/daemon.ts";
import { Metrics } from "../../../agents/runtime/metrics.ts";
import { failureOf } from "../../../testkit/agents/failure.ts";

describe("Daemon", () => {
  function agent(told: string[]) {
    return {
      start: () => {
        told.push("agent starts");
      },
      stop: () => {
        told.push("agent stops");
        return Promise.resolve();
      },
      health: () => ({ healthy: true, detail: "ok" }),
    };
  }

  const part = (told: string[], name: string) => ({
    close: () => {
      told.push(`${name} closes`);
      return Promise.resolve();
    },
  });

  it("stops the agent first, and then what it stands on, the last first", async () => {
    const told: string[] = [];
    const service = serviceOf(agent(told), [part(told, "chain"), part(told, "server")]);
    await service.start();
    expect(service.health()).to.deep.equal({ healthy: true, detail: "ok" });
    await service.stop();
    expect(told).to.deep.equal(["agent starts", "agent stops", "server closes", "chain closes"]);
  });

  it("serves its health until a signal stops it", async () => {
    const before = process.listeners("SIGTERM");
    const told: string[] = [];
    const lines: { msg: string; health?: string }[] = [];
    const started = new Promise<string>((resolve) => {
      const log = pino(
        {},
        {
          write: (line: string) => {
            const entry = JSON.parse(line) as { msg: string; health?: string };
            lines.push(entry);
            if (entry.msg === "started") resolve(entry.health ?? "");
          },
        },
      );
      const options = { healthHost: "127.0.0.1", healthPort: 0 };
      const running = runDaemon(serviceOf(agent(told), []), options, { log, metrics: new Metrics() });
      void running.then(() => told.push("ended"));
    });
    const url = await started;
    expect((await fetch(`${url}/healthz`)).status).to.equal(200);
    const [onSignal] = process.listeners("SIGTERM").filter((listener) => !before.includes(listener));
    onSignal!("SIGTERM");
    while (!told.includes("ended")) await new Promise(setImmediate);
    expect(told).to.deep.equal(["agent starts", "agent stops", "ended"]);
    expect(lines.map(({ msg }) => msg)).to.deep.equal(["started", "stopping", "stopped"]);
    await failureOf(fetch(`${url}/healthz`));
    for (const name of ["SIGTERM", "SIGINT"] as const) process.removeListener(name, onSignal!);
  });
});
