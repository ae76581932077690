/** Proofs that a header is final, which L1 checks for all time (`IBatchInbox.isFinal`). */
import { concat, keccak256, toBeHex } from "ethers";

import { asHash, type Hex, ZERO_HASH } from "../../l2/base/hex.ts";
import type { L1 } from "./l1.ts";

/** Headers that L1 keeps in one word: `Archive.GROUP`. */
const GROUP = 32;

/** What `isFinal` takes beside index and hash. */
export interface ArchiveProof {
  /** The headers before it in its group, folded. */
  readonly chain: Hex;
  /** The headers after it in its group, as far as they are final. */
  readonly following: readonly Hex[];
}

/**
 * Reads the proof of the final batch at an index out of L1's events, as of an L1 block. Whether they were told truly,
 * `isFinal` says.
 */
export async function proveFinal(
  { inbox, provider, addresses, fromBlock }: L1,
  index: number,
  block: number,
): Promise<ArchiveProof> {
  const first = index - (index % GROUP);
  const indices = Array.from({ length: GROUP }, (_, place) => toBeHex(first + place, 32));
  const { topicHash } = inbox.interface.getEvent("BatchFinalised");
  const topics = [topicHash, indices];
  const logs = await provider.getLogs({ address: addresses.inbox, fromBlock, toBlock: block, topics });
  const hashes = logs
    .toSorted((a, b) => Number(BigInt(a.topics[1] ?? 0) - BigInt(b.topics[1] ?? 0)))
    .map((log) => asHash(log.topics[2] ?? ZERO_HASH));
  const place = index - first;
  return {
    chain: hashes.slice(0, place).reduce<Hex>((chain, hash) => asHash(keccak256(concat([chain, hash]))), ZERO_HASH),
    following: hashes.slice(place + 1),
  };
}
