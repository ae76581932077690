import { type RlpStructuredData, Transaction, ZeroHash, concat, decodeRlp, encodeRlp } from "ethers";

import type { BatchHeader } from "../batch/header.ts";
import type { Block } from "../protocol/block.ts";
import type { Chain } from "../chain/chain.ts";
import type { Receipt, TransactionInfo } from "../chain/types.ts";
import type { StoredOutcome } from "../chain/store.ts";
import { type Hex, fromHex, toHex } from "../base/hex.ts";
import { keccakHex } from "../base/keccak.ts";
import { type Log, bloomOf } from "../execution/logs.ts";
import { blockGasLimit } from "../chain/seal.ts";
import { EMPTY_ROOT } from "../state/trie.ts";
import type { BatchView } from "./system.ts";

type Json = Record<string, unknown>;

/** A quantity as JSON-RPC writes it. */
export const quantity = (value: bigint | number): Hex => `0x${value.toString(16)}`;

/** keccak-256 of an empty RLP list: no uncles. */
const NO_UNCLES = "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347";

/** SHA-256 of nothing: no requests to the consensus layer (EIP-7685). */
const NO_REQUESTS = "0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** A block as `eth_getBlockByNumber` gives it. */
export async function formatBlock(chain: Chain, block: Block, full: boolean): Promise<Json> {
  const outcomes = full ? await chain.outcomes(block.number) : [];
  return {
    number: quantity(block.number),
    hash: block.hash,
    parentHash: block.parentHash,
    nonce: "0x0000000000000000",
    sha3Uncles: NO_UNCLES,
    logsBloom: block.logsBloom,
    transactionsRoot: block.transactionsRoot,
    stateRoot: block.stateRoot,
    receiptsRoot: block.receiptsRoot,
    miner: block.coinbase.toLowerCase(),
    difficulty: "0x0",
    totalDifficulty: "0x0",
    extraData: "0x",
    size: quantity(block.transactions.reduce((sum, raw) => sum + (raw.length - 2) / 2, 600)),
    gasLimit: quantity(blockGasLimit(chain.config, block.gasUsed)),
    gasUsed: quantity(block.gasUsed),
    timestamp: quantity(block.timestamp),
    mixHash: ZeroHash,
    baseFeePerGas: quantity(chain.config.baseFee),
    withdrawalsRoot: EMPTY_ROOT,
    withdrawals: [],
    blobGasUsed: "0x0",
    excessBlobGas: "0x0",
    parentBeaconBlockRoot: ZeroHash,
    requestsHash: NO_REQUESTS,
    uncles: [],
    transactions: full
      ? outcomes.map((outcome, index) => formatIncluded(chain, block, index, outcome))
      : block.transactionHashes,
  };
}

/** A transaction of a block. */
export function formatIncluded(chain: Chain, block: Block, index: number, outcome: StoredOutcome): Json {
  const raw = block.transactions[index] ?? "0x";
  return {
    ...formatRaw(raw, outcome.from),
    gasPrice: quantity(chain.config.baseFee + outcome.tip),
    blockHash: block.hash,
    blockNumber: quantity(block.number),
    blockTimestamp: quantity(block.timestamp),
    transactionIndex: quantity(index),
  };
}

/** A transaction of the mempool. */
export function formatPending({ raw, from }: TransactionInfo): Json {
  return { ...formatRaw(raw, from), blockHash: null, blockNumber: null, blockTimestamp: null, transactionIndex: null };
}

