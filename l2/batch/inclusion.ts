import type { Hex } from "../base/hex.ts";
import { keccakHex } from "../base/keccak.ts";
import type { BlockContext, L2Transaction } from "../protocol/l2-transaction.ts";
import { type BatchHeader } from "./header.ts";
import { batchTree, mttbrLeafValue, placementValue, verifyLeaf } from "./tree.ts";

/** Proof that a transaction is in a batch, and of the state after it (step Q7). A fraud proof has the same parts. */
export interface InclusionProof {
  /** Place in the batch. */
  readonly index: number;
  readonly context: BlockContext;
  readonly txHash: Hex;
  /** Merkle proof in the MTTBR. */
  readonly transactionProof: readonly Hex[];
  /** State root after the transaction. */
  readonly stateRoot: Hex;
  /** Merkle proof in the MTSR. */
  readonly stateProof: readonly Hex[];
}

/**
 * Proves transaction `index` of a batch.
 * @throws RangeError beyond the last transaction.
 */
export function proveInclusion(
  transactions: readonly L2Transaction[],
  stateRoots: readonly Hex[],
  index: number,
): InclusionProof {
  const [transaction, stateRoot] = [transactions[index], stateRoots[index]];
  if (transaction === undefined || stateRoot === undefined) {
    throw new RangeError(`Transaction ${index} of a batch of ${transactions.length}, expected a lower index.`);
  }
  return {
    index,
    context: transaction.context,
    txHash: keccakHex(transaction.raw),
    transactionProof: batchTree(transactions.map(mttbrLeafValue)).proof(index),
    stateRoot,
    stateProof: batchTree(stateRoots).proof(index),
  };
}

/**
 * Checks a proof against the header that L1 keeps.
 * @returns Why the proof is wrong; nothing if it is right.
 */
export function checkInclusion(
  header: Pick<BatchHeader, "txCount" | "mttbr" | "mtsr">,
  proof: InclusionProof,
): string | undefined {
  if (BigInt(proof.index) >= header.txCount) return `index ${proof.index} is not below ${header.txCount}`;
  const value = placementValue(proof.context, proof.txHash);
  if (!verifyLeaf(header.mttbr, proof.index, value, proof.transactionProof)) {
    return `transaction ${proof.txHash} is not at index ${proof.index} of the MTTBR`;
  }
  if (!verifyLeaf(header.mtsr, proof.index, proof.stateRoot, proof.stateProof)) {
    return `state root ${proof.stateRoot} is not at index ${proof.index} of the MTSR`;
  }
  return undefined;
}
