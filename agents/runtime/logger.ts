import { destination, pino, type Logger } from "pino";

export type { Logger };

/** Levels that an agent can log at. */
export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "silent"] as const;

/**
 * A structured logger: one JSON object per line on standard error.
 *
 * @param name The agent's role.
 */
export function createLogger(name: string, level: string): Logger {
  return pino(
    { name, level, formatters: { level: (label) => ({ level: label }) } },
    destination({ fd: 2, sync: true }),
  );
}