function formatRaw(raw: Hex, from: string): Json {
  const authorizations = raw.startsWith("0x04") ? authorizationsOf(raw) : undefined;
  const transaction = Transaction.from(authorizations?.rest ?? raw);
  const { signature, maxFeePerGas, maxPriorityFeePerGas, accessList } = transaction;
  const type = authorizations === undefined ? transaction.type : 4;
  const typed =
    type === null || type === 0 ? {} : { accessList: accessList ?? [], yParity: quantity(signature?.yParity ?? 0) };
  const fees =
    type === 2 || type === 4
      ? {
          gasPrice: quantity(maxFeePerGas ?? 0n),
          maxFeePerGas: quantity(maxFeePerGas ?? 0n),
          maxPriorityFeePerGas: quantity(maxPriorityFeePerGas ?? 0n),
        }
      : { gasPrice: quantity(transaction.gasPrice ?? 0n) };
  return {
    hash: keccakHex(fromHex(raw)),
    type: quantity(type ?? 0),
    chainId: quantity(transaction.chainId),
    nonce: quantity(transaction.nonce),
    from: from.toLowerCase(),
    to: transaction.to?.toLowerCase() ?? null,
    value: quantity(transaction.value),
    gas: quantity(transaction.gasLimit),
    input: transaction.data,
    ...fees,
    ...typed,
    ...(authorizations && { authorizationList: authorizations.list }),
    v: quantity(type === 0 ? (signature?.networkV ?? signature?.v ?? 0) : (signature?.yParity ?? 0)),
    r: quantity(BigInt(signature?.r ?? 0)),
    s: quantity(BigInt(signature?.s ?? 0)),
  };
}

/**
 * The authorisations of a transaction of type 4, and the transaction without them as one of type 2: a library that reads
 * it as a whole refuses authorisations whose signatures cannot be right, which the chain only skips.
 */
function authorizationsOf(raw: Hex): { readonly list: Json[]; readonly rest: string } {
  const items = decodeRlp(`0x${raw.slice(4)}`) as RlpStructuredData[];
  const list = items[AUTHORIZATION_LIST] as [string, string, string, string, string, string][];
  const rest = items.filter((_, place) => place !== AUTHORIZATION_LIST);
  return {
    list: list.map(([chainId, address, nonce, yParity, r, s]) => ({
      chainId: quantityOf(chainId),
      address,
      nonce: quantityOf(nonce),
      yParity: quantityOf(yParity),
      r: quantityOf(r),
      s: quantityOf(s),
    })),
    rest: concat(["0x02", encodeRlp(rest)]),
  };
}

/** Place of the authorisations in a transaction of type 4. */
const AUTHORIZATION_LIST = 9;

const quantityOf = (bytes: string): Hex => quantity(bytes === "0x" ? 0n : BigInt(bytes));

/** A confirmation as `eth_getTransactionReceipt` gives it (step 4). */
export function formatReceipt(receipt: Receipt, block: Block): Json {
  return {
    transactionHash: receipt.hash,
    transactionIndex: quantity(receipt.index),
    blockHash: receipt.blockHash,
    blockNumber: quantity(receipt.block),
    from: receipt.from.toLowerCase(),
    to: receipt.to?.toLowerCase() ?? null,
    type: quantity(receipt.type),
    status: receipt.success ? "0x1" : "0x0",
    gasUsed: quantity(receipt.gasUsed),
    cumulativeGasUsed: quantity(receipt.cumulativeGasUsed),
    effectiveGasPrice: quantity(receipt.effectiveGasPrice),
    contractAddress: receipt.created?.toLowerCase() ?? null,
    logs: receipt.logs.map((log, index) => formatLog(log, receipt, block, receipt.logsBefore + index)),
    logsBloom: toHex(bloomOf(receipt.logs)),
  };
}

/** A log of a block; `logIndex` is its place among all logs of the block. */
export function formatLog(log: Log, { hash, index }: Receipt, block: Block, logIndex: number): Json {
  return {
    address: log.address.toLowerCase(),
    topics: log.topics,
    data: log.data,
    blockNumber: quantity(block.number),
    blockHash: block.hash,
    blockTimestamp: quantity(block.timestamp),
    transactionHash: hash,
    transactionIndex: quantity(index),
    logIndex: quantity(logIndex),
    removed: false,
  };
}

/** A header with its integers as quantities. */
export function formatHeader(header: BatchHeader): Json {
  return Object.fromEntries(
    Object.entries(header).map(([name, value]) => [name, typeof value === "bigint" ? quantity(value) : String(value)]),
  );
}

/** A batch as `metis_getBatch` gives it. */
export function formatBatch({ header, headerHash, status, held }: BatchView): Json {
  return { header: formatHeader(header), headerHash, status, held };
}
