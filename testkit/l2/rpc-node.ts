import type { Chain } from "../../l2/chain/chain.ts";
import { RpcServer } from "../../l2/rpc/server.ts";
import type { SystemState } from "../../l2/rpc/system.ts";
import { openChain } from "./fixtures.ts";

/** Whatever JSON holds. */
export type Json = ReturnType<typeof JSON.parse>;

/** What a node answers: a result or an error. */
export interface Answer {
  readonly result: Json;
  readonly error: Json;
}

/** A node over a new chain that is called without HTTP. */
export interface RpcNode {
  readonly chain: Chain;
  /** Answers a whole request. */
  handle(request: unknown): Promise<Answer>;
  /** Calls a method. */
  rpc(method: string, ...params: unknown[]): Promise<Answer>;
  close(): Promise<void>;
}

/** Opens a node that knows the given parts; without a system it does not follow L1. */
export async function openNode(parts: { system?: SystemState } = {}): Promise<RpcNode> {
  const chain = await openChain();
  const server = new RpcServer({ chain, ...parts });
  const handle = async (request: unknown): Promise<Answer> => (await server.handle(request)) as Answer;
  return {
    chain,
    handle,
    rpc: (method, ...params) => handle({ jsonrpc: "2.0", id: 1, method, params }),
    close: async () => {
      await server.close();
      await chain.close();
    },
  };
}
