import type { BlockSigner } from "../../l2/protocol/block.ts";

/** Whoever signs with a peer's key: an ethers `Wallet`, or a remote signer. */
export interface PeerKey extends BlockSigner {
  /** The key's address, as the sequencer set knows it. */
  readonly address: string;
}
