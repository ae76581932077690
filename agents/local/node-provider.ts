import { JsonRpcApiProvider, Network, type JsonRpcError, type JsonRpcPayload, type JsonRpcResult } from "ethers";

import type { RpcServer } from "../../l2/rpc/server.ts";

/** An ethers provider that calls a node of the L2 in this process. */
export class NodeProvider extends JsonRpcApiProvider {
  readonly #node: RpcServer;

  constructor(chainId: bigint, node: RpcServer) {
    const network = Network.from(chainId);
    super(network, { staticNetwork: network, batchMaxCount: 1, cacheTimeout: -1 });
    this.#node = node;
    this._start();
  }

  override async _send(payload: JsonRpcPayload | JsonRpcPayload[]): Promise<(JsonRpcResult | JsonRpcError)[]> {
    const answer = await this.#node.handle(payload);
    return (Array.isArray(answer) ? answer : [answer]) as (JsonRpcResult | JsonRpcError)[];
  }
}
