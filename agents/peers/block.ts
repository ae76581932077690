import { toSignedBlock } from "../../l2/protocol/block.ts";
import type { Block, SignedBlock } from "../../l2/protocol/block.ts";

/** A block as it goes to peers; undefined for one that carries no signature, which peers take from L1. */
export function signedBlock(block: Block): SignedBlock | undefined {
  return block.signature === undefined ? undefined : toSignedBlock(block);
}
