import type { Hex } from "../../l2/base/hex.ts";
import type { PublicRecord, RequestRecord } from "./record.ts";

/** The request that L1 keeps under a commitment. */
export function requestUnder({ requests }: PublicRecord, commitment: Hex): RequestRecord | undefined {
  return Object.values(requests).find((request) => request.commitment === commitment);
}
