/** An L1 with the contracts as they are deployed. */
import {
  type ContractDeployTransaction,
  type JsonRpcPayload,
  JsonRpcProvider,
  type JsonRpcResult,
  Network,
  dataLength,
  type TransactionRequest,
  toQuantity,
} from "ethers";

import { type Execution, ExecutionDriver, type ExecutionRequest } from "../../agents/execution/driver.ts";
import { L1_TRANSACTION_GAS } from "../../agents/l1/transactions.ts";
import { type Anvil, startAnvil } from "../../testkit/anvil.ts";
import { Executor__factory } from "../../types/ethers-contracts/factories/execution/Executor__factory.ts";
import { Interpreter__factory } from "../../types/ethers-contracts/factories/execution/evm/Interpreter__factory.ts";
import { Precompiles__factory } from "../../types/ethers-contracts/factories/execution/precompiles/Precompiles__factory.ts";
import type { StateTestChain } from "./chain.ts";

/** Ethereum knows no such limits but their price, so the tests have the largest that the contracts take. */
const UNLIMITED = {
  memoryLimit: 2n ** 32n - 1n,
  transactionLimit: 2n ** 256n - 1n,
  accessLimit: 2n ** 256n - 1n,
  authorizationLimit: 2n ** 256n - 1n,
};

/** Bytes of calldata of a step that most likely misses nothing. A transaction with all gas can pay for them (EIP-7623). */
const SMALL = 32_768;

/** The first bytes of calls that take a step. */
const STEPS = (["begin", "advance"] as const).map(
  (method) => Executor__factory.createInterface().getFunction(method).selector,
);

/** How long an execution may take, and who is told of its steps. */
export interface ExecutionOptions {
  readonly timeout?: number;
  readonly onStep?: (steps: number) => void;
}

/** A provider for calls of a megabyte, which takes the shortest way from a hexadecimal string to the wire. */
class LargeCallProvider extends JsonRpcProvider {
  override async _send(payload: JsonRpcPayload | JsonRpcPayload[]): Promise<JsonRpcResult[]> {
    const { url } = this._getConnection();
    const headers = { "content-type": "application/json" };
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(payload) });
    const results = (await response.json()) as JsonRpcResult | JsonRpcResult[];
    return Array.isArray(results) ? results : [results];
  }

  override async call({ to, data, gasLimit }: TransactionRequest): Promise<string> {
    const gas = gasLimit === undefined ? {} : { gas: toQuantity(gasLimit ?? 0n) };
    return (await this.send("eth_call", [{ to, data, ...gas }, "latest"])) as string;
  }
}

/**
 * Executes transactions on L1, for any chain. The node is Anvil, with Ethereum's limits of code size and of gas: a call
 * of Hardhat's takes several times as long, and gigabytes, since it traces every step.
 */
export class StateTestL1 {
  readonly #node: Anvil;
  readonly #provider: JsonRpcProvider;
  readonly #sender: string;
  #interpreter: Promise<string> | undefined;
  readonly #executors = new Map<string, Promise<string>>();

  private constructor(node: Anvil, provider: JsonRpcProvider, sender: string) {
    this.#node = node;
    this.#provider = provider;
    this.#sender = sender;
  }

  /** An L1 of its own. */
  static async open(): Promise<StateTestL1> {
    // Who keeps the transactions of all blocks gets slower with each of them.
    const flags = ["--no-request-size-limit", "--transaction-block-keeper", "64"];
    const node = await startAnvil({ accounts: 1, flags });
    const chain = Network.from(31_337);
    const provider = new LargeCallProvider(node.url, chain, {
      staticNetwork: chain,
      batchMaxCount: 1,
      cacheTimeout: -1,
    });
    const [sender] = (await provider.send("eth_accounts", [])) as [string];
    return new StateTestL1(node, provider, sender);
  }

  async close(): Promise<void> {
    this.#provider.destroy();
    await this.#node.stop();
  }

