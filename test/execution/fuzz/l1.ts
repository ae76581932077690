/** L1's contracts, on Hardhat's in-process L1. */
import { Interface } from "ethers";
import { network } from "hardhat";

import { toHex } from "../../../l2/hex.ts";
import { deployExecutor } from "../support/executor.ts";
import type { Expected } from "../support/reference.ts";
import { CHAIN } from "./case.ts";
import type { Run } from "./reference.ts";

type Connection = Awaited<ReturnType<typeof network.create>>;

const EXECUTOR = new Interface([
  `function execute(((uint64 number, uint64 timestamp, address coinbase) context, bytes raw)[] transactions,
    bytes32 preStateRoot, bytes witness) view returns ((bool valid, uint64 gasUsed, bytes32 stateRoot)[] outcomes)`,
]);

/** More than any case takes. */
const GAS = 2n ** 28n;

export class FuzzL1 {
  readonly #connection: Connection;
  readonly #executor: string;

  private constructor(connection: Connection, executor: string) {
    this.#connection = connection;
    this.#executor = executor;
  }

  /** An L1 with the executor as it is deployed. One call may take any gas: here the outcome counts, not the price. */
  static async open(): Promise<FuzzL1> {
    const connection = await network.create({
      network: "default",
      override: { transactionGasCap: false, blockGasLimit: GAS },
    });
    const executor = await deployExecutor(connection.ethers, CHAIN);
    return new FuzzL1(connection, await executor.getAddress());
  }

  /** Executes the transactions of a run in one call. */
  async execute({ inputs, preStateRoot, witness }: Run): Promise<Expected[]> {
    const data = EXECUTOR.encodeFunctionData("execute", [inputs, preStateRoot, toHex(witness)]);
    const result = (await this.#connection.provider.request({
      method: "eth_call",
      params: [{ to: this.#executor, data, gas: `0x${GAS.toString(16)}` }, "latest"],
    })) as string;
    const [outcomes] = EXECUTOR.decodeFunctionResult("execute", result) as unknown as [Expected[]];
    return outcomes.map(({ valid, gasUsed, stateRoot }) => ({ valid, gasUsed, stateRoot }));
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }
}
