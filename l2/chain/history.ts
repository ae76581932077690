import { type Hex, ZERO_HASH } from "../base/hex.ts";
import type { Block } from "../protocol/block.ts";
import type { ChainConfig } from "../protocol/config.ts";
import { ChainError } from "../protocol/errors.ts";
import type { ChainStore, StoredOutcome } from "./store.ts";
import type { Receipt } from "./types.ts";

/** A transaction in a block. */
export interface Included {
  readonly block: Block;
  /** Place in the block. */
  readonly index: number;
  readonly raw: Hex;
  readonly outcome: StoredOutcome;
}

/** What is asked of the blocks that the chain has. */
export class History {
  readonly #config: Pick<ChainConfig, "baseFee">;
  readonly #store: Pick<ChainStore, "block" | "outcomes" | "place">;

  constructor(config: Pick<ChainConfig, "baseFee">, store: Pick<ChainStore, "block" | "outcomes" | "place">) {
    this.#config = config;
    this.#store = store;
  }

  /** A block by number or hash. */
  async block(id: number | Hex): Promise<Block | undefined> {
    return this.#store.block(id);
  }

  /** @throws ChainError where the chain does not have the block. */
  async expect(id: number | Hex): Promise<Block> {
    const block = await this.#store.block(id);
    if (block === undefined) throw new ChainError("UNKNOWN_BLOCK", `Block ${id} is not in the chain.`);
    return block;
  }

  /** The blocks with numbers `[from, to]` up to a head, in order. Adopted batches may leave numbers out. */
  async blocks(head: Block, from: number, to: number): Promise<Block[]> {
    const found: Block[] = [];
    let block = (await this.#store.block(to)) ?? head;
    while (block.number >= from) {
      if (block.number <= to) found.push(block);
      const parent = await this.#store.block(block.parentHash);
      if (parent === undefined) break;
      block = parent;
    }
    return found.reverse();
  }

  /** A transaction that is in a block. */
  async included(hash: Hex): Promise<Included | undefined> {
    const place = await this.#store.place(hash);
    if (place === undefined || "reason" in place) return undefined;
    const { block: number, index } = place;
    const block = await this.#store.block(number);
    const raw = block?.transactions[index];
    const outcome = (await this.#store.outcomes(number))[index];
    if (block === undefined || raw === undefined || outcome === undefined) return undefined;
    return { block, index, raw, outcome };
  }

  /** The confirmations of a block's transactions. */
  async receipts(block: Block): Promise<Receipt[]> {
    let [cumulativeGasUsed, logsBefore] = [0n, 0];
    return (await this.#store.outcomes(block.number)).map(({ tip, ...outcome }, index): Receipt => {
      cumulativeGasUsed += outcome.gasUsed;
      const receipt = {
        ...outcome,
        hash: block.transactionHashes[index] ?? ZERO_HASH,
        blockHash: block.hash,
        block: block.number,
        index,
        cumulativeGasUsed,
        logsBefore,
        effectiveGasPrice: this.#config.baseFee + tip,
        stateRoot: block.stateRoots[index] ?? block.stateRoot,
      };
      logsBefore += outcome.logs.length;
      return receipt;
    });
  }
}
