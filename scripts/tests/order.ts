/** Seconds that each file took when times were last recorded. */
export type Times = Readonly<Record<string, number>>;

/** What a file counts as that has no time yet. */
const UNKNOWN_SECONDS = 5;

/** Seconds that a file is expected to take. */
export function expectedSeconds(file: string, times: Times): number {
  return times[file] ?? UNKNOWN_SECONDS;
}

/**
 * The order in which processes take files so that all of them end at about the same time: the longest first, each by
 * whoever is free.
 */
export function longestFirst(files: readonly string[], times: Times): string[] {
  return [...files].sort((a, b) => expectedSeconds(b, times) - expectedSeconds(a, times) || (a < b ? -1 : 1));
}

/** Seconds until the last of so many processes is done with files in this order. */
export function forecast(ordered: readonly string[], times: Times, processes: number): number {
  const busyUntil = Array.from({ length: processes }, () => 0);
  for (const file of ordered) {
    const free = busyUntil.indexOf(Math.min(...busyUntil));
    busyUntil[free]! += expectedSeconds(file, times);
  }
  return Math.max(...busyUntil);
}
