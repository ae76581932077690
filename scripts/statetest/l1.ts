/** Hardhat's in-process L1 with the contracts as they are deployed. */
import { network } from "hardhat";

import { type Execution, ExecutionDriver, type ExecutionRequest } from "../../agents/common/execution.ts";
import { L1_TRANSACTION_GAS } from "../../agents/common/transactions.ts";
import type { Chain } from "./chain.ts";

type Connection = Awaited<ReturnType<typeof network.create>>;

/** Executes transactions on L1, for any chain. */
export class StateTestL1 {
  readonly #connection: Connection;
  #interpreter: Promise<string> | undefined;
  readonly #executors = new Map<string, Promise<string>>();

  private constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** An L1 of its own, whose limits of code size and of gas are those of Ethereum. */
  static async open(): Promise<StateTestL1> {
    return new StateTestL1(await network.create("default"));
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  /** Executes a transaction on a chain, in as many L1 calls as it takes. */
  async execute(chain: Chain, request: ExecutionRequest): Promise<Execution & { steps: number }> {
    const { ethers } = this.#connection;
    const [sender] = await ethers.getSigners();
    const driver = new ExecutionDriver(
      { gas: L1_TRANSACTION_GAS },
      { provider: ethers.provider, executor: await this.#executor(chain) },
    );
    let steps = 0;
    const execution = await driver.run(request, async ({ to, data, gas }) => {
      const response = await sender!.sendTransaction({ to, data, gasLimit: gas });
      await response.wait();
      steps++;
    });
    return { ...execution, steps };
  }

  /** The executor of a chain; one is deployed for each. */
  #executor(chain: Chain): Promise<string> {
    const key = Object.values(chain).join();
    const known = this.#executors.get(key) ?? this.#deploy(chain);
    this.#executors.set(key, known);
    return known;
  }

  async #deploy(chain: Chain): Promise<string> {
    this.#interpreter ??= this.#deployInterpreter();
    const executor = await this.#connection.ethers.deployContract("Executor", [chain, await this.#interpreter]);
    return await executor.getAddress();
  }

  async #deployInterpreter(): Promise<string> {
    const { ethers } = this.#connection;
    const precompiles = await ethers.deployContract("Precompiles");
    const interpreter = await ethers.deployContract("Interpreter", [await precompiles.getAddress()]);
    return await interpreter.getAddress();
  }
}
