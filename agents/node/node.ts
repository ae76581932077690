import type { Chain } from "../../l2/chain/chain.ts";
import type { TransactionStatus } from "../../l2/chain/types.ts";
import { TransactionError } from "../../l2/protocol/errors.ts";
import { fromHex } from "../../l2/base/hex.ts";
import { RpcError } from "../../l2/rpc/errors.ts";
import { RpcServer } from "../../l2/rpc/server.ts";
import type { Consensus } from "./consensus.ts";
import { messageOf } from "../runtime/errors.ts";
import type { EventFollower } from "../l1/events.ts";
import type { Logger } from "../runtime/logger.ts";
import type { L1State } from "../l1/mirror.ts";
import { systemState } from "../l1/system-state.ts";

/** What a node for users is made of. */
export interface NodeDependencies {
  readonly chain: Chain;
  readonly mirror: Pick<EventFollower<L1State>, "state">;
  readonly consensus: Pick<Consensus, "submitTransaction" | "transactionStatus">;
  readonly log: Logger;
}

/** Where an agent serves users; without a port it does not. */
export interface NodeSettings {
  readonly rpcHost: string;
  readonly rpcPort?: number;
  /** Origins whose pages may call, `*` for all. */
  readonly rpcCors?: readonly string[];
}

/** Serves users as set. @returns What to close: the node, if there is one. */
export async function serveUsers(settings: NodeSettings, dependencies: NodeDependencies): Promise<RpcServer[]> {
  const { rpcHost: host, rpcPort: port, rpcCors: cors } = settings;
  if (port === undefined) return [];
  const node = nodeOf({ host, port, cors }, dependencies);
  dependencies.log.info({ url: await node.listen() }, "serving users");
  return [node];
}

/**
 * A node of the L2 for users: Ethereum's JSON-RPC over a peer's chain, with the system's state out of L1. Transactions
 * go to the consensus layer (step 2a), which also knows what became of them (step 3.2).
 */
export function nodeOf(
  options: { host: string; port: number; cors?: readonly string[] | undefined },
  dependencies: NodeDependencies,
): RpcServer {
  const { chain, mirror, consensus, log } = dependencies;
  return new RpcServer({
    ...options,
    chain,
    system: systemState(() => mirror.state),
    submit: async (raw) => {
      try {
        return await consensus.submitTransaction(fromHex(raw));
      } catch (error) {
        // Why the chain takes nothing now is for the user to know; it is no fault of this node.
        if (error instanceof TransactionError) throw error;
        throw new RpcError("serverError", messageOf(error));
      }
    },
    status: async (hash) => {
      const own = await chain.status(hash);
      return own.status === "included" ? own : statusOf(await consensus.transactionStatus(hash), own);
    },
    onError: (error, method) => {
      log.error({ err: error, method }, "a call failed");
    },
  });
}

function statusOf(
  told: Awaited<ReturnType<Consensus["transactionStatus"]>>,
  own: TransactionStatus,
): TransactionStatus {
  switch (told.state) {
    case "failed":
      return { status: "dropped", reason: told.reason };
    case "included":
      // The consensus layer is ahead of this peer's chain.
      return { status: "pending" };
    case "pending":
      return { status: "pending" };
    case "unknown":
      return own;
  }
}
