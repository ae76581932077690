import { JsonRpcProvider, Network, type TransactionReceiptParams, dataLength } from "ethers";
import { network } from "hardhat";

import { ExecutionDriver, type ExecutionStep } from "../../agents/execution/driver.ts";
import { L1_TRANSACTION_GAS } from "../../agents/l1/transactions.ts";
import { MAX_GAS_LIMIT } from "../../l2/protocol/config.ts";
import { fromHex } from "../../l2/base/hex.ts";
import { startAnvil } from "../../testkit/anvil.ts";
import { CHAIN } from "../fuzz/case.ts";
import type { Run } from "../fuzz/reference.ts";
import { deployExecutor } from "../../testkit/execution/executor.ts";
import type { Expected } from "../../testkit/execution/reference.ts";

/** What it took L1 to execute a transaction. */
export interface Measured {
  readonly outcome: Expected;
  readonly steps: number;
  /** The most gas that a step used, by its receipt. */
  readonly gas: number;
  /** The most bytes of calldata that a step had. */
  readonly calldata: number;
}

/** L1 with Ethereum's limits, and an executor with those of the chain. */
export interface MeasuredL1 {
  /**
   * Executes the first transaction of a run as an agent does.
   *
   * @param limits.gas The most that an L1 transaction may use.
   * @param limits.mostBytes The most calldata that it may have; as much as gas pays for where absent.
   */
  measure(run: Run, limits?: { gas?: bigint; mostBytes?: number }): Promise<Measured>;
  close(): Promise<void>;
}

/** Starts a node. */
export async function openMeasuredL1(): Promise<MeasuredL1> {
  const node = await startAnvil({ accounts: 1, flags: ["--no-request-size-limit"] });
  const connection = await network.create({ network: "localhost", override: { url: node.url } });
  const chain = Network.from(31_337);
  const provider = new JsonRpcProvider(node.url, chain, { staticNetwork: chain, batchMaxCount: 1, cacheTimeout: -1 });
  const [from] = (await provider.send("eth_accounts", [])) as [string];

  async function send({ gas, ...call }: ExecutionStep): Promise<number> {
    const transaction = { from, gas: `0x${gas.toString(16)}`, ...call };
    const receipt = (await provider.send("eth_sendTransactionSync", [transaction])) as TransactionReceiptParams;
    if (Number(receipt.status) !== 1) throw new Error("a step fails that its simulation did not fail");
    return Number(receipt.gasUsed);
  }

  return {
    measure: async ({ inputs, preStateRoot, items }, { gas = L1_TRANSACTION_GAS, mostBytes = Infinity } = {}) => {
      const executor = await deployExecutor(connection.ethers, { ...CHAIN, gasLimit: MAX_GAS_LIMIT });
      const { context, raw } = inputs[0]!;
      const driver = new ExecutionDriver({ gas, mostBytes }, { provider, executor: await executor.getAddress() });
      const used: number[] = [];
      const sizes: number[] = [];
      const { outcome } = await driver.run(
        {
          transaction: { context, raw: fromHex(raw) },
          preStateRoot,
          witness: new Uint8Array(),
          preimages: (hash) => items.get(hash),
        },
        async (step) => {
          sizes.push(dataLength(step.data));
          used.push(await send(step));
        },
      );
      return { outcome, steps: used.length, gas: Math.max(...used), calldata: Math.max(...sizes) };
    },
    close: async () => {
      provider.destroy();
      await connection.close();
      await node.stop();
    },
  };
}
