import { expect } from "chai";

import { Metrics } from "../../../agents/runtime/metrics.ts";

describe("Metrics", () => {
  it("are told as Prometheus reads them, by label", async () => {
    const metrics = new Metrics();
    metrics.ticks.inc({ outcome: "ok" });
    metrics.ticks.inc({ outcome: "failed" }, 2);
    metrics.head.set(7);
    const text = await metrics.registry.metrics();
    expect(text).to.contain('metis_ticks_total{outcome="ok"} 1');
    expect(text).to.contain('metis_ticks_total{outcome="failed"} 2');
    expect(text).to.contain("# TYPE metis_batch_head gauge\nmetis_batch_head 7");
  });

  it("are those of one agent", async () => {
    const [first, second] = [new Metrics(), new Metrics()];
    first.l1Reorgs.inc();
    expect(await second.registry.metrics()).to.contain("metis_l1_reorgs_total 0");
  });
});
