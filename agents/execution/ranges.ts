import { ZeroAddress } from "ethers";

import { type Hex, ZERO_HASH, toHex } from "../../l2/base/hex.ts";
import { keccakHex } from "../../l2/base/keccak.ts";
import { encodeRecords } from "../../l2/batch/encoding.ts";
import type { BatchHeader } from "../../l2/batch/header.ts";
import { type BatchTree, batchTree, mttbrLeafValue } from "../../l2/batch/tree.ts";
import { type BlockContext, CONTEXT_SIZE, type L2Transaction, sameBlock } from "../../l2/protocol/l2-transaction.ts";

/** Neighbouring transitions as L1 takes them: the struct of `IDisputes.sol`. */
export interface Range {
  readonly from: number;
  readonly before: BlockContext;
  readonly hashBefore: Hex;
  readonly records: Hex;
  readonly recordProof: Hex[];
  readonly stateRoots: Hex[];
  readonly rootProof: Hex[];
}

const NO_BLOCK: BlockContext = { number: 0n, timestamp: 0n, coinbase: ZeroAddress, randomness: ZERO_HASH };

/** What a header commits to: its transactions, and the state roots that it claims. */
export class Transitions {
  readonly header: BatchHeader;
  readonly transactions: readonly L2Transaction[];
  readonly stateRoots: readonly Hex[];
  readonly #recordTree: BatchTree;
  readonly #rootTree: BatchTree;

  /** @throws RangeError where these are not what the header commits to: nothing can be shown with them then. */
  constructor(header: BatchHeader, transactions: readonly L2Transaction[], stateRoots: readonly Hex[]) {
    this.header = header;
    this.transactions = transactions;
    this.stateRoots = stateRoots;
    this.#recordTree = batchTree(transactions.map(mttbrLeafValue));
    this.#rootTree = batchTree(stateRoots);
    const { mttbr, mtsr } = header;
    if (this.#recordTree.root !== mttbr || this.#rootTree.root !== mtsr || this.count !== Number(header.txCount)) {
      throw new RangeError(`These transactions and state roots are not those of ${mttbr} and ${mtsr}.`);
    }
  }

  get count(): number {
    return this.transactions.length;
  }

  /** The state root that the header claims before a transaction. */
  rootBefore(index: number): Hex {
    return index === 0 ? this.header.preStateRoot : (this.stateRoots[index - 1] as Hex);
  }

  /** The transitions `[from, to)` with their proofs (steps 11.4, 11.8). */
  range(from: number, to: number): Range {
    const first = Math.max(from - 1, 0);
    const before = from === 0 ? undefined : this.transactions[from - 1];
    return {
      from,
      before: before?.context ?? NO_BLOCK,
      hashBefore: before === undefined ? ZERO_HASH : keccakHex(before.raw),
      records: toHex(encodeLeniently(this.transactions.slice(from, to))),
      recordProof: this.#recordTree.rangeProof(first, to),
      stateRoots: this.stateRoots.slice(first, to),
      rootProof: this.#rootTree.rangeProof(first, to),
    };
  }
}

/** Records of transactions whose blocks may be out of order, which a batch's own encoding cannot express. */
export function encodeLeniently(transactions: readonly L2Transaction[]): Uint8Array {
  const records = transactions.map((transaction, index) => {
    const record = encodeRecords([transaction]);
    const before = transactions[index - 1];
    if (before === undefined || !sameBlock(before.context, transaction.context)) return record;
    return Buffer.concat([Buffer.of(0), record.subarray(1 + CONTEXT_SIZE)]);
  });
  return new Uint8Array(Buffer.concat(records));
}
