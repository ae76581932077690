import type { Block } from "../protocol/block.ts";
import { BLOB_BASE_FEE } from "../protocol/config.ts";
import { fromHex } from "../base/hex.ts";
import { keccakHex } from "../base/keccak.ts";
import type { StateReader } from "../state/state.ts";
import { call, createAccessList, estimateGas } from "./call.ts";
import { feeHistory, proposeTip } from "./fees.ts";
import { formatBlock, formatIncluded, formatPending, formatReceipt, quantity } from "./format.ts";
import { getLogs } from "./logs.ts";
import type { Method, Node } from "./methods.ts";
import { type Params, invalid, readSlot } from "./params.ts";

const MAX_PROOF_SLOTS = 256;

const constant = (value: unknown): Method => ({ params: 0, run: () => value });

async function stateAt(node: Node, params: Params, place: number): Promise<StateReader> {
  return await node.chain.stateAt((await node.blockAt(params.raw(place))).number);
}

/** Ethereum's methods. */
export const ETH_METHODS: Record<string, Method> = {
  web3_clientVersion: constant("metis-l2/0.1.0"),
  web3_sha3: { params: 1, run: (_node, params) => keccakHex(fromHex(params.bytes(0))) },
  net_version: { params: 0, run: (node) => node.chain.config.chainId.toString() },
  net_listening: constant(true),
  net_peerCount: constant("0x0"),
  eth_chainId: { params: 0, run: (node) => quantity(node.chain.config.chainId) },
  eth_syncing: constant(false),
  eth_accounts: constant([]),
  eth_blockNumber: { params: 0, run: (node) => quantity(node.chain.head.number) },

  eth_getBlockByNumber: {
    params: 2,
    run: async (node, params) => await showBlock(node, await node.findBlock(params.raw(0)), params.flag(1)),
  },
  eth_getBlockByHash: {
    params: 2,
    run: async (node, params) => await showBlock(node, await node.chain.block(params.hash(0)), params.flag(1)),
  },
  eth_getBlockTransactionCountByNumber: {
    params: 1,
    run: async (node, params) => count(await node.findBlock(params.raw(0))),
  },
  eth_getBlockTransactionCountByHash: {
    params: 1,
    run: async (node, params) => count(await node.chain.block(params.hash(0))),
  },
  eth_getTransactionByBlockNumberAndIndex: {
    params: 2,
    run: async (node, params) => await showAt(node, await node.findBlock(params.raw(0)), params.count(1)),
  },
  eth_getTransactionByBlockHashAndIndex: {
    params: 2,
    run: async (node, params) => await showAt(node, await node.chain.block(params.hash(0)), params.count(1)),
  },
  eth_getTransactionByHash: {
    params: 1,
    run: async (node, params) => {
      const found = await node.chain.transaction(params.hash(0));
      if (found === undefined) return null;
      if (found.block === undefined) return formatPending(found);
      return await showAt(node, await node.chain.block(found.block), found.index ?? 0);
    },
  },
  eth_getTransactionReceipt: {
    params: 1,
    run: async (node, params) => {
      const receipt = await node.chain.receipt(params.hash(0));
      const block = receipt === undefined ? undefined : await node.chain.block(receipt.blockHash);
      // The block may have been rolled back in between.
      return receipt === undefined || block === undefined ? null : formatReceipt(receipt, block);
    },
  },
  eth_getBlockReceipts: {
    params: 1,
    run: async (node, params) => {
      const block = await node.findBlock(params.raw(0));
      if (block === undefined) return null;
      return (await node.chain.receipts(block)).map((receipt) => formatReceipt(receipt, block));
    },
  },

  eth_getTransactionCount: {
    params: 2,
    run: async (node, params) => {
      if (params.raw(1) === "pending") return quantity(await node.chain.pendingNonce(params.address(0)));
      return quantity((await (await stateAt(node, params, 1)).account(params.address(0)))?.nonce ?? 0n);
    },
  },
  eth_getBalance: {
    params: 2,
    run: async (node, params) =>
      quantity((await (await stateAt(node, params, 1)).account(params.address(0)))?.balance ?? 0n),
  },
  eth_getCode: {
    params: 2,
    run: async (node, params) => await (await stateAt(node, params, 1)).code(params.address(0)),
  },
  eth_getStorageAt: {
    params: 3,
    run: async (node, params) => {
      const state = await stateAt(node, params, 2);
      return await state.storage(params.address(0), readSlot("params[1]", params.raw(1)));
    },
  },
  eth_getProof: {
    params: 3,
    run: async (node, params) => {
      const slots = params.list(1).map((slot, index) => readSlot(`params[1][${index}]`, slot));
      if (slots.length > MAX_PROOF_SLOTS) throw invalid("params[1]", `at most ${MAX_PROOF_SLOTS} slots`, slots.length);
      return await (await stateAt(node, params, 2)).proof(params.address(0), slots);
    },
  },

  eth_call: { params: 4, run: async (node, params) => await call(node, params) },
  eth_estimateGas: { params: 4, run: async (node, params) => await estimateGas(node, params) },
  eth_createAccessList: { params: 3, run: async (node, params) => await createAccessList(node, params) },
  eth_sendRawTransaction: { params: 1, run: async (node, params) => await node.submit(params.bytes(0)) },

  eth_gasPrice: { params: 0, run: async (node) => quantity(node.chain.config.baseFee + (await proposeTip(node))) },
  eth_maxPriorityFeePerGas: { params: 0, run: async (node) => quantity(await proposeTip(node)) },
  eth_blobBaseFee: constant(quantity(BLOB_BASE_FEE)),
  eth_feeHistory: { params: 3, run: async (node, params) => await feeHistory(node, params) },
  eth_getLogs: { params: 1, run: async (node, params) => await getLogs(node, params.object(0)) },
};

async function showBlock(node: Node, block: Block | undefined, full: boolean): Promise<unknown> {
  return block === undefined ? null : await formatBlock(node.chain, block, full);
}

async function showAt(node: Node, block: Block | undefined, index: number): Promise<unknown> {
  if (block === undefined) return null;
  const outcome = (await node.chain.outcomes(block.number))[index];
  return outcome === undefined ? null : formatIncluded(node.chain, block, index, outcome);
}

function count(block: Block | undefined): unknown {
  return block === undefined ? null : quantity(block.transactions.length);
}
