import type { BatchExecution } from "../../l2/batch/build.ts";
import type { L2Transaction } from "../../l2/protocol/l2-transaction.ts";
import type { BatchHeader } from "../../l2/batch/header.ts";
import { batchTree, mttbrLeafValue } from "../../l2/batch/tree.ts";
import { keccakHex } from "../../l2/base/keccak.ts";
import type { Hex } from "../../l2/base/hex.ts";
import type { BatchData } from "../data/batch-data.ts";

/** A transaction's block and its proof in the MTTBR; the struct of `IFraudProofs.sol`. */
export interface Placement {
  index: number;
  context: L2Transaction["context"];
  txHash: Hex;
  proof: Hex[];
}

/** What a batch's transactions turn out to be. */
export type Judgement =
  /** Everything that the header says is so (11.3.1). */
  | { verdict: "right" }
  /** Transaction `index` is invalid or leads to another state root than claimed (11.5). */
  | { verdict: "wrong transition"; index: number; claimed: Hex[] }
  /** Two neighbours' blocks are out of order. */
  | { verdict: "disorder"; first: Placement; second: Placement }
  /** The first or last transaction is not in the header's first or last block. */
  | { verdict: "misplacement"; placement: Placement }
  /** The header is wrong in a way that only recomputation of posted data shows (11.6). */
  | { verdict: "wrong data"; reason: string };

/** Compares the blocks of transactions with each other and with the header. Nothing where all is in order. */
export function judgeOrder(header: BatchHeader, transactions: readonly L2Transaction[]): Judgement | undefined {
  const tree = batchTree(transactions.map(mttbrLeafValue));
  const place = (index: number): Placement => {
    const { context, raw } = transactions[index] as L2Transaction;
    return { index, context, txHash: keccakHex(raw), proof: tree.proof(index) };
  };
  for (let index = 1; index < transactions.length; index++) {
    const [before, after] = [transactions[index - 1] as L2Transaction, transactions[index] as L2Transaction];
    if (!inOrder(before.context, after.context)) {
      return { verdict: "disorder", first: place(index - 1), second: place(index) };
    }
  }
  const first = place(0);
  if (first.context.number !== header.firstBlock || first.context.timestamp !== header.firstTimestamp) {
    return { verdict: "misplacement", placement: first };
  }
  const last = place(transactions.length - 1);
  if (last.context.number !== header.lastBlock || last.context.timestamp !== header.lastTimestamp) {
    return { verdict: "misplacement", placement: last };
  }
  return undefined;
}

/**
 * Compares one's own execution with the header (steps 11.2, 11.3, 8e).
 *
 * @param claimed State roots that the object in storage claims; undefined without the object.
 */
export function judgeExecution(header: BatchHeader, own: BatchExecution, claimed: BatchData["stateRoots"]): Judgement {
  if (own.mtsr === header.mtsr) {
    if (own.gasUsed === header.gasUsed) return { verdict: "right" };
    return { verdict: "wrong data", reason: `gas used is ${own.gasUsed}; the header says ${header.gasUsed}` };
  }
  const reason = own.invalid === undefined ? "the MTSR differs" : `transaction ${own.invalid.index} is invalid`;
  if (claimed === undefined || BigInt(claimed.length) !== header.txCount || batchTree(claimed).root !== header.mtsr) {
    return { verdict: "wrong data", reason: `${reason}, and the claimed state roots are missing` };
  }
  const differing = own.stateRoots.findIndex((root, index) => root !== claimed[index]);
  const index = differing === -1 ? own.stateRoots.length : differing;
  if (own.invalid?.index === index && own.invalid.error.code === "TOO_LARGE") {
    // It may be too large for any L1 transaction: then nobody can prove or recompute it, and the request expires.
    return { verdict: "wrong data", reason: own.invalid.error.message };
  }
  return { verdict: "wrong transition", index, claimed };
}

function inOrder(before: L2Transaction["context"], after: L2Transaction["context"]): boolean {
  if (after.number > before.number) return after.timestamp >= before.timestamp;
  const same = after.timestamp === before.timestamp && after.coinbase.toLowerCase() === before.coinbase.toLowerCase();
  return after.number === before.number && same;
}
