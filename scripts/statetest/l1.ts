/** Hardhat's in-process L1 with the contracts as they are deployed. */
import { type TransactionRequest, dataLength } from "ethers";
import { network } from "hardhat";

import { type Execution, ExecutionDriver, type ExecutionRequest } from "../../agents/common/execution.ts";
import { L1_TRANSACTION_GAS } from "../../agents/common/transactions.ts";
import type { Chain } from "./chain.ts";

/** Ethereum knows no limit of a machine's size, so the tests have the largest that the contracts take. */
const UNLIMITED = 2n ** 32n - 1n;

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
    return new StateTestL1(await network.create({ network: "default", override: { throwOnCallFailures: false } }));
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
      { provider: { call: (request) => this.#call(request) }, executor: await this.#executor(chain) },
    );
    let steps = 0;
    const execution = await driver.run(request, async ({ to, data, gas }) => {
      const response = await sender!.sendTransaction({ to, data, gasLimit: gas });
      await response.wait();
      steps++;
    });
    return { ...execution, steps };
  }

  /**
   * Hardhat would explain a failing call by running it again, instruction by instruction, which takes far more time and
   * memory than the call. So it gives what a call returned however that ended, and that is told by its size: results are
   * made of whole words, errors have a selector before, and without gas there is nothing.
   */
  async #call(request: TransactionRequest): Promise<string> {
    const data = await this.#connection.ethers.provider.call(request);
    if (data !== "0x" && dataLength(data) % 32 === 0) return data;
    throw Object.assign(new Error(`execution reverted with ${data}`), { code: "CALL_EXCEPTION", data });
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
    const executor = await this.#connection.ethers.deployContract("Executor", [
      { ...chain, machineSize: UNLIMITED },
      await this.#interpreter,
    ]);
    return await executor.getAddress();
  }

  async #deployInterpreter(): Promise<string> {
    const { ethers } = this.#connection;
    const precompiles = await ethers.deployContract("Precompiles");
    const interpreter = await ethers.deployContract("Interpreter", [await precompiles.getAddress()]);
    return await interpreter.getAddress();
  }
}
