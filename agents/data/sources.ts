import type { BatchHeader } from "../../l2/batch/header.ts";
import { AgentError, messageOf } from "../runtime/errors.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Metrics } from "../runtime/metrics.ts";
import { matches, type BatchData, type DataSource } from "./batch-data.ts";

/**
 * Looks for a batch's data in one source after the other (steps 8c, 9, 9.1). A source that fails is skipped.
 *
 * @param options.strict Throws where a source has the very bytes that L1 recorded, and they are not the batch's data:
 * L1 has to settle that, whatever other sources have.
 * @returns Data whose count, size and MTTBR are the header's; undefined where no source has it.
 * @throws {AgentError} `DATA_MALFORMED` where it is strict.
 */
export async function findData(
  sources: readonly DataSource[],
  header: BatchHeader,
  { log, metrics }: { log: Logger; metrics: Metrics },
  { strict = false }: { strict?: boolean } = {},
): Promise<BatchData | undefined> {
  for (const source of sources) {
    const about = { batch: Number(header.index), source: source.name };
    const count = (outcome: string): void => {
      metrics.storageReads.inc({ source: source.name, outcome });
    };
    try {
      const data = await source.fetch(header);
      if (matches(header, data)) {
        count("ok");
        return data;
      }
      // Only a storage knows state roots, and what it gives has the hash that L1 recorded beside another MTTBR.
      if (data.stateRoots !== undefined) {
        throw new AgentError("DATA_MALFORMED", `[11] the MTTBR of object ${header.dataHash} is not ${header.mttbr}`);
      }
      count("other data");
      log.warn(about, "this source has other data than the batch's");
    } catch (error) {
      const known = error instanceof AgentError;
      if (strict && known && error.code === "DATA_MALFORMED") throw error;
      count(known ? error.code : "failed");
      log[known ? "info" : "warn"]({ ...about, reason: messageOf(error) }, "[9.1] no data from this source");
    }
  }
  return undefined;
}
