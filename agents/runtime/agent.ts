import type { Clock } from "./clock.ts";
import { messageOf } from "./errors.ts";
import type { Health } from "./health.ts";
import type { Logger } from "./logger.ts";
import type { Metrics } from "./metrics.ts";
import { backoff } from "./retry.ts";

/** What every agent is given. */
export interface AgentDependencies {
  clock: Clock;
  log: Logger;
  metrics: Metrics;
}

/** How often an agent looks, in milliseconds. */
export interface AgentOptions {
  interval: number;
}

/** Failed rounds in a row after which an agent calls itself unhealthy. */
const UNHEALTHY_AFTER = 3;

/**
 * An actor that looks at L1 and L2 in rounds and does what is due. A round starts from what the chains say, never from
 * what an earlier round meant to do, so that an agent can die at any moment and be started again.
 */
export abstract class Agent {
  protected readonly clock: Clock;
  protected readonly log: Logger;
  protected readonly metrics: Metrics;
  readonly #interval: number;
  #controller = new AbortController();
  #loop: Promise<void> | undefined;
  #failures = 0;
  #opened = false;
  #lastError = "";

  constructor(options: AgentOptions, { clock, log, metrics }: AgentDependencies) {
    this.#interval = options.interval;
    this.clock = clock;
    this.log = log;
    this.metrics = metrics;
  }

  /** Aborted when the agent is told to stop; long waits end with it. */
  protected get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** One round. Called by the loop, and by tests. */
  async tick(): Promise<void> {
    if (!this.#opened) {
      await this.open();
      this.#opened = true;
    }
    await this.round();
    this.metrics.lastTick.set(Math.floor(this.clock.now() / 1000));
  }

  /** Starts the loop; returns at once. */
  start(): void {
    if (this.#loop !== undefined) return;
    this.#controller = new AbortController();
    this.#loop = this.#run();
  }

  /** Ends the loop after the round that is under way. */
  async stop(): Promise<void> {
    this.#controller.abort();
    await this.#loop;
    this.#loop = undefined;
    if (this.#opened) {
      this.#opened = false;
      await this.close();
    }
  }

  /** Whether the agent works. */
  health(): Health {
    const healthy = this.#failures < UNHEALTHY_AFTER;
    return { healthy, detail: this.#failures === 0 ? "ok" : `${this.#failures} failed rounds: ${this.#lastError}` };
  }

  /** Called before the first round; a failure is tried again. */
  protected open(): Promise<void> {
    return Promise.resolve();
  }

  /** Called once after the last round. */
  protected close(): Promise<void> {
    return Promise.resolve();
  }

  /** What the agent does in a round. It must not rely on what an earlier round left in memory. */
  protected abstract round(): Promise<void>;

  async #run(): Promise<void> {
    const { signal } = this.#controller;
    const stopped = (): boolean => signal.aborted;
    while (!stopped()) {
      let pause = this.#interval;
      try {
        await this.tick();
        this.#failures = 0;
        this.metrics.ticks.inc({ outcome: "ok" });
      } catch (error) {
        if (stopped()) break;
        this.#lastError = messageOf(error);
        this.metrics.ticks.inc({ outcome: "failed" });
        this.log.error({ err: error, failures: ++this.#failures }, "round failed");
        pause = backoff(this.#failures - 1, { delay: this.#interval, maxDelay: Math.max(60_000, this.#interval) });
      }
      await this.clock.sleep(pause, signal);
    }
  }
}
