import type { Block, SignedBlock } from "../../l2/block.ts";

/** A block as it goes to peers; undefined for one that carries no signature, which peers take from L1. */
export function signedBlock(block: Block): SignedBlock | undefined {
  if (block.signature === undefined) return undefined;
  const { number, hash, parentHash, timestamp, coinbase, stateRoot, transactions, signature } = block;
  return { number, hash, parentHash, timestamp, coinbase, stateRoot, transactions, signature };
}
