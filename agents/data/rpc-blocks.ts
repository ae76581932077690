import { type JsonRpcProvider, type RlpStructuredData, encodeRlp, getAddress, toBeArray, toQuantity } from "ethers";

import { asHash, asHex, fromHex, toHex } from "../../l2/base/hex.ts";
import type { L2Transaction } from "../../l2/protocol/l2-transaction.ts";
import { AUTHORIZATION_FIELDS, TRANSACTION_FIELDS, type TransactionType } from "../../l2/protocol/transaction.ts";
import type { BlockSource } from "./batch-data.ts";
import { AgentError, messageOf } from "../runtime/errors.ts";
import { connect } from "../l1/l1.ts";

/** What is used of a block, as `eth_getBlockByNumber` gives it. */
interface JsonBlock {
  readonly timestamp: string;
  readonly miner: string;
  readonly mixHash: string;
  readonly transactions: readonly JsonObject[];
}

type JsonObject = Readonly<Record<string, unknown>>;

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
      const block = await this.#block(number);
      try {
        const context = {
          number: BigInt(number),
          timestamp: BigInt(block.timestamp),
          coinbase: getAddress(block.miner),
          randomness: asHash(block.mixHash),
        };
        for (const transaction of block.transactions) transactions.push({ context, raw: encode(transaction) });
      } catch (error) {
        const message = `node ${this.#url} gives a block ${number} that cannot be read: ${messageOf(error)}`;
        throw new AgentError("L2_UNAVAILABLE", message, { cause: error });
      }
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

/** Fields that JSON-RPC names in another way. */
const JSON_NAMES: Readonly<Record<string, string>> = { gasLimit: "gas", data: "input" };

/** Fields that are bytes; the others are integers, or lists. */
const BYTES = ["to", "data", "address"];

/**
 * The signed bytes of a transaction. A library that reads it as a whole refuses authorisations whose signatures cannot be
 * right, which the chain only skips (EIP-7702).
 */
function encode(transaction: JsonObject): Uint8Array {
  const type = Number(transaction["type"]) as TransactionType;
  const items = TRANSACTION_FIELDS[type].map((name) => encodeField(name, transaction[JSON_NAMES[name] ?? name]));
  const rlp = fromHex(asHex(encodeRlp(items)));
  return type === 0 ? rlp : Buffer.concat([Buffer.of(type), rlp]);
}

function encodeField(name: string, value: unknown): RlpStructuredData {
  if (name === "accessList") {
    return (value as JsonObject[]).map(({ address, storageKeys }) => [address as string, storageKeys as string[]]);
  }
  if (name === "authorizationList") {
    const one = (entry: JsonObject) => AUTHORIZATION_FIELDS.map(([field]) => encodeField(field, entry[field]));
    return (value as JsonObject[]).map(one);
  }
  return BYTES.includes(name) ? ((value ?? "0x") as string) : toHex(toBeArray(value as string));
}
