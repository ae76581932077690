import type { Block } from "../protocol/block.ts";
import type { Chain } from "../chain/chain.ts";
import type { TransactionStatus } from "../chain/types.ts";
import type { Hex } from "../base/hex.ts";
import { RpcError } from "./errors.ts";
import { type Params, invalid, readBytes, readObject, readQuantity } from "./params.ts";
import { type SystemState, finalisedBlock, safeBlock } from "./system.ts";

/** One method of the node. */
export interface Method {
  /** Most position parameters. */
  readonly params: number;
  readonly run: (node: Node, params: Params) => unknown;
}

/** What a node is made of. */
export interface NodeParts {
  readonly chain: Chain;
  /** Without it, `safe` and `finalized` are the chain's first block and `metis_*` answers that L1 is not followed. */
  readonly system?: SystemState;
  /** Where users' transactions go (step 2a); the chain's own mempool if left out. */
  readonly submit?: (raw: Hex) => Promise<Hex>;
  /** What became of a transaction; what the chain knows if left out. */
  readonly status?: (hash: Hex) => Promise<TransactionStatus>;
}

/** What the methods work on. */
export class Node {
  readonly chain: Chain;
  readonly system: SystemState | undefined;
  readonly submit: (raw: Hex) => Promise<Hex>;
  readonly status: (hash: Hex) => Promise<TransactionStatus>;

  constructor({ chain, system, submit, status }: NodeParts) {
    this.chain = chain;
    this.system = system;
    this.submit = submit ?? ((raw) => chain.addTransaction(raw));
    this.status = status ?? ((hash) => chain.status(hash));
  }

  /** The block that a tag, a number or an object of EIP-1898 names. @throws RpcError where the chain has none. */
  async blockAt(tag: unknown): Promise<Block> {
    const block = await this.findBlock(tag);
    if (block === undefined) throw new RpcError("resourceNotFound", `header not found: ${JSON.stringify(tag)}`);
    return block;
  }

  /** As `blockAt`, with nothing for a block that the chain does not have. */
  async findBlock(tag: unknown): Promise<Block | undefined> {
    if (tag === undefined || tag === null || tag === "latest" || tag === "pending") return this.chain.head;
    if (tag === "earliest") return this.chain.base;
    if (tag === "safe") return await this.chain.block(await safeBlock(this.chain, this.system));
    if (tag === "finalized") return await this.chain.block(await finalisedBlock(this.chain, this.system));
    if (typeof tag === "object") {
      const { blockHash, blockNumber } = readObject("block", tag);
      if (blockHash !== undefined) return await this.chain.block(readBytes("blockHash", blockHash, 32));
      return await this.findBlock(blockNumber ?? "");
    }
    if (typeof tag !== "string" || !tag.startsWith("0x")) {
      throw invalid("block", "a number, latest, safe, finalized, earliest or pending", tag);
    }
    const number = readQuantity("block", tag);
    return number > BigInt(this.chain.head.number) ? undefined : await this.chain.block(Number(number));
  }
}
