import { zeroPadValue, toBeHex, type Result } from "ethers";

import { hashHeader, type BatchHeader } from "../../l2/batch/header.ts";
import type { L1 } from "./l1.ts";
import { BATCH_STATUS, commitmentOf, readStanding, type Standing } from "./standing.ts";

/**
 * Where a header stands on L1, for who does not follow L1: L1 keeps a commitment only, which one of the standings that
 * its events told opens. Nobody has to be trusted for it.
 *
 * @returns Undefined where another batch, or none, stands at the header's index.
 */
export async function lookUp(l1: L1, header: BatchHeader): Promise<Standing | undefined> {
  const { inbox, provider, addresses, fromBlock } = l1;
  const headerHash = hashHeader(header);
  const commitment = await inbox.commitmentAt(header.index);
  if (commitment === headerHash) return FINAL;
  const names = ["BatchSubmitted", "BatchConfirmed"];
  const logs = await provider.getLogs({
    address: addresses.inbox,
    fromBlock,
    topics: [
      names.map((name) => inbox.interface.getEvent(name as "BatchSubmitted").topicHash),
      zeroPadValue(toBeHex(header.index), 32),
      headerHash,
    ],
  });
  return logs
    .map((log) => readStanding(inbox.interface.parseLog(log)?.args["standing"] as Result))
    .findLast((standing) => commitmentOf(headerHash, standing) === commitment);
}

/** L1 keeps nothing but the hash of a final header. */
const FINAL: Standing = {
  status: BATCH_STATUS.final,
  due: 0,
  signers: 0n,
  submitter: "0x0000000000000000000000000000000000000000",
};
