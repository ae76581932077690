import { type BatchExecution, executeBatch } from "../../l2/batch/build.ts";
import type { BatchHeader } from "../../l2/batch/header.ts";
import { batchTree } from "../../l2/batch/tree.ts";
import { type Hex, ZERO_HASH } from "../../l2/base/hex.ts";
import type { ChainConfig } from "../../l2/protocol/config.ts";
import { type L2Transaction, RANDOMNESS, sameBlock } from "../../l2/protocol/l2-transaction.ts";
import type { StateStore } from "../../l2/state/state.ts";
import type { BatchData } from "../data/batch-data.ts";

/** What a range of one shows to be wrong, by what L1 calls it: a member of `Fault` in `IDisputes.sol`. */
export type FaultKind = "transition" | "order" | "placement";

/** What a batch's transactions turn out to be. */
export type Judgement =
  /** Everything that the header says is so (11.3.1). */
  | { readonly verdict: "right" }
  /**
   * The transition at `index` shows it (11.5): it leads to another state root than claimed or cannot be executed, it runs
   * in another block than it may after the one before, or it is not in the block that the header names.
   */
  | { readonly verdict: "wrong"; readonly fault: FaultKind; readonly index: number }
  /** All transitions together show it: they use other gas, or have another size, than the header says. */
  | { readonly verdict: "wrong sum"; readonly reason: string }
  /** Nothing that is known shows it: L1 has to wait for what nobody can show (11.6). */
  | { readonly verdict: "unshown"; readonly reason: string };

/** What one's own execution of a batch led to, and what it says of the header. */
export interface Judged {
  readonly judgement: Judgement;
  /** The state root after a transition that leads to another than claimed; zero where there is none. */
  readonly truth?: Hex;
  /** The state roots that the header claims; absent where nobody gave them. */
  readonly claimed?: readonly Hex[];
  /** L2 gas of each transaction up to the first invalid one; absent where nothing was executed. */
  readonly gas?: readonly bigint[];
}

/**
 * Compares the blocks of transactions with each other and with the header. It needs no state.
 *
 * @param config The chain's base fee, which is that of every header so far.
 * @returns Nothing where all is in order.
 */
export function judgeOrder(
  header: BatchHeader,
  transactions: readonly L2Transaction[],
  { baseFee }: Pick<ChainConfig, "baseFee">,
): Judgement | undefined {
  if (header.baseFee !== baseFee) return { verdict: "wrong", fault: "placement", index: 0 };
  for (const [index, { context }] of transactions.entries()) {
    const before = transactions[index - 1];
    const place = { verdict: "wrong", index } as const;
    if (before !== undefined && !inOrder(before.context, context)) return { ...place, fault: "order" };
    const first = index === 0 && !(context.number === header.firstBlock && context.timestamp === header.firstTimestamp);
    const last =
      index === transactions.length - 1 &&
      !(context.number === header.lastBlock && context.timestamp === header.lastTimestamp);
    if (first || last || context.randomness !== RANDOMNESS) return { ...place, fault: "placement" };
  }
  return undefined;
}

/**
 * Compares one's own execution with the header (steps 11.2, 11.3, 8e).
 *
 * @param claimed State roots that the header commits to; undefined where nobody gave them.
 * @param size Bytes of the transactions as a batch encodes them; undefined where their blocks are out of order.
 */
export function judgeExecution(
  header: BatchHeader,
  own: BatchExecution,
  claimed: readonly Hex[] | undefined,
  size: number | undefined,
): Judgement {
  if (own.mtsr === header.mtsr) {
    if (own.stateRoots.at(-1) !== header.postStateRoot) {
      return { verdict: "wrong", fault: "transition", index: own.stateRoots.length - 1 };
    }
    if (own.gasUsed !== header.gasUsed) {
      return { verdict: "wrong sum", reason: `gas used is ${own.gasUsed}; the header says ${header.gasUsed}` };
    }
    if (size !== undefined && BigInt(size) !== header.dataSize) {
      return { verdict: "wrong sum", reason: `the data has ${size} bytes; the header says ${header.dataSize}` };
    }
    return { verdict: "right" };
  }
  const reason = own.invalid === undefined ? "the MTSR differs" : `transaction ${own.invalid.index} is invalid`;
  if (claimed === undefined)
    return { verdict: "unshown", reason: `${reason}, and nobody gives the claimed state roots` };
  const differing = own.stateRoots.findIndex((root, index) => root !== claimed[index]);
  const index = differing === -1 ? own.stateRoots.length : differing;
  if (own.invalid?.index === index && own.invalid.error.code === "TOO_LARGE") {
    // It may be too large for any L1 transaction: then nobody can show or answer it, and the window ends it.
    return { verdict: "unshown", reason: own.invalid.error.message };
  }
  return { verdict: "wrong", fault: "transition", index };
}

/**
 * Judges a batch by executing it, as far as that is possible (steps 10 to 11.3).
 *
 * @param data Transactions that the header commits to.
 * @returns Nothing where it depends on the state before the batch, and the store does not have it.
 */
export async function judge(
  config: ChainConfig,
  states: StateStore,
  header: BatchHeader,
  { transactions, data, stateRoots }: Pick<BatchData, "transactions" | "data" | "stateRoots">,
): Promise<Judged | undefined> {
  const given = stateRoots !== undefined && isClaimed(header, stateRoots) ? stateRoots : undefined;
  const order = judgeOrder(header, transactions, config);
  const executable = await states.has(header.preStateRoot);
  if (!executable) {
    if (order === undefined) return undefined;
    return given === undefined ? { judgement: withoutRoots(order) } : { judgement: order, claimed: given };
  }
  const own = await executeBatch(config, states, header.preStateRoot, transactions);
  const claimed = given ?? (own.mtsr === header.mtsr ? own.stateRoots : undefined);
  const execution = judgeExecution(header, own, claimed, data?.length);
  // What comes first is shown: the state before it is known.
  const earlier = order?.verdict === "wrong" && execution.verdict === "wrong" && execution.index < order.index;
  const found = order === undefined || earlier ? execution : order;
  if (claimed === undefined) return { judgement: withoutRoots(found), gas: own.gas };
  return { judgement: found, truth: truthOf(found, own, claimed), claimed, gas: own.gas };
}

/** The state root after a transition that leads to another than claimed; zero where there is none. */
function truthOf(found: Judgement, { stateRoots }: BatchExecution, claimed: readonly Hex[]): Hex {
  if (found.verdict !== "wrong" || found.fault !== "transition") return ZERO_HASH;
  const root = stateRoots[found.index];
  return root === undefined || root === claimed[found.index] ? ZERO_HASH : root;
}

/** Whether a header commits to these state roots. */
function isClaimed(header: BatchHeader, stateRoots: readonly Hex[]): boolean {
  return BigInt(stateRoots.length) === header.txCount && batchTree(stateRoots).root === header.mtsr;
}

function withoutRoots(judgement: Judgement): Judgement {
  if (judgement.verdict !== "wrong") return judgement;
  const reason = `transition ${judgement.index} has a wrong ${judgement.fault}, and nobody gives the claimed state roots`;
  return { verdict: "unshown", reason };
}

function inOrder(before: L2Transaction["context"], after: L2Transaction["context"]): boolean {
  if (after.number > before.number) return after.timestamp >= before.timestamp;
  return sameBlock(before, after);
}
