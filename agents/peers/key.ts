import type { BlockSigner } from "../../l2/protocol/block.ts";

/** Whoever signs with a peer's key: an ethers `Wallet`, or a remote signer. */
export interface PeerKey extends BlockSigner {
  /** The key's address, as the sequencer set knows it. */
  readonly address: string;
}

/**
 * The one among a sequencer's keys that L1 names.
 *
 * @param named The address of the key that counts.
 */
export function keyNamed(keys: readonly PeerKey[], named: string | undefined): PeerKey | undefined {
  return keys.find(({ address }) => address === named);
}
