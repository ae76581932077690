import type { Result } from "ethers";

import type { Hex } from "../../l2/base/hex.ts";
import { hashHeader, toHeader, type BatchHeader } from "../../l2/batch/header.ts";
import { proveFinal } from "./archive.ts";
import type { L1 } from "./l1.ts";
import { commitmentOf, readStanding, type Standing } from "./standing.ts";

/**
 * Where a header stands on L1, for who does not follow L1. L1 keeps a commitment to a batch that waits for finality, which
 * one of the standings opens that its events told, and it checks a proof that a batch is final. No event is believed.
 *
 * @returns Undefined where another batch, or none, stands at the header's index.
 */
export async function lookUp(l1: L1, header: BatchHeader): Promise<{ standing: Standing; final: boolean } | undefined> {
  const headerHash = hashHeader(header);
  const commitment = await l1.inbox.commitmentAt(header.index);
  const { standings: told } = await tellings(l1, headerHash);
  const standing = told.findLast((each) => commitmentOf({ header, headerHash }, each) === commitment);
  if (standing !== undefined) return { standing, final: false };
  const last = told.at(-1);
  if (last === undefined) return undefined;
  const blockTag = await l1.provider.getBlockNumber();
  const { chain, following } = await proveFinal(l1, Number(header.index), blockTag);
  const final = await l1.inbox.isFinal(header.index, headerHash, chain, [...following], { blockTag });
  return final ? { standing: last, final } : undefined;
}

/**
 * What L1 keeps an answered request under, for who knows the header's hash alone.
 *
 * @returns Undefined where L1 has answered no request for the header.
 */
export async function answeredRequest(l1: L1, headerHash: Hex): Promise<Hex | undefined> {
  const { header, standings } = await tellings(l1, headerHash);
  if (header === undefined) return undefined;
  for (const standing of standings) {
    const commitment = commitmentOf({ header, headerHash }, standing);
    if ((await l1.disputes.requestOf(commitment)).state === ANSWERED) return commitment;
  }
  return undefined;
}

/** `RequestState.Answered` of `IDisputes.sol`. */
const ANSWERED = 2n;

/** A header, where L1 ever took it, and every standing that L1 has told of it, in order. */
async function tellings(
  { inbox, provider, addresses, fromBlock }: L1,
  headerHash: Hex,
): Promise<{ header: BatchHeader | undefined; standings: Standing[] }> {
  const events = [inbox.interface.getEvent("BatchSubmitted"), inbox.interface.getEvent("BatchConfirmed")];
  const topics = [events.map(({ topicHash }) => topicHash), null, headerHash];
  const logs = await provider.getLogs({ address: addresses.inbox, fromBlock, topics });
  const told = logs.map((log) => inbox.interface.parseLog(log)?.args as unknown as Record<string, unknown>);
  const header = told.map((args) => args["header"] as Result | undefined).find((each) => each !== undefined);
  return {
    header: header === undefined ? undefined : toHeader(header),
    standings: told.map((args) => readStanding(args["standing"] as Result)),
  };
}
