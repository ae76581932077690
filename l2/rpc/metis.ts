import { proveInclusion } from "../batch/inclusion.ts";
import { batchTree, mttbrLeafValue } from "../batch/tree.ts";
import { blockTransactions } from "../protocol/block.ts";
import type { Hex } from "../base/hex.ts";
import { RpcError } from "./errors.ts";
import { formatBatch, formatHeader, quantity } from "./format.ts";
import type { Method, Node } from "./methods.ts";
import { invalid } from "./params.ts";
import { type BatchView, type SystemState, batchOfBlock, finalisedBlock } from "./system.ts";

/** Most batches that one call gives. */
const PAGE = 100;

/** What Metis L2 adds to Ethereum's methods. */
export const METIS_METHODS: Record<string, Method> = {
  metis_currentSequencer: { params: 0, run: async (node) => (await systemOf(node).currentSequencer()) ?? null },

  metis_insecure: {
    params: 0,
    run: async (node) => {
      const system = systemOf(node);
      return { insecure: await system.insecure(), secureBelow: quantity(await system.secureBelow()) };
    },
  },

  metis_getBatch: {
    params: 1,
    run: async (node, params) => {
      const batch = await systemOf(node).batch(params.quantity(0));
      return batch === undefined ? null : formatBatch(batch);
    },
  },

  metis_batches: {
    params: 2,
    run: async (node, params) => {
      const system = systemOf(node);
      const count = params.has(1) ? params.count(1) : PAGE;
      if (count > PAGE) throw invalid("params[1]", `at most ${PAGE}`, count);
      const head = await system.batchCount();
      const last = BigInt(count) < head ? head - BigInt(count) : 0n;
      const from = params.has(0) ? params.quantity(0) : last;
      const batches: unknown[] = [];
      for (let index = from; index < from + BigInt(count) && index < head; index++) {
        const batch = await system.batch(index);
        if (batch !== undefined) batches.push(formatBatch(batch));
      }
      return batches;
    },
  },

  metis_getBlockBatchStatus: {
    params: 1,
    run: async (node, params) => {
      const block = await node.blockAt(params.raw(0));
      const batch = await batchOfBlock(systemOf(node), block.number);
      if (batch === undefined) {
        const final = block.number <= (await finalisedBlock(node.chain, node.system));
        return { block: quantity(block.number), batch: null, status: final ? "final" : "unbatched", held: false };
      }
      const { header, status, held } = batch;
      return { block: quantity(block.number), batch: quantity(header.index), status, held };
    },
  },

  metis_transactionStatus: {
    params: 1,
    run: async (node, params) => {
      const found = await node.status(params.hash(0));
      return Object.fromEntries(
        Object.entries(found).map(([name, value]) => [name, typeof value === "number" ? quantity(value) : value]),
      );
    },
  },

  metis_getBatchProof: {
    params: 1,
    run: async (node, params) => {
      const hash = params.hash(0);
      const transaction = await node.chain.transaction(hash);
      if (transaction?.block === undefined) return null;
      const batch = await batchOfBlock(systemOf(node), transaction.block);
      return batch === undefined ? null : await prove(node, batch, hash);
    },
  },
};

/** Proves that a transaction lies in a batch, from the chain's own blocks (step Q7). */
async function prove(node: Node, batch: BatchView, hash: Hex): Promise<unknown> {
  const { header } = batch;
  const blocks = await node.chain.blocks(Number(header.firstBlock), Number(header.lastBlock));
  const transactions = blocks.flatMap(blockTransactions);
  const stateRoots = blocks.flatMap((block) => block.stateRoots);
  const index = blocks.flatMap((block) => block.transactionHashes).indexOf(hash);
  const same =
    transactions.length > 0 &&
    batchTree(transactions.map(mttbrLeafValue)).root === header.mttbr &&
    batchTree(stateRoots).root === header.mtsr;
  if (!same || index < 0) {
    throw new RpcError("serverError", `The node's blocks are not those of batch ${header.index} on L1.`);
  }
  const { context, ...proof } = proveInclusion(transactions, stateRoots, index);
  const { number, timestamp, coinbase, randomness } = context;
  return {
    ...proof,
    index: quantity(proof.index),
    context: { number: quantity(number), timestamp: quantity(timestamp), coinbase, randomness },
    header: formatHeader(header),
    headerHash: batch.headerHash,
    status: batch.status,
    held: batch.held,
  };
}

function systemOf(node: Node): SystemState {
  if (node.system === undefined) throw new RpcError("resourceNotFound", "This node does not follow L1.");
  return node.system;
}
