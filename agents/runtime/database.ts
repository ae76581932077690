import { AgentError, messageOf } from "./errors.ts";

/** What to do about it, by what the database says. */
const REASONS: Readonly<Record<string, string>> = {
  LEVEL_LOCKED: "another process has it open; expected a --data-dir of its own for every agent",
  LEVEL_CORRUPTION: "it is damaged; restore it, or remove it to start over from L1 and the peers",
};

/**
 * Opens a database in a directory.
 *
 * @throws {AgentError} `CONFIG` naming the directory, and whether it is in use, damaged or out of reach.
 */
export async function openDatabase<T>(directory: string, open: (directory: string) => Promise<T>): Promise<T> {
  try {
    return await open(directory);
  } catch (error) {
    const { code, cause } = (error ?? {}) as { code?: unknown; cause?: { code?: unknown } };
    if (code !== "LEVEL_DATABASE_NOT_OPEN") throw error;
    const reason = REASONS[String(cause?.code)] ?? messageOf(cause);
    throw new AgentError("CONFIG", `cannot open the database in ${directory}: ${reason}`, { cause: error });
  }
}