  /**
   * Executes a transaction on a chain, in as many L1 calls as it takes.
   *
   * @param options.timeout Seconds after which no further step is sent.
   * @param options.onStep Called after each step with their number.
   * @throws Error where there is no outcome then.
   */
  async execute(
    chain: StateTestChain,
    request: ExecutionRequest,
    { timeout = Infinity, onStep }: ExecutionOptions,
  ): Promise<Execution & { steps: number }> {
    const start = performance.now();
    let steps = 0;
    const call = async (asked: TransactionRequest): Promise<string> => {
      if (performance.now() - start > timeout * 1000) throw new Error(`no outcome after ${steps} steps, ${timeout} s`);
      const output = STEPS.some((selector) => asked.data?.startsWith(selector))
        ? await this.#advance(asked)
        : undefined;
      if (output !== undefined) onStep?.(++steps);
      return output ?? (await this.#provider.call(asked));
    };
    const driver = new ExecutionDriver(
      { gas: L1_TRANSACTION_GAS, bytes: Infinity },
      { provider: { call }, executor: await this.#executor(chain) },
    );
    const execution = await driver.run(request, async (step) => {
      await this.#send(step);
      onStep?.(++steps);
    });
    return { ...execution, steps };
  }

  /**
   * Takes a step at once where the driver would simulate it: that halves the work, since the driver leaves out what is on
   * L1 already.
   *
   * @returns What the call returned; nothing where it failed, or would most likely fail.
   */
  async #advance({ to, data, gasLimit }: TransactionRequest): Promise<string | undefined> {
    if (gasLimit !== L1_TRANSACTION_GAS || dataLength(data ?? "0x") > SMALL) return undefined;
    const { status, transactionHash } = await this.#receipt({ to, data, gas: gasLimit });
    if (Number(status) !== 1) return undefined;
    const traces: unknown = await this.#provider.send("trace_transaction", [transactionHash]);
    return (traces as [{ result: { output: string } }])[0].result.output;
  }

  /** The executor of a chain; one is deployed for each. */
  #executor(chain: StateTestChain): Promise<string> {
    const key = Object.values(chain).join();
    const known = this.#executors.get(key) ?? this.#deploy(chain);
    this.#executors.set(key, known);
    return known;
  }

  async #deploy(chain: StateTestChain): Promise<string> {
    this.#interpreter ??= this.#deployInterpreter();
    const constants = { ...chain, ...UNLIMITED };
    const interpreter = await this.#interpreter;
    return await this.#create(await new Executor__factory().getDeployTransaction(constants, interpreter));
  }

  async #deployInterpreter(): Promise<string> {
    const precompiles = await this.#create(await new Precompiles__factory().getDeployTransaction());
    return await this.#create(await new Interpreter__factory().getDeployTransaction(precompiles));
  }

  async #create({ data }: ContractDeployTransaction): Promise<string> {
    const { contractAddress } = await this.#send({ data, gas: L1_TRANSACTION_GAS });
    return String(contractAddress);
  }

  async #send(transaction: L1Transaction): Promise<Receipt> {
    const receipt = await this.#receipt(transaction);
    if (Number(receipt.status) !== 1) {
      throw new Error(`L1 transaction ${receipt.transactionHash} fails, although it was simulated`);
    }
    return receipt;
  }

  /** Sends a transaction, which has a block of its own at once. */
  async #receipt({ gas, ...call }: L1Transaction): Promise<Receipt> {
    const transaction = { from: this.#sender, gas: toQuantity(gas), ...call };
    return (await this.#provider.send("eth_sendTransactionSync", [transaction])) as Receipt;
  }
}

interface L1Transaction {
  readonly to?: TransactionRequest["to"];
  readonly data: TransactionRequest["data"];
  readonly gas: bigint;
}

/** What is used of a receipt, as a node says it. */
interface Receipt {
  readonly status: string;
  readonly transactionHash: string;
  readonly contractAddress: string | null;
}
