import { Counter, Gauge, Registry } from "prom-client";

/** Every metric of every agent. */
export class Metrics {
  readonly registry = new Registry();

  readonly ticks = this.#counter("metis_ticks_total", "Rounds of the agent's loop", ["outcome"]);
  readonly lastTick = this.#gauge("metis_last_tick_seconds", "Time of the last round that succeeded");
  readonly l1Block = this.#gauge("metis_l1_block", "Last L1 block that was followed");
  readonly l1Reorgs = this.#counter("metis_l1_reorgs_total", "L1 reorganisations that were followed");
  readonly transactions = this.#counter("metis_l1_transactions_total", "L1 transactions by outcome", [
    "label",
    "outcome",
  ]);
  readonly resubmissions = this.#counter(
    "metis_l1_resubmissions_total",
    "L1 transactions sent again with a higher fee",
  );
  readonly gasUsed = this.#counter("metis_l1_gas_used_total", "L1 gas used", ["label"]);
  readonly batches = this.#counter("metis_batches_total", "Batches handled by outcome", ["outcome"]);
  readonly alarms = this.#counter("metis_alarms_total", "Things that need a person", ["reason"]);
  readonly storageReads = this.#counter("metis_storage_reads_total", "Reads of batch data by source", [
    "source",
    "outcome",
  ]);
  readonly storageObjects = this.#gauge("metis_storage_objects", "Objects in the store");
  readonly head = this.#gauge("metis_batch_head", "Index that the next batch takes on L1");
  readonly finalised = this.#gauge("metis_batch_finalised", "Number of final batches on L1");
  readonly insecure = this.#gauge("metis_insecure", "1 while the system is in the insecure tx state");

  #counter(name: string, help: string, labelNames: string[] = []): Counter {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #gauge(name: string, help: string, labelNames: string[] = []): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }
}
