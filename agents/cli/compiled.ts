import { ensureCompiled } from "../../ignition/compiled.ts";

/**
 * Loads what carries a command out: it imports the contracts' types, which the contracts have to be compiled for. Flags and
 * help come before that.
 */
export async function compiled<T>(load: () => Promise<T>): Promise<T> {
  await ensureCompiled();
  return await load();
}
