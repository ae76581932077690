import type { Result } from "ethers";

import type { Hex } from "../../l2/base/hex.ts";
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
  const headerHash = hashHeader(header);
  const commitment = await l1.inbox.commitmentAt(header.index);
  if (commitment === headerHash) return FINAL;
  const told = await standingsOf(l1, headerHash);
  return told.findLast((standing) => commitmentOf(headerHash, standing) === commitment);
}

/**
 * What L1 keeps an answered request under, for who knows the header's hash alone.
 *
 * @returns Undefined where L1 has answered no request for the header.
 */
export async function answeredRequest(l1: L1, headerHash: Hex): Promise<Hex | undefined> {
  for (const standing of await standingsOf(l1, headerHash)) {
    const commitment = commitmentOf(headerHash, standing);
    if ((await l1.disputes.requestOf(commitment)).state === ANSWERED) return commitment;
  }
  return undefined;
}

/** `RequestState.Answered` of `IDisputes.sol`. */
const ANSWERED = 2n;

/** Every standing that L1 has told of a header, in order. */
async function standingsOf({ inbox, provider, addresses, fromBlock }: L1, headerHash: Hex): Promise<Standing[]> {
  const events = [inbox.interface.getEvent("BatchSubmitted"), inbox.interface.getEvent("BatchConfirmed")];
  const topics = [events.map(({ topicHash }) => topicHash), null, headerHash];
  const logs = await provider.getLogs({ address: addresses.inbox, fromBlock, topics });
  return logs.map((log) => readStanding(inbox.interface.parseLog(log)?.args["standing"] as Result));
}

/** L1 keeps nothing but the hash of a final header. */
const FINAL: Standing = {
  status: BATCH_STATUS.final,
  due: 0,
  signers: 0n,
  submitter: "0x0000000000000000000000000000000000000000",
};
