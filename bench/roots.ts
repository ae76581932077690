/**
 * Computes MTTBR and MTSR of a batch of 100,000 transactions here and with OpenZeppelin's `StandardMerkleTree`, in one
 * run and from the same transactions, and prints both times and their ratio.
 */
import { randomBytes } from "node:crypto";

import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import { ZeroAddress, solidityPackedKeccak256 } from "ethers";

import { type L2Transaction, RANDOMNESS } from "../l2/protocol/l2-transaction.ts";
import { batchTree, mttbrLeafValue, treeHeight } from "../l2/batch/tree.ts";
import { type Hex, ZERO_HASH, asHash, toHex } from "../l2/base/hex.ts";
import { keccakHex } from "../l2/base/keccak.ts";

interface Roots {
  readonly mttbr: Hex;
  readonly mtsr: Hex;
}

/** Times of one run, in seconds. */
export interface RootsMeasure {
  readonly count: number;
  readonly ours: number;
  readonly standard: number;
}

/** @throws Error where the roots differ. */
export function measureRoots(count: number): RootsMeasure {
  const transactions = Array.from({ length: count }, (_, index): L2Transaction => {
    const block = BigInt(Math.floor(index / 100));
    return {
      context: { number: block, timestamp: block, coinbase: ZeroAddress, randomness: RANDOMNESS },
      raw: randomBytes(115),
    };
  });
  const stateRoots = transactions.map(() => toHex(randomBytes(32)));
  const ours = time(() => ({
    mttbr: batchTree(transactions.map(mttbrLeafValue)).root,
    mtsr: batchTree(stateRoots).root,
  }));
  const standard = time(() => ({
    mttbr: standardRoot(transactions.map(standardValue)),
    mtsr: standardRoot(stateRoots),
  }));
  if (ours.roots.mttbr !== standard.roots.mttbr || ours.roots.mtsr !== standard.roots.mtsr) {
    throw new Error("The roots differ from those of StandardMerkleTree.");
  }
  return { count, ours: ours.seconds, standard: standard.seconds };
}

function time(run: () => Roots): { roots: Roots; seconds: number } {
  const start = performance.now();
  const roots = run();
  return { roots, seconds: (performance.now() - start) / 1000 };
}

function standardValue({ context: { number, timestamp, coinbase, randomness }, raw }: L2Transaction): Hex {
  const values = [number, timestamp, coinbase, randomness, keccakHex(raw)];
  return asHash(solidityPackedKeccak256(["uint64", "uint64", "address", "bytes32", "bytes32"], values));
}

function standardRoot(values: readonly Hex[]): Hex {
  const rows = Array.from({ length: 2 ** treeHeight(values.length) }, (_, index): [number, Hex] => [
    index,
    values[index] ?? ZERO_HASH,
  ]);
  return asHash(StandardMerkleTree.of(rows, ["uint256", "bytes32"], { sortLeaves: false }).root);
}
