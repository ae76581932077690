import type { FastifyInstance } from "fastify";

/** How long a browser may remember the answer to a preflight, in seconds. */
const MAX_AGE = 7_200;

/**
 * Lets pages of other origins call a server (CORS). Errors carry the headers too: without them a browser hides the
 * answer from the page.
 *
 * @param origins Origins as browsers send them, such as `https://app.example`; `*` among them allows all. An origin
 * that is not allowed gets no header that allows anything.
 */
export function allowOrigins(http: FastifyInstance, origins: readonly string[]): void {
  const allowed = (origin: string | undefined): string | undefined => {
    if (origins.includes("*")) return "*";
    return origin !== undefined && origins.includes(origin) ? origin : undefined;
  };
  http.addHook("onRequest", (request, reply, done) => {
    const origin = allowed(request.headers.origin);
    reply.header("vary", "Origin");
    if (origin !== undefined) reply.header("access-control-allow-origin", origin);
    done();
  });
  http.options("/", (request, reply) => {
    reply.header("vary", "Origin, Access-Control-Request-Headers");
    if (allowed(request.headers.origin) !== undefined) {
      reply.headers({
        "access-control-allow-methods": "POST",
        "access-control-allow-headers": request.headers["access-control-request-headers"] ?? "content-type",
        "access-control-max-age": String(MAX_AGE),
      });
    }
    return reply.code(204).send();
  });
}
