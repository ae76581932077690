import { type Block, getBytes, type JsonRpcProvider, Transaction } from "ethers";

import { asHash } from "../../l2/base/hex.ts";
import { type L2Transaction, RANDOMNESS } from "../../l2/protocol/l2-transaction.ts";
import type { BlockSource } from "./batch-data.ts";
import { AgentError, messageOf } from "../runtime/errors.ts";
import { connect } from "../l1/l1.ts";

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
      const randomness = block.prevRandao === null ? RANDOMNESS : asHash(block.prevRandao);
      const context = { number: BigInt(number), timestamp: BigInt(block.timestamp), coinbase: block.miner, randomness };
      for (const transaction of block.prefetchedTransactions) {
        const raw = Transaction.from(transaction).serialized;
        transactions.push({ context, raw: getBytes(raw) });
      }
    }
    return transactions;
  }

  async #block(number: number): Promise<Block> {
    let block: Block | null;
    try {
      this.#provider ??= await connect(this.#url, "the L2", { patience: { attempts: 1, delay: 0, maxDelay: 0 } });
      block = await this.#provider.getBlock(number, true);
    } catch (error) {
      throw new AgentError("L2_UNAVAILABLE", `node ${this.#url} does not answer: ${messageOf(error)}`, {
        cause: error,
      });
    }
    if (block === null) throw new AgentError("L2_UNAVAILABLE", `node ${this.#url} has no block ${number}`);
    return block;
  }
}
