import { network } from "hardhat";

import type { Executor } from "../../types/ethers-contracts/execution/Executor.ts";
import { CHAIN } from "../fuzz/case.ts";
import { startAnvil } from "../../testkit/anvil.ts";
import { deployExecutor } from "../../testkit/execution/executor.ts";

/** L1 as many calls need it: with an executor, and without a trace of every step. */
export interface FastL1 {
  /** Deploys an executor that has seen nothing yet. */
  deploy(): Promise<Executor>;
  close(): Promise<void>;
}

/** Starts a node. */
export async function openFastL1(): Promise<FastL1> {
  const node = await startAnvil({ accounts: 1, flags: ["--gas-limit", String(2n ** 30n), "--no-request-size-limit"] });
  const connection = await network.create({ network: "localhost", override: { url: node.url } });
  return {
    deploy: async () => (await (await deployExecutor(connection.ethers, CHAIN)).waitForDeployment()) as Executor,
    close: async () => {
      await connection.close();
      await node.stop();
    },
  };
}
