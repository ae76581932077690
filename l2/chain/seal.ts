import { createBlockHeader } from "@ethereumjs/block";
import type { Common } from "@ethereumjs/common";
import { RLP } from "@ethereumjs/rlp";
import { createAddressFromString } from "@ethereumjs/util";
import { encodeReceipt } from "@ethereumjs/vm";

import type { Block } from "../protocol/block.ts";
import type { ChainConfig } from "../protocol/config.ts";
import type { Outcome } from "../execution/executor.ts";
import { type Hex, ZERO_ADDRESS, ZERO_HASH, fromHex, toHex } from "../base/hex.ts";
import { bloomOf, toVmLog } from "../execution/logs.ts";
import type { SignedTransaction } from "../protocol/transaction.ts";
import { EMPTY_ROOT, buildTrie } from "../state/trie.ts";

/** A transaction with what it did. */
export interface Executed {
  readonly transaction: SignedTransaction;
  readonly outcome: Outcome;
}

/** The place of a block in the chain. */
export interface BlockPlace {
  readonly number: number;
  readonly parentHash: Hex;
  readonly timestamp: number;
  readonly coinbase: string;
}

/** The block, still unsigned, of executed transactions. */
export function sealBlock(
  config: ChainConfig,
  common: Common,
  place: BlockPlace,
  stateRoot: Hex,
  executed: readonly Executed[],
): Block {
  const unnamed = {
    ...place,
    stateRoot,
    transactions: executed.map(({ transaction }) => toHex(transaction.raw)),
    transactionHashes: executed.map(({ transaction }) => transaction.hash),
    stateRoots: executed.map(({ outcome }) => outcome.stateRoot),
    transactionsRoot: listRoot(executed.map(({ transaction }) => transaction.raw)),
    receiptsRoot: listRoot(encodeReceipts(executed)),
    logsBloom: toHex(bloomOf(executed.flatMap(({ outcome }) => outcome.logs))),
    gasUsed: executed.reduce((sum, { outcome }) => sum + outcome.gasUsed, 0n),
  };
  return { ...unnamed, hash: blockHash(config, common, unnamed) };
}

/** Block 0. */
export function genesisBlock(config: ChainConfig, common: Common, stateRoot: Hex): Block {
  const place = { number: 0, parentHash: ZERO_HASH, timestamp: config.genesisTimestamp, coinbase: ZERO_ADDRESS };
  return sealBlock(config, common, place, stateRoot, []);
}

/** The hash of the Ethereum block header with the fields of a block. */
export function blockHash(config: ChainConfig, common: Common, block: Omit<Block, "hash" | "signature">): Hex {
  const header = createBlockHeader(
    {
      parentHash: fromHex(block.parentHash),
      coinbase: createAddressFromString(block.coinbase),
      stateRoot: fromHex(block.stateRoot),
      transactionsTrie: fromHex(block.transactionsRoot),
      receiptTrie: fromHex(block.receiptsRoot),
      logsBloom: fromHex(block.logsBloom),
      number: BigInt(block.number),
      timestamp: BigInt(block.timestamp),
      gasLimit: blockGasLimit(config, block.gasUsed),
      gasUsed: block.gasUsed,
      baseFeePerGas: config.baseFee,
    },
    { common },
  );
  return toHex(header.hash());
}

/** The gas limit in a block's header. Blocks adopted from L1, which limits batches only, may exceed the chain's. */
export function blockGasLimit(config: ChainConfig, gasUsed: bigint): bigint {
  return gasUsed > config.gasLimit ? gasUsed : config.gasLimit;
}

function encodeReceipts(executed: readonly Executed[]): Uint8Array[] {
  let cumulative = 0n;
  return executed.map(({ transaction, outcome }) => {
    cumulative += outcome.gasUsed;
    const { logs, success } = outcome;
    const receipt = { cumulativeBlockGasUsed: cumulative, bitvector: bloomOf(logs), logs: logs.map(toVmLog) };
    return encodeReceipt({ ...receipt, status: success ? 1 : 0 }, transaction.type);
  });
}

/** Root of the trie that maps the RLP of its place to each item. */
function listRoot(items: readonly Uint8Array[]): Hex {
  if (items.length === 0) return EMPTY_ROOT;
  return toHex(
    buildTrie(
      items.map((item, index) => [RLP.encode(index), item] as const),
      () => undefined,
    ),
  );
}
