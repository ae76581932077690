import type { Clock } from "./clock.ts";

/** How often and how patiently to try again; times in milliseconds. */
export interface RetryOptions {
  attempts: number;
  delay: number;
  maxDelay: number;
}

/** Delay before attempt `attempt` (0 is the first retry): doubles up to the maximum. */
export function backoff(attempt: number, { delay, maxDelay }: Pick<RetryOptions, "delay" | "maxDelay">): number {
  return Math.min(maxDelay, delay * 2 ** Math.min(attempt, 30));
}

/**
 * Runs `action` until it succeeds.
 *
 * @param retryable Says whether a failure may pass by itself; other failures are thrown at once.
 * @throws The last failure when the attempts are used up or the signal is aborted.
 */
export async function retry<T>(
  action: () => Promise<T>,
  options: RetryOptions,
  {
    clock,
    signal,
    retryable = () => true,
  }: { clock: Clock; signal?: AbortSignal; retryable?: (error: unknown) => boolean },
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await action();
    } catch (error) {
      // After an aborted sleep one more attempt is made, and its failure is thrown.
      if (attempt + 1 >= options.attempts || signal?.aborted === true || !retryable(error)) throw error;
      await clock.sleep(backoff(attempt, options), signal);
    }
  }
}
