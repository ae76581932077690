import fastify, { type FastifyInstance } from "fastify";

import type { Metrics } from "./metrics.ts";

/** The health of an agent, as `/healthz` answers it. */
export interface Health {
  healthy: boolean;
  /** Why it is not healthy, or what it does now. */
  detail: string;
}

/**
 * Serves `/healthz` (200 or 503) and `/metrics` (Prometheus text).
 *
 * @param port TCP port; 0 picks a free one.
 * @returns The server, listening; `close()` ends it.
 */
export async function serveHealth(
  { host, port }: { host: string; port: number },
  { metrics, health }: { metrics: Metrics; health: () => Health },
): Promise<FastifyInstance> {
  const server = fastify({ forceCloseConnections: true });
  server.get("/healthz", (_, reply) => {
    const state = health();
    return reply.code(state.healthy ? 200 : 503).send(state);
  });
  server.get("/metrics", async (_, reply) =>
    reply.header("content-type", metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
  await server.listen({ host, port });
  return server;
}
