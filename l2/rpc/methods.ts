import type { Block } from "../protocol/block.ts";
import type { Chain } from "../chain/chain.ts";
import type { TransactionStatus } from "../chain/types.ts";
import { type Hex, asHash } from "../base/hex.ts";
import { RpcError } from "./errors.ts";
import { type Params, invalid, isHash, readBlockNumber, readBytes, readObject } from "./params.ts";
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

  /** The block that a tag, a number, a hash or an object of EIP-1898 names. @throws RpcError where there is none. */
  async blockAt(tag: unknown): Promise<Block> {
    const block = await this.findBlock(tag);
    if (block === undefined) throw new RpcError("resourceNotFound", `unknown block: ${JSON.stringify(tag)}`);
    return block;
  }

  /** As `blockAt`, with nothing for a block that the chain does not have. */
  async findBlock(tag: unknown): Promise<Block | undefined> {
    if (tag === undefined || tag === null || tag === "latest" || tag === "pending") return this.chain.head;
    if (tag === "earliest") return this.chain.base;
    if (tag === "safe") return await this.chain.block(await safeBlock(this.chain, this.system));
    if (tag === "finalized") return await this.chain.block(await finalisedBlock(this.chain, this.system));
    if (typeof tag === "object") return await this.findBlock(nameOf(readObject("block", tag)));
    if (isHash(tag)) return await this.chain.block(asHash(tag));
    const number = readBlockNumber(tag);
    return number > this.chain.head.number ? undefined : await this.chain.block(number);
  }
}

/** The hash or number in an object of EIP-1898. Whether it has to be canonical makes no difference: all blocks are. */
function nameOf(named: Record<string, unknown>): string {
  const { blockHash, blockNumber } = named;
  const [hash, number] = [blockHash ?? undefined, blockNumber ?? undefined];
  if ((hash === undefined) === (number === undefined)) throw invalid("block", "a blockHash or a blockNumber", named);
  if (hash !== undefined) return readBytes("blockHash", hash, 32);
  if (typeof number !== "string") throw invalid("blockNumber", "a number or a tag", number);
  return number;
}
