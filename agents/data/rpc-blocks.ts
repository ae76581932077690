import { type JsonRpcProvider, type RlpStructuredData, encodeRlp, getAddress, toBeArray, toQuantity } from "ethers";

import { asHash, asHex, fromHex, toHex } from "../../l2/base/hex.ts";
import type { L2Transaction } from "../../l2/protocol/l2-transaction.ts";
import type { BlockSource } from "./batch-data.ts";
import { AgentError, messageOf } from "../runtime/errors.ts";
import { connect } from "../l1/l1.ts";

/** What is used of a block, as `eth_getBlockByNumber` gives it. */
interface JsonBlock {
  readonly timestamp: string;
  readonly miner: string;
  readonly mixHash: string;
  readonly transactions: readonly JsonTransaction[];
}

/** A transaction of a block: quantities, addresses, data and lists by name. */
type JsonTransaction = Readonly<Record<string, unknown>>;

/** Blocks of the Metis blockchain over Ethereum's JSON-RPC (steps 8c, 9.1). */
export class RpcBlocks implements BlockSource {
  readonly #url: string;
  #provider: JsonRpcProvider | undefined;

  /** @param url Of a node, which need not be up yet. */
  constructor(url: string) {
    this.#url = url;
  }

  async transactions(from: number, to: number): Promise<L2Transaction[]> {
    const transactions: L2Transaction[] = [];
    for (let number = from; number <= to; number++) {
      const { timestamp, miner, mixHash, transactions: included } = await this.#block(number);
      const context = {
        number: BigInt(number),
        timestamp: BigInt(timestamp),
        coinbase: getAddress(miner),
        randomness: asHash(mixHash),
      };
      for (const transaction of included) transactions.push({ context, raw: encode(transaction) });
    }
    return transactions;
  }

  async #block(number: number): Promise<JsonBlock> {
    let block: JsonBlock | null;
    try {
      this.#provider ??= await connect(this.#url, "the L2", { patience: { attempts: 1, delay: 0, maxDelay: 0 } });
      block = (await this.#provider.send("eth_getBlockByNumber", [toQuantity(number), true])) as JsonBlock | null;
    } catch (error) {
      throw new AgentError("L2_UNAVAILABLE", `node ${this.#url} does not answer: ${messageOf(error)}`, {
        cause: error,
      });
    }
    if (block === null) throw new AgentError("L2_UNAVAILABLE", `node ${this.#url} has no block ${number}`);
    return block;
  }
}

/**
 * The signed bytes of a transaction. A library that reads it as a whole refuses authorisations whose signatures cannot be
 * right, which the chain only skips (EIP-7702).
 */
function encode(transaction: JsonTransaction): Uint8Array {
  const integer = (value: unknown): string => toHex(toBeArray(value as string));
  const integers = (...names: string[]): string[] => names.map((name) => integer(transaction[name]));
  const type = Number(transaction["type"]);
  const call = [...integers("gas"), (transaction["to"] ?? "0x") as string, ...integers("value")];
  const data = transaction["input"] as string;
  const list = (name: string): Readonly<Record<string, unknown>>[] =>
    transaction[name] as Readonly<Record<string, unknown>>[];
  if (type === 0) {
    return fromHex(asHex(encodeRlp([...integers("nonce", "gasPrice"), ...call, data, ...integers("v", "r", "s")])));
  }
  const fees = type === 1 ? integers("gasPrice") : integers("maxPriorityFeePerGas", "maxFeePerGas");
  const accessList = list("accessList").map(({ address, storageKeys }): RlpStructuredData => {
    return [address as string, storageKeys as string[]];
  });
  const authorizations = (type === 4 ? [list("authorizationList")] : []).map((entries) =>
    entries.map(({ chainId, address, nonce, yParity, r, s }) => {
      return [integer(chainId), address as string, ...[nonce, yParity, r, s].map(integer)];
    }),
  );
  const head = [...integers("chainId", "nonce"), ...fees, ...call, data, accessList];
  const rlp = encodeRlp([...head, ...authorizations, ...integers("yParity", "r", "s")]);
  return Buffer.concat([Buffer.of(type), fromHex(asHex(rlp))]);
}
