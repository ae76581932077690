import { expect } from "chai";

import { serveHealth } from "../../../agents/runtime/health.ts";
import { basics } from "../../../testkit/agents/kit.ts";

describe("Health", () => {
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
