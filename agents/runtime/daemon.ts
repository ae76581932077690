import type { Health } from "./health.ts";
import { serveHealth } from "./health.ts";
import type { Logger } from "./logger.ts";
import type { Metrics } from "./metrics.ts";

/** Something that runs until it is stopped. */
export interface Service {
  start(): void | Promise<void>;
  stop(): Promise<void>;
  health(): Health;
}

/**
 * Runs a service until SIGTERM or SIGINT: the first signal stops it after what is under way, a second one at once.
 *
 * @returns Once the service has stopped.
 */
export async function runDaemon(
  service: Service,
  options: { healthHost: string; healthPort: number | undefined },
  { log, metrics }: { log: Logger; metrics: Metrics },
): Promise<void> {
  const stopped = new Promise<void>((resolve, reject) => {
    let stopping = false;
    const onSignal = (name: NodeJS.Signals): void => {
      if (stopping) {
        log.warn({ signal: name }, "second signal: leaving at once");
        process.exit(1);
      }
      stopping = true;
      log.info({ signal: name }, "stopping");
      service.stop().then(resolve, reject);
    };
    process.on("SIGTERM", onSignal);
    process.on("SIGINT", onSignal);
  });
  const server =
    options.healthPort === undefined
      ? undefined
      : await serveHealth(
          { host: options.healthHost, port: options.healthPort },
          { metrics, health: () => service.health() },
        );
  await service.start();
  log.info({ health: server?.listeningOrigin }, "started");
  try {
    await stopped;
  } finally {
    await server?.close();
  }
  log.info("stopped");
}

/** An agent and the parts that it uses: parts are closed after the agent, the last one first. */
export function serviceOf(
  agent: { start(): void; stop(): Promise<void>; health(): Health },
  parts: readonly { close(): Promise<unknown> }[],
): Service {
  return {
    start: () => {
      agent.start();
    },
    stop: async () => {
      await agent.stop();
      for (const part of parts.toReversed()) await part.close();
    },
    health: () => agent.health(),
  };
}
